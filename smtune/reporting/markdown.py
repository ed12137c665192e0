"""Report data -> Markdown: the same facts and tables, with a line of small bars in the place of a chart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from smtune import __version__
from smtune.reporting import told
from smtune.reporting.model import Advice, Answer, Curve, Fact, ReportData
from smtune.reporting.sample import spread
from smtune.reporting.told import Grid
from smtune.reporting.words import counted, number
from smtune.triage import Group

_BARS = "▁▂▃▄▅▆▇█"
_WIDE = 40
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&])")


def to_markdown(data: ReportData) -> str:
    """The report as Markdown that GitHub, JupyterLab and an editor show; nothing in it is taken for HTML or markup."""
    now = data.outcome.progress
    blocks = [f"# {_plain(data.name)}", f"Tuning job, {_plain(now.status)}."]
    blocks += [_plain(now.failure_reason)] if now.failure_reason else []
    blocks.append(_facts(told.key_facts(data)))
    blocks += [block for part in (_diagnosis, _search, _learning, _jobs, _comparison) for block in part(data)]
    blocks += ["## Cost", *_local(data), _facts(told.cost_facts(data))]
    blocks += [
        *_failures(data),
        *_origin(data),
        f"Made by smtune {__version__}; values that look like secrets are hidden.",
    ]
    return "\n\n".join(blocks) + "\n"


def _diagnosis(data: ReportData) -> Iterator[str]:
    yield "## Diagnosis"
    ladder = data.ladder
    if ladder is None:
        yield "There is no diagnosis of this job."
    else:
        yield f"**{_plain(ladder.headline)}.**"
        rungs = tuple((rung.label, rung.text) for rung in ladder.rungs)
        yield _table(Grid(("", ladder.loss), rungs, frozenset({1})))
        yield _table(told.gap_grid(data))
        yield from (f"{_advice(item)}" for item in ladder.findings)
        if ladder.rows:
            yield "### What the rows say"
            yield _bullets(ladder.rows)
        if ladder.path:
            yield "### How the numbers led there"
            yield "\n".join(f"{place}. {_answer(step)}" for place, step in enumerate(ladder.path, start=1))
        yield "### What to do next"
        yield "\n".join(f"{place}. {_advice(item)}" for place, item in enumerate(ladder.advice, start=1))
    if data.notes:
        yield _bullets(data.notes)


def _search(data: ReportData) -> Iterator[str]:
    yield "## Search"
    values = [row.result for row in data.rows if row.result is not None]
    if not values:
        yield "No training job has an objective yet."
        return
    yield f"{_plain(data.metric)} by training job, from {number(min(values))} to {number(max(values))}:"
    yield f"`{_sparkline(values)}`"
    if data.importance:
        bars = sorted(data.importance, key=lambda bar: (-bar.value, bar.name))
        rows = tuple(
            (bar.name, told.share(bar.value), _ends(bar.low, bar.high), "yes" if bar.is_shown else "not shown")
            for bar in bars
        )
        headings = ("hyperparameter", "importance", "95 % interval", "more than chance")
        yield _table(Grid(headings, rows, frozenset({1, 2})))
    else:
        yield "Importance of the hyperparameters: there are too few training jobs with an objective to tell."
    taught = [lesson.sentence for lesson in data.lessons if lesson.verdict == "present"]
    if taught:
        yield "### What the training jobs teach"
        yield _bullets(taught)


def _learning(data: ReportData) -> Iterator[str]:
    if data.curves:
        yield "## Learning curves"
        yield _table(Grid(("training job", "metric", "curve", "last"), tuple(map(_curve, data.curves)), frozenset({3})))


def _curve(curve: Curve) -> tuple[str, ...]:
    return f"{curve.role}: {curve.training_job}", curve.metric, _sparkline(curve.values), number(curve.values[-1])


def _jobs(data: ReportData) -> Iterator[str]:
    if data.ranked:
        yield "## Best training jobs"
        yield _table(told.top_jobs(data))


def _comparison(data: ReportData) -> Iterator[str]:
    if data.comparison is None:
        return
    yield "## Comparison"
    yield from (f"Not comparable: {_plain(caveat)}" for caveat in data.comparison.caveats)
    yield _table(told.comparison_grid(data))
    for name, table, more in told.difference_grids(data):
        yield f"### Asked for otherwise in {_plain(name)}"
        yield _table(table) if table.rows else "Nothing: the two requests are the same."
        if more:
            yield f"{counted(more, 'more difference')}."


def _local(data: ReportData) -> Iterator[str]:
    if data.is_local:
        yield "The job ran on a machine of your own and cost nothing. The same seconds on AWS:"


def _failures(data: ReportData) -> Iterator[str]:
    yield "## Failures"
    if data.triage is None:
        yield "They could not be read."
        return
    if not data.triage.groups:
        yield told.no_failures(data)
    for group in data.triage.groups:
        yield from _group(group)
    if data.triage.notes:
        yield _bullets(data.triage.notes)


def _group(group: Group) -> Iterator[str]:
    yield f"### {number(group.count)} \N{MULTIPLICATION SIGN} {_plain(group.cause.name)}"
    yield _plain(" ".join(filter(None, (group.detail, group.cause.explanation))))
    if group.lines:
        yield _fenced("\n".join(group.lines))
    if group.region is not None:
        yield f"Where: {_plain(group.region.sentence)}."
    yield f"**Fix.** {_plain(group.cause.fix)}"


def _origin(data: ReportData) -> Iterator[str]:
    yield "## Provenance"
    yield _facts(data.origin.facts)
    if data.origin.channels:
        headings = ("channel", "S3 URI", "content type", "hash of the content")
        yield _table(Grid(headings, data.origin.channels))
    if data.origin.spec:
        yield _fenced(data.origin.spec, "yaml")


def _facts(items: Iterable[Fact]) -> str:
    return _table(Grid(("", "", ""), tuple((fact.name, fact.value, fact.note) for fact in items)))


def _advice(item: Advice) -> str:
    hints = f" ({', '.join(map(_plain, item.hints))})" if item.hints else ""
    return f"**{_plain(item.title)}.** {_plain(item.why)}{hints}"


def _answer(step: Answer) -> str:
    led = f": **{_plain(step.leads_to)}**" if step.leads_to else ""
    return f"{_plain(step.question)} {_plain(step.numbers)}: {_plain(step.answer)}{led}"


def _table(grid: Grid) -> str:
    head = f"| {' | '.join(map(_cell, grid.headings))} |"
    rule = f"|{'|'.join('---:' if index in grid.numbers else '---' for index in range(len(grid.headings)))}|"
    return "\n".join([head, rule, *(f"| {' | '.join(map(_cell, row))} |" for row in grid.rows)])


def _cell(text: str) -> str:
    return _plain(text) or " "


def _bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {_plain(item)}" for item in items)


def _plain(text: str) -> str:
    """One line that is shown as it is."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _fenced(text: str, kind: str = "") -> str:
    """A block of code; its fence is longer than any in it."""
    longest = max((len(found) for found in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{kind}\n{text.rstrip()}\n{fence}"


def _ends(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{100 * low:.0f} to {told.share(high)}"


def _sparkline(values: Sequence[float]) -> str:
    shown = spread(values, _WIDE)
    low, high = min(shown), max(shown)
    width = (high - low) or 1.0
    return "".join(_BARS[min(len(_BARS) - 1, int((value - low) / width * len(_BARS)))] for value in shown)
