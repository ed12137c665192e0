"""smtune run SPEC [--local]: prepare, launch, watch, results, test evaluation, diagnosis."""

from __future__ import annotations

from pathlib import Path

import click

from smtune.cli.options import output_option

_STATUS_CODES = {"Completed": 0, "Failed": 1, "Stopped": 3}


@click.command(short_help="Tune, evaluate and diagnose.")
@click.argument("spec", required=False, type=click.Path(path_type=Path))
@click.option("--local", is_flag=True, help="Run on this machine instead of AWS.")
@click.option("--resume", metavar="JOB", help="Come back to a job that is running or has ended.")
@output_option("table", "json")
@click.pass_context
def command(ctx: click.Context, spec: Path | None, local: bool, resume: str | None, output: str) -> None:
    """Run SPEC to its report: best training job, test metrics, diagnosis.

    Progress goes to stderr, the report to stdout. Ctrl-C leaves the job running and says how to come back.

    \b
    smtune run spec.yaml --local
    smtune run --resume breast-cancer-xgb-tp0wh4k2zq
    """
    from smtune.cli.live import follow
    from smtune.cli.report import print_report
    from smtune.cli.text import print_json, remark
    from smtune.run import report, start
    from smtune.session import connect, find_session
    from smtune.spec import load_spec
    from smtune.watch import watch

    if (spec is None) == (resume is None):
        raise click.UsageError("Give a SPEC, or --resume JOB.", ctx)
    if spec is not None:
        loaded = load_spec(spec)
        session = connect("local" if local else "aws")
        started = start(session, loaded, spec.absolute().parent)
        job = started.name
        remark(f"tuning job {job}")
        for note in started.notes:
            remark(f"  note: {note}")
        if started.rows:
            remark("  rows: " + ", ".join(f"{name} {count}" for name, count in started.rows.items()))
    else:
        job = str(resume)
        session = find_session(job, "local" if local else None)
    try:
        last = follow(watch(session, job))
    except KeyboardInterrupt:
        remark(f"\n{job} goes on. Come back: smtune run --resume {job}    Stop it: smtune stop {job}")
        ctx.exit(130)
    result = report(session, job)
    if output == "json":
        print_json(result.to_dict())
    else:
        print_report(result)
    ctx.exit(_STATUS_CODES[last.status])
