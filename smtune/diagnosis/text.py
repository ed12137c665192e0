"""A diagnosis as plain text for a terminal: no colour, lines of at most 100 characters."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from smtune.diagnosis.answers import PLACES, WHOLE
from smtune.diagnosis.level import Level, Place
from smtune.diagnosis.model import Diagnosis, Finding, Gap, GapName, Hint, Remedy, Verdict
from smtune.diagnosis.scale import Scale, write_share

WIDTH = 100
_ALIGNED = "<>><>><<"
_NO_BREAK = "\N{NO-BREAK SPACE}"

_GAPS: dict[GapName, str] = {
    "avoidable_bias": "avoidable bias",
    "variance": "variance",
    "data_mismatch": "data mismatch",
    "validation_to_test": "validation to test",
}
_VERDICTS: dict[Verdict, str] = {
    "present": "PRESENT",
    "absent": "absent",
    "not enough evidence": "open",
    "not assessable": "unclear",
}


def render(diagnosis: Diagnosis) -> str:
    """The ladder of losses, the headline, the questions with their answers, remedies and assumptions."""
    blocks = (
        _fill(diagnosis.headline),
        _ladder(diagnosis),
        _questions(diagnosis),
        _remedies(diagnosis),
        _assumptions(diagnosis.assumptions),
    )
    return "\n\n".join("\n".join(lines) for lines in blocks) + "\n"


def _ladder(diagnosis: Diagnosis) -> Iterator[str]:
    unit = ", gaps in points" if diagnosis.scale.rate else ""
    yield from _fill(f"Error ladder ({diagnosis.scale.loss}{unit})")
    gaps: dict[Place, Gap] = {gap.end: gap for gap in diagnosis.gaps}
    rows: list[tuple[str, ...]] = [("", "level", "rows", "gap to the line above", "", "interval", "share", "verdict")]
    if diagnosis.errors.human is None:
        rows.append((PLACES["human"], "unknown", *[""] * 6))
    rows += [_row(level, gaps.get(level.name), diagnosis.scale) for level in diagnosis.errors.levels]
    used = [column for column in range(len(_ALIGNED)) if any(row[column] for row in rows[1:])]
    widths = {column: max(len(row[column]) for row in rows) for column in used}
    for row in rows:
        cells = (f"{row[column]:{_ALIGNED[column]}{widths[column]}}" for column in used)
        yield f"  {'  '.join(cells)}".rstrip()
    whole = diagnosis.errors.whole
    if whole is not None:
        last = PLACES[diagnosis.errors.last.name]
        yield f"  whole gap, human level to {last}: {diagnosis.scale.signed(whole)}"


def _row(level: Level, gap: Gap | None, scale: Scale) -> tuple[str, ...]:
    start = (PLACES[level.name], scale.level(level.value), "" if level.rows is None else f"{level.rows:,}")
    if gap is None:
        return (*start, *[""] * 5)
    size = "unknown" if gap.value is None else scale.signed(gap.value)
    interval = "" if gap.interval is None else scale.span(gap.interval)
    share = "" if gap.share is None else write_share(gap.share)
    bound = " >=" if gap.name == "avoidable_bias" and gap.value is not None and gap.value > 0 else ""
    return (*start, _GAPS[gap.name] + bound, size, interval, share, _VERDICTS[gap.verdict])


def _questions(diagnosis: Diagnosis) -> Iterator[str]:
    floor = diagnosis.scale.floor
    rule = "" if floor is None else f" (present: over {diagnosis.scale.gap(floor)} and at least {WHOLE})"
    yield from _fill(f"Questions{rule}")
    for number, step in enumerate(diagnosis.path, start=1):
        lead = f"  {number}. "
        yield from _fill(f"{step.question}  {step.numbers}: {step.answer}", lead)
        yield from _fill(f"=> {step.leads_to}", " " * len(lead))


def _remedies(diagnosis: Diagnosis) -> Iterator[str]:
    if not diagnosis.findings:
        yield "Next step"
        for remedy in diagnosis.remedies:
            yield from _advice(remedy, "  - ")
        return
    yield from _fill("What to do, in this order; train and diagnose again after each fix")
    for finding in diagnosis.findings:
        yield from _finding(finding)
        mine = [remedy for remedy in diagnosis.remedies if remedy.gap == finding.gap.name]
        for number, remedy in enumerate(mine, start=1):
            yield from _advice(remedy, f"    {number}. ")


def _finding(finding: Finding) -> Iterator[str]:
    yield from _fill(f"{finding.title}. {finding.detail}", "  ")


def _advice(remedy: Remedy, lead: str) -> Iterator[str]:
    yield from _fill(f"{remedy.title}. {remedy.why}", lead)
    if remedy.hyperparameters:
        yield from _fill(f"Search range: {_hints(remedy.hyperparameters)}", " " * len(lead))


def _hints(hints: Iterable[Hint]) -> str:
    return ", ".join(f"{hint.name} {hint.direction}" for hint in hints)


def _assumptions(assumptions: Iterable[str]) -> Iterator[str]:
    yield "What this rests on"
    for assumption in assumptions:
        yield from _fill(assumption, "  - ")


def _fill(text: str, lead: str = "") -> list[str]:
    # textwrap breaks at ordinary spaces only: a number stays with its percent sign.
    tied = text.replace(" %", _NO_BREAK + "%")
    lines = textwrap.wrap(tied, WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead))
    return [line.replace(_NO_BREAK, " ") for line in lines]
