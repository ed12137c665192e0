"""smtune run SPEC [--local]: prepare, launch, watch, results, test evaluation, diagnosis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from smtune.cli.group import END_CODES
from smtune.cli.options import optional_spec_argument, output_option, prices_option
from smtune.cli.places import launch_options


@click.command(short_help="Tune, evaluate and diagnose.")
@optional_spec_argument
@launch_options
@click.option("--resume", metavar="JOB", help="Come back to a job that is running or has ended.")
@click.option("--simulate", is_flag=True, help="Play the search in seconds; nothing is launched or trained.")
@click.option("--objective", metavar="EXPRESSION|MODULE:FUNCTION", help="With --simulate: what training would give.")
@click.option("--job-minutes", metavar="LOW:LIKELY:HIGH", help="With --simulate: what one training job takes.")
@prices_option
@output_option("table", "json")
@click.pass_context
def command(ctx: click.Context, /, layers: Any, resume: str | None, output: str, **options: Any) -> None:
    """Run SPEC to its report: best training job, test metrics, diagnosis.

    Progress goes to stderr, the report to stdout. Ctrl-C leaves the job running and says how to come back. Exit code 0
    if it completed, 1 if it failed, 3 if it was stopped.

    With --simulate the same search runs on a made-up objective and a clock of its own, with no data and no account: the
    configurations in their order, what would be stopped early, how long it would take and what that would cost.

    \b
    smtune run spec.yaml --local
    smtune run spec.yaml --simulate --objective "1 - (eta - 0.1) ** 2" --job-minutes 2:5:20
    smtune run base.yaml -f prod.yaml --set limits.jobs=50
    smtune run --resume breast-cancer-xgb-tp0wh4k2zq
    """
    if layers is None and resume is None:
        raise click.UsageError("give a SPEC, or --resume JOB", ctx)
    if layers is not None and resume is not None:
        raise click.UsageError("give a SPEC or --resume JOB, not both", ctx)
    if resume is not None and (any(options["place"].values()) or options["skip_data_check"] or options["runner"]):
        others = "--role, --bucket, --prefix, --skip-data-check, --runner"
        message = f"--resume comes back to what was launched: leave {others} out"
        raise click.UsageError(message, ctx)
    _check_simulation(ctx, resume, options)
    if options["simulate"]:
        from smtune.cli.simulated import play

        ctx.exit(END_CODES[play(layers, options, output)])
    if layers is not None:
        from smtune.cli.sessions import GRACE

        session, job = _start(layers, options)
        ctx.exit(_finish(session, job, output, GRACE))
    from smtune.cli.sessions import session_for
    from smtune.where import Where

    with session_for(str(resume), Where("local" if options["local"] else None, **options["reach"])) as session:
        ctx.exit(_finish(session, str(resume), output, grace=0.0))  # it was seen before, or its name is wrong


def _check_simulation(ctx: click.Context, resume: str | None, options: Mapping[str, Any]) -> None:
    """Refuse what has no meaning with --simulate, and what has one only there."""
    own = {"--objective": "objective", "--job-minutes": "job_minutes", "--prices": "price_file"}
    said = [option for option, name in own.items() if options[name] is not None]
    if said and not options["simulate"]:
        raise click.UsageError(f"{', '.join(said)}: only with --simulate", ctx)
    real = {"--resume": resume, "--runner": options["runner"], "--skip-data-check": options["skip_data_check"]}
    refused = [option for option, value in real.items() if value]
    if refused and options["simulate"]:
        raise click.UsageError(f"--simulate launches nothing: leave {', '.join(refused)} out", ctx)


def _start(layers: Any, options: Mapping[str, Any]) -> tuple[Any, str]:
    """Launch a spec; returns its session and the tuning job's name. Nothing is created for a spec with a problem."""
    from smtune.cli.launched import launch_file
    from smtune.cli.text import remark
    from smtune.launching import launch_fresh

    session, started = launch_file(layers, options, launch_fresh)
    remark(f"tuning job {started.name}")
    for note in started.notes:
        remark(f"  note: {note}")
    if started.rows:
        remark("  rows: " + ", ".join(f"{name} {count}" for name, count in started.rows.items()))
    return session, started.name


def _finish(session: Any, job: str, output: str, grace: float) -> int:
    """Watch the job to its end and print its report; returns the exit code."""
    from smtune.cli.live import follow, going_on, screen
    from smtune.cli.reported import print_report
    from smtune.cli.sessions import terms_for
    from smtune.cli.text import print_json, remark
    from smtune.progress import Watching, watch
    from smtune.run import report

    try:
        with screen() as shown:
            watching = Watching(recent=True, terms=terms_for(session, shown.say, grace))
            last = follow(watch(session, job, watching), shown)
        result = report(session, job)
    except KeyboardInterrupt:
        remark(going_on(job, back=f"smtune run --resume {job}"))
        return 130
    if output == "json":
        print_json(result.to_dict())
    else:
        print_report(result, session)
    return END_CODES[last.status]
