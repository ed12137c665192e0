"""smtune metrics: are the regexes right? `test` shows what they read from a log, `suggest` writes them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from smtune.cli.options import is_given, output_option, spec_argument

if TYPE_CHECKING:
    from smtune.metric_lab import Examination, Suggestions
    from smtune.metric_lab.subject import Subject

_LOG = click.option(
    "--log",
    required=True,
    type=click.Path(exists=True, dir_okay=False, readable=True, allow_dash=True),
    metavar="FILE",
    help="What a training job printed; - is standard input.",
)


@click.group(short_help="Regexes for what a log prints.")
def command() -> None:
    """Check the metrics of a spec against a log, or find them in one; no account, no network.

    \b
    smtune metrics test spec.yaml --log train.log
    smtune metrics suggest --log train.log
    """


@command.command("test", short_help="What each regex of a spec reads from a log.")
@spec_argument
@_LOG
@click.option("--algorithm", metavar="NAME", help="Of several algorithms, the one whose log it is.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="Show the first and the last so many lines of a metric, and as many with each problem.",
)
@click.option("--all", "every", is_flag=True, help="Show every line.")
@output_option("table", "json")
def test(layers: Any, log: str, algorithm: str | None, limit: int, every: bool, output: str) -> None:
    """Show what each metric's regex reads from a log, line by line, and what is wrong with it.

    Exit code 0 when each metric reads numbers and the right ones; 1 when one does not, or the objective has no value.

    \b
    smtune metrics test spec.yaml --log train.log
    smtune logs TRAINING_JOB | smtune metrics test spec.yaml --log - -o json
    """
    if every and is_given("limit"):
        raise click.UsageError("--all is every line: leave --limit out", click.get_current_context())
    from smtune.cli.text import print_json
    from smtune.metric_lab.examine import examine
    from smtune.metric_lab.log import read_log
    from smtune.metric_lab.record import record_examination
    from smtune.metric_lab.subject import without_absent

    if log == "-" and "-" in map(str, layers.files):
        raise click.UsageError("standard input is the SPEC or the log, not both", click.get_current_context())
    subject = _subject(layers, algorithm)
    keep = sys.maxsize if every else limit
    with click.open_file(log, "rb") as stream:
        examination = examine(subject.definitions, read_log(stream), goal=subject.goal, keep=keep)
    if subject.built_in:
        examination = without_absent(examination)
    if output == "json":
        print_json(record_examination(examination))
    else:
        _print_examination(examination)
    _assert_passed(examination)


@command.command("suggest", short_help="Metrics and regexes for what a log prints.")
@_LOG
@output_option("table", "json", "yaml")
def suggest(log: str, output: str) -> None:
    """Find the metrics of a log, and write regexes for them that are proven on it.

    Exit code 1 when the log has no metric; the line to print one is said then.

    \b
    smtune metrics suggest --log train.log
    smtune metrics suggest --log train.log -o yaml >> spec.yaml
    """
    from smtune.cli.text import print_json
    from smtune.errors import JobError
    from smtune.metric_lab.log import read_log
    from smtune.metric_lab.record import record_suggestions
    from smtune.metric_lab.suggest import print_line
    from smtune.metric_lab.suggest import suggest as find

    with click.open_file(log, "rb") as stream:
        suggestions = find(read_log(stream))
    if output == "json":
        print_json(record_suggestions(suggestions))
    elif output == "yaml":
        click.echo(suggestions.to_yaml(), nl=False)
    else:
        _print_suggestions(suggestions)
    if not suggestions.metrics:
        wanted = print_line("validation:rmse")
        message = (
            f"no metric in {_lines(suggestions.lines)}. Print one on a line of its own, as in\n"
            f"    {wanted.code}\nand read it with\n    metrics: {{'validation:rmse': '{wanted.regex}'}}"
        )
        raise JobError(message)


def _subject(layers: Any, algorithm: str | None) -> Subject:
    from smtune.errors import SpecError
    from smtune.metric_lab.subject import subject_of
    from smtune.spec import load_document

    loaded = load_document(layers)
    try:
        return subject_of(loaded.spec, algorithm)
    except SpecError as error:
        raise loaded.placed(error) from None


def _print_examination(examination: Examination) -> None:
    from smtune.cli.table import print_table
    from smtune.metric_lab.text import describe, number, verdict

    for item in examination.metrics:
        click.echo(f"{describe(item, examination)}\n")
    rows = [
        [
            item.name,
            item.lines,
            *(number(value.number if value else None) for value in (item.first, item.last, item.best)),
            verdict(item),
        ]
        for item in examination.metrics
    ]
    headings = ["metric", "lines", "first", "last", "best", "verdict"]
    if rows:
        print_table(headings, rows, numbers=headings[1:-1])


def _assert_passed(examination: Examination) -> None:
    from smtune.errors import JobError

    if examination.passed:
        return
    goal = examination.goal
    reasons = []
    if goal and not examination.objective_captured:
        defined = any(item.is_objective for item in examination.metrics)
        why = f"has no value in {_lines(examination.lines)}" if defined else "is not among the metrics"
        reasons.append(f"the objective {goal.metric} {why}: every training job would fail")
    flawed = [item.name for item in examination.flawed]
    if flawed:
        reasons.append(f"{len(flawed)} of {len(examination.metrics)} metrics flawed: {', '.join(flawed)}")
    raise JobError("; ".join(reasons))


def _lines(count: int) -> str:
    return f"{count:,} line{'' if count == 1 else 's'}"


def _print_suggestions(suggestions: Suggestions) -> None:
    from smtune.cli.table import print_table
    from smtune.cli.text import remark
    from smtune.metric_lab.text import number, visible

    chosen = suggestions.metrics
    if chosen:
        rows = [
            [item.metric, visible(item.printed), item.lines, number(item.first), number(item.last)] for item in chosen
        ]
        print_table(["metric", "printed as", "lines", "first", "last"], rows, numbers=["lines", "first", "last"])
        click.echo(f"\n{suggestions.to_yaml()}", nl=False)
    others = [item for item in suggestions.found if item not in chosen]
    names = {
        "not taken for metrics": [visible(item.printed) for item in others if item.regex],
        "no regex tells these from the rest": [visible(item.printed) for item in others if not item.regex],
    }
    for what, which in names.items():
        if which:
            more = f" and {len(which) - 10} more" if len(which) > 10 else ""
            remark(f"{what}: {', '.join(which[:10])}{more}")
    if suggestions.left_out:
        remark(f"a huge log: {suggestions.left_out:,} lines in the middle were not looked at")
