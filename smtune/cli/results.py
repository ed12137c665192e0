"""smtune results JOB: all training jobs of a tuning job."""

from __future__ import annotations

import click

from smtune.cli.options import output_option, target_option


@click.command(short_help="All training jobs.")
@click.argument("job")
@target_option
@output_option("table", "json", "csv")
def command(job: str, target: str | None, output: str) -> None:
    """Print every training job of JOB: hyperparameters, objective, status, times, failure reason.

    The table is sorted by objective, best first; JSON and CSV are in the order of creation.

    \b
    smtune results JOB -o csv > trials.csv
    """
    from smtune.cli.text import print_json, print_table
    from smtune.results import PREFIX, training_jobs
    from smtune.session import find_session
    from smtune.watch import describe

    session = find_session(job, target)  # type: ignore[arg-type]
    frame = training_jobs(session, job)
    if output == "csv":
        click.echo(frame.to_csv(index=False), nl=False)
        return
    columns = list(frame.columns)
    if output == "json":
        rows = frame.astype(object).where(frame.notna(), None).itertuples(index=False)
        print_json([_nested(dict(zip(columns, row, strict=True)), PREFIX) for row in rows])
        return
    objective = describe(session, job)["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
    shown = ["name", "status", "objective", "seconds", *(name for name in columns if name.startswith(PREFIX))]
    shown += ["failure_reason"] if frame["failure_reason"].notna().any() else []
    best_first = frame.sort_values("objective", ascending=objective["Type"] == "Minimize", na_position="last")
    table = best_first[shown].astype(object).where(best_first[shown].notna(), None)
    headings = [name.removeprefix(PREFIX) if name != "objective" else objective["MetricName"] for name in shown]
    print_table(headings, table.itertuples(index=False), numbers=headings[2:4])


def _nested(row: dict[str, object], prefix: str) -> dict[str, object]:
    tuned = {name.removeprefix(prefix): value for name, value in row.items() if name.startswith(prefix)}
    return {name: value for name, value in row.items() if not name.startswith(prefix)} | {"hyperparameters": tuned}
