"""smtune data compare A B: were two sets drawn from one pool, and which columns tell them apart?"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from smtune.cli.options import limit_option, output_option, target_option

if TYPE_CHECKING:
    from smtune.data.compare import ColumnDifference, DataComparison, Separation

_SHOWN = 5


@click.command(short_help="Say in which columns two sets differ.")
@click.argument("a")
@click.argument("b")
@click.option("--label", metavar="COL", help="The column to predict: its shift is told apart from the features'.")
@click.option("--group", metavar="COL", help="Rows of the same value are alike: one of each is taken.")
@click.option("--header/--no-header", default=None, help="Whether CSV begins with names; else as it looks.")
@click.option(
    "--format",
    type=click.Choice(["csv", "jsonl", "libsvm", "parquet"]),
    help="The format of the files; else as their names end.",
)
@limit_option
@click.option(
    "--alpha",
    type=click.FloatRange(0, 0.5, min_open=True),
    default=0.05,
    show_default=True,
    help="The chance of any false alarm, at most.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=0,
    show_default=True,
    help="Decides about samples and the classifier's halves.",
)
@click.option("--fail-on", type=click.Choice(["difference"]), help="Exit code 1 where A and B differ.")
@target_option
@output_option("table", "json", "csv")
@click.pass_context
def command(
    ctx: click.Context, /, a: str, b: str, target: Any, fail_on: str | None, output: str, **options: Any
) -> None:
    """Compare the rows of A and B: files or folders of CSV, JSON lines, LIBSVM or Parquet, here or on S3.

    Of s3://BUCKET/PREFIX no more than --limit is fetched, of objects all over the prefix and of lines all over an
    object; --local, --profile and --region say whose S3 that is. Nothing of it stays on this machine.

    Every column by itself, and all of them together by a classifier that tries to tell rows of A from rows of B. No
    more than --alpha of all comparisons of equal sets find any difference. COL is a name, or a number from 0. Exit
    code 0 either way; with --fail-on difference it is exit code 1 where they differ.

    \b
    smtune data compare parts/train.csv parts/validation.csv --label outcome
    smtune data compare train/ production/ --no-header --label 0
    smtune data compare a.parquet b.parquet -o json --fail-on difference
    smtune data compare s3://my-bucket/churn/train/ today.csv --no-header --label 0
    """
    from smtune.cli.text import print_json, remark

    found = _compare(a, b, target, **options)
    if output == "json":
        print_json(found.to_dict())
    elif output == "csv":
        _print_csv(found)
    else:
        _print(found, a, b)
    for note in found.notes if output != "json" else ():
        remark(f"note: {note}")
    ctx.exit(1 if fail_on and found.verdict == "differs" else 0)


def _compare(
    a: str, b: str, target: Any, /, *, label: str | None, group: str | None, limit: int, **options: Any
) -> DataComparison:
    from smtune.data.compare import CompareSettings, compare_data

    session = None
    if any(each.startswith("s3://") for each in (a, b)):  # files alone need no account
        from smtune.session import connect

        session = connect(target)
    settings = CompareSettings(limit=limit << 20, **options)
    return compare_data(a, b, label=label, group=group, settings=settings, session=session)


def _print(found: DataComparison, a: str, b: str) -> None:
    from smtune.cli.table import print_table

    for name, path, side in (("A", a, found.a), ("B", b, found.b)):
        parts = "" if side.is_whole else ", a part of them"
        used = "" if side.used == side.rows else f", {side.used:,} of them compared"
        click.echo(f"{name}  {path}: {side.rows:,} rows{parts}{used}")
    for name, columns in (("A", found.only_in_a), ("B", found.only_in_b)):
        if columns:
            click.echo(f"only in {name}: {_listed(columns)}")
    if found.differing:
        click.echo()
        headings = ("column", "kind", "distance", "p", "B against A", "")
        print_table(headings, (_row(each) for each in found.differing), numbers=("distance", "p"))
    if found.separations:
        click.echo()
    for number, each in enumerate(found.separations):
        for line in _told(each, is_new=not any(before.differs for before in found.separations[:number])):
            click.echo(line)
    click.echo(f"\n{found.sentence}")


def _row(column: ColumnDifference) -> tuple[str, ...]:
    name = f"{column.column} (the label)" if column.is_label else column.column
    return name, column.kind, f"{column.effect:.2f}", _p(column.p), column.words, "; ".join(_beside(column))


def _beside(column: ColumnDifference) -> Iterator[str]:
    if column.missing_a != column.missing_b and column.kind != "missing":
        yield f"missing {100 * column.missing_b:.3g} % against {100 * column.missing_a:.3g} %"
    if column.new_values:
        yield f"never in A: {_listed(column.new_values)} ({column.new_rows:,} rows)"
    if column.looks_like:
        yield f"looks like {'an' if column.looks_like == 'id' else 'a'} {column.looks_like}"


def _told(found: Separation, *, is_new: bool) -> Iterator[str]:
    yield (
        f"classifier on {found.of}: AUC {found.auc:.3f} on rows it has not seen, p {_p(found.p)} "
        f"({found.rows[0]:,} and {found.rows[1]:,} rows)"
    )
    for each in found.relies_on if is_new else ():
        copies = f" (and {_listed(each.copies)}, which go with it)" if each.copies else ""
        yield f"  relies on {each.column}{copies}: without it the AUC falls by {each.drop:.3f}"


def _p(value: float) -> str:
    return "below 0.0001" if value < 1e-4 else f"{value:.2g}"


def _listed(names: Any) -> str:
    from smtune.errors import legible, listed

    return listed((legible(str(name), 40) for name in names), _SHOWN)


def _print_csv(found: DataComparison) -> None:
    from dataclasses import asdict

    rows = [asdict(each) for each in found.columns]
    names = list(rows[0]) if rows else ["column"]
    writer = csv.DictWriter(sys.stdout, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(row | {"new_values": ";".join(row["new_values"])} for row in rows)
