"""smtune data split TABLE --out DIR: train, validation and test as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from smtune.cli.options import is_given, output_option

if TYPE_CHECKING:
    from smtune.data.parts import SplitFiles

_FORMATS = ("csv", "tsv", "jsonl", "parquet")


@click.command(short_help="A table -> train, validation and test files.")
@click.argument("table", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder for the parts: new, empty, or with the same parts already.",
)
@click.option(
    "--shares",
    default="70/15/15",
    show_default=True,
    metavar="TRAIN/VALIDATION/TEST",
    help="Shares of the rows in percent; test may be 0.",
)
@click.option(
    "--train-dev",
    type=click.FloatRange(0, 100, min_open=True, max_open=True),
    metavar="SHARE",
    help="With --time: a fourth part of the shares, by chance from the training period.",
)
@click.option("--label", metavar="COL", help="Count the classes of this column in every part.")
@click.option("--stratify", metavar="COL", help="Keep the mix of this column's values in every part.")
@click.option("--group", metavar="COL", help="Keep rows of the same value in one part: a patient's, a speaker's.")
@click.option("--time", metavar="COL", help="The oldest rows train, the newest test: numbers or ISO 8601 dates.")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=0,
    show_default=True,
    help="The same seed gives the same parts.",
)
@click.option("--format", "kind", type=click.Choice(_FORMATS), help="The table's format; else as its name ends.")
@output_option("table", "json")
def command(table: Path, out: Path, shares: str, output: str, **options: Any) -> None:
    """Split TABLE into train, validation and test, each a file of the same format in DIR.

    TABLE is CSV or TSV with a header, JSON lines or Parquet; no value in it changes. All parts are written or none;
    parts that differ are never overwritten, and the same command again finds its own. The spec says the same with
    data.split. Exit code 252 for a table that cannot be split so.

    \b
    smtune data split data.csv --out parts --stratify label --seed 7
    smtune data split visits.parquet --out parts --group patient --label outcome
    smtune data split sales.jsonl --out parts --time day --shares 80/10/10
    """
    for name in ("group", "time"):
        if options["label"] is not None and options[name] == options["label"]:
            raise click.UsageError(f"--{name} is the label: name another column", click.get_current_context())
    if options["train_dev"] is not None and options["time"] is None:
        message = "--train-dev needs --time: else validation is drawn like train, and tells the same"
        raise click.UsageError(message, click.get_current_context())
    has_seed = is_given("seed") and options["train_dev"] is None
    if options["time"] is not None and (options["stratify"] or options["group"] or has_seed):
        message = "--time decides where each row goes: leave --stratify, --group and --seed out"
        raise click.UsageError(message, click.get_current_context())
    if not table.is_file():
        raise click.UsageError(f"TABLE {table} is a device or a pipe: give a file", click.get_current_context())
    others = {name: options[name] for name in ("stratify", "group", "time", "seed")}
    split = _split(others | _shares(shares, options["train_dev"]), shares)
    from smtune.cli.text import print_json
    from smtune.data.parts import as_record
    from smtune.data.split_file import split_file

    made = split_file(table, out, split, label=options["label"], kind=options["kind"])
    if output == "json":
        print_json(as_record(made))
    else:
        _print(made)


def _split(options: dict[str, Any], shares: str) -> Any:
    from pydantic import ValidationError

    from smtune.spec import Split

    try:
        return Split.model_validate(options)
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        place = f"{wrong['loc'][0]}: " if wrong["loc"] else ""
        message = f"--shares {shares}: {place}{wrong['msg']}"
        raise click.UsageError(message, click.get_current_context()) from None


def _shares(text: str, train_dev: float | None) -> dict[str, float]:
    try:
        parts = [float(part) for part in text.split("/")]
    except ValueError:
        parts = []
    if len(parts) not in (2, 3):
        message = f"--shares is {text!r}: write train/validation/test in percent, as in 70/15/15"
        raise click.UsageError(message, click.get_current_context())
    given = {"train_dev": train_dev or 0.0, **dict(zip(("train", "validation", "test"), [*parts, 0.0], strict=False))}
    found = sum(given.values())
    # 0.7/0.15/0.15 is plain enough too.
    if not any(abs(found - whole) < 1e-6 * whole for whole in (100, 1)):
        beside = "" if train_dev is None else f" and --train-dev {train_dev:g}"
        message = f"--shares {text}{beside}: the shares add up to {found:g}, not 100"
        raise click.UsageError(message, click.get_current_context())
    return {name: part / found for name, part in given.items()}


def _print(made: SplitFiles) -> None:
    from smtune.cli.table import print_table
    from smtune.cli.text import remark

    how = {
        "random": "at random",
        "stratified": f"stratified by {made.column}",
        "group": f"each {made.column} in one part",
        "time": f"oldest to newest {made.column}",
    }
    had = ", as before" if made.unchanged else ""
    click.echo(f"{made.source}: {made.rows:,} rows, {how[made.how]} -> {made.folder}{had}\n")
    headings, rows = _table(made)
    print_table(headings, rows, numbers=headings[2:])
    for note in made.notes:
        remark(f"note: {note}")


def _table(made: SplitFiles) -> tuple[list[str], list[list[str]]]:
    headings = ["part", "file", "rows", "share"]
    rows = [[part.name, str(part.file), f"{part.rows:,}", f"{100 * part.share:.2f} %"] for part in made.parts]
    if made.how == "group":
        headings.append("groups")
        rows = [[*row, f"{part.groups:,}"] for row, part in zip(rows, made.parts, strict=True)]
    if made.how == "time":
        headings += ["from", "to"]
        rows = [[*row, part.first or "", part.last or ""] for row, part in zip(rows, made.parts, strict=True)]
    for name in made.parts[0].classes or ():
        headings.append(f"{made.classes_of}={name}")
        for row, part in zip(rows, made.parts, strict=True):
            count = (part.classes or {})[name]
            row.append(f"{count:,} ({100 * count / part.rows:.1f} %)")
    return headings, rows
