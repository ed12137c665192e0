"""smtune results JOB: all training jobs of a tuning job."""

from __future__ import annotations

import click

from smtune.cli.options import Target, output_option, target_option

_ISO = "%Y-%m-%dT%H:%M:%S.%f+00:00"


@click.command(short_help="All training jobs.")
@click.argument("job")
@target_option
@output_option("table", "json", "csv")
def command(job: str, target: Target | None, output: str) -> None:
    """Print every training job of JOB: hyperparameters, objective, status, times, failure reason.

    The table is sorted by objective, best first; JSON and CSV are in the order of creation.

    \b
    smtune results JOB -o csv > trials.csv
    """
    from smtune.cli.sessions import session_for
    from smtune.cli.table import print_table
    from smtune.cli.text import print_json, remark
    from smtune.progress import describe
    from smtune.results import PREFIX, training_jobs

    with session_for(job, target) as session:
        frame = training_jobs(session, job)
        config = describe(session, job)["HyperParameterTuningJobConfig"]
    columns = list(frame.columns)
    plain = frame.astype(object).where(frame.notna(), None)
    if output == "csv":
        click.echo(frame.to_csv(index=False, date_format=_ISO), nl=False)
    elif output == "json":
        rows = (dict(zip(columns, row, strict=True)) for row in plain.itertuples(index=False))
        print_json([_nested(row, PREFIX) for row in rows])
    elif frame.empty:
        remark(f"{job} has no training jobs yet; see: smtune describe {job}")
    else:
        objective = config["HyperParameterTuningJobObjective"]
        shown = ["name", "status", "objective", "seconds", *(name for name in columns if name.startswith(PREFIX))]
        shown += ["failure_reason"] if frame["failure_reason"].notna().any() else []
        # Stable: of equals the first is the best one, as for the service.
        order = frame["objective"].sort_values(
            ascending=objective["Type"] == "Minimize", na_position="last", kind="stable"
        )
        headings = [objective["MetricName"] if name == "objective" else name.removeprefix(PREFIX) for name in shown]
        print_table(headings, plain.loc[order.index, shown].itertuples(index=False), numbers=headings[2:4])


def _nested(row: dict[str, object], prefix: str) -> dict[str, object]:
    tuned = {name.removeprefix(prefix): value for name, value in row.items() if name.startswith(prefix)}
    return {name: value for name, value in row.items() if not name.startswith(prefix)} | {"hyperparameters": tuned}
