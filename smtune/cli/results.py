"""smtune results JOB: all training jobs of a tuning job, or their learning curves."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from smtune.cli.options import output_option, target_option


@click.command(short_help="All training jobs.")
@click.argument("job")
@target_option
@output_option("table", "json", "csv", "parquet")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write to FILE, whole or not at all.")
@click.option("--curves", "wants_curves", is_flag=True, help="Every point of every metric, instead of final values.")
@click.option("--top", type=click.IntRange(min=1), metavar="N", help="Only the first N rows.")
@click.option("--sort", metavar="COLUMN", help="Sort by a column, as hp.eta; with a - before it the largest first.")
@click.option("--cached", is_flag=True, help="Only what is on disk from the last time; no call at all.")
def command(job: str, target: Any, output: str, out: Path | None, **options: Any) -> None:
    """Print every training job of JOB: hyperparameters, metrics, status, times, billable seconds, failure reason.

    The table is sorted by objective, best first; JSON, CSV and Parquet are in the order of creation, unless --sort or
    --top says otherwise: --top alone takes the best. What is over is kept on disk and not asked for again.

    \b
    smtune results JOB -o csv > trials.csv
    smtune results JOB --top 5
    smtune results JOB --curves -o parquet --out curves.parquet
    """
    if output == "parquet" and out is None and sys.stdout.isatty():
        raise click.UsageError("Parquet is not for a terminal: --out FILE", click.get_current_context())
    if options["wants_curves"] and options["cached"]:
        raise click.UsageError("--cached has no curves: leave one of the two out", click.get_current_context())
    from smtune.cli.sessions import session_for
    from smtune.results import curves, pull

    with session_for(job, target) as session:
        if options["wants_curves"]:
            frame, trials = curves(session, job), None
        else:
            trials = pull(session, job, cached=options["cached"])
            best_first = output == "table" or options["top"] is not None
            frame = trials.ranked if best_first else trials.frame
    frame = _chosen(frame, options["sort"], options["top"])
    if output != "table":
        _give(frame, output, out)
    elif trials is None:
        _give_table(list(frame.columns), frame, out, f"{job} has no curves yet; see: smtune results {job}")
    else:
        _give_table(_shown(frame), frame, out, f"{job} has no training jobs yet; see: smtune describe {job}", trials)


def _chosen(frame: Any, sort: str | None, top: int | None) -> Any:
    """The rows in the order that is wanted; what has no value stands last."""
    from smtune.errors import UsageError

    if sort is not None:
        column = sort.removeprefix("-")
        if column not in frame.columns:
            message = f"there is no column {column}: there are {', '.join(frame.columns)}"
            raise UsageError(message)
        # Of one type: a hyperparameter of two algorithms may be a number in one and a word in the other.
        key = frame[column].map(str, na_action="ignore") if frame[column].dtype == object else frame[column]
        frame = frame.loc[key.sort_values(ascending=column == sort, na_position="last", kind="stable").index]
    return frame if top is None else frame.head(top)


def _give(frame: Any, output: Any, out: Path | None) -> None:
    from smtune.files import write_whole
    from smtune.results.write import as_bytes

    data = as_bytes(frame, output)
    if out is not None:
        write_whole(out, data)
    else:
        click.echo(data if output == "parquet" else data.decode(), nl=False)


def _give_table(columns: list[str], frame: Any, out: Path | None, nothing: str, trials: Any = None) -> None:
    import contextlib
    import io

    from smtune.cli.table import print_table
    from smtune.cli.text import remark
    from smtune.files import write_whole

    if frame.empty:
        remark(nothing)
        return
    headings = [_heading(name, trials) for name in columns]
    plain = frame.astype(object).where(frame.notna(), None)
    numbers = [
        heading for heading, name in zip(headings, columns, strict=True) if name in {"objective", "seconds", "value"}
    ]
    text = io.StringIO()
    with contextlib.redirect_stdout(text) if out is not None else contextlib.nullcontext():
        print_table(headings, plain[columns].itertuples(index=False), numbers=numbers)
    if out is not None:
        write_whole(out, text.getvalue().encode())


def _shown(frame: Any) -> list[str]:
    """What a line has room for; the other formats have every column."""
    from smtune.results import PREFIX

    has_several = frame["definition"].notna().any()
    names = ["name", "status", "objective", "seconds", *(["definition"] if has_several else [])]
    names += [name for name in frame.columns if name.startswith(PREFIX)]
    return names + (["failure_reason"] if frame["failure_reason"].notna().any() else [])


def _heading(name: str, trials: Any) -> str:
    from smtune.results import PREFIX

    if name == "objective" and trials is not None and len({item.metric for item in trials.algorithms}) == 1:
        return str(trials.objective[0])
    return name.removeprefix(PREFIX)
