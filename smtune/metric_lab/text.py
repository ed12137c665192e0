"""What was read from a log, as text: each line with the match (~) and the captured text (^) marked below it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from smtune.metric_lab.capture import Capture
from smtune.metric_lab.examine import Examination, Examined, Goal
from smtune.metric_lab.suggest import Suggestion

_BEFORE = 40
_WIDTH = 100
_CONTROL_PICTURES = 0x2400
_CODE_SHOWN = 3


def describe(item: Examined, examination: Examination) -> str:
    """One metric: its regex, what is wrong, the lines it reads and what to write instead."""
    advice = _advice(item, "the beginning and the end of this log" if examination.left_out else "this log")
    return "\n".join([_heading(item, examination.goal), *_judged(item), *_captures(item), *advice])


def verdict(item: Examined) -> str:
    """In a word or two, for a table."""
    if not item.flaws:
        return "ok"
    codes = [flaw.code for flaw in item.flaws]
    more = f", and {len(codes) - _CODE_SHOWN} more" if len(codes) > _CODE_SHOWN else ""
    return f"FLAWED: {', '.join(codes[:_CODE_SHOWN])}{more}"


def number(value: float | None) -> str:
    """A number as a log would print it."""
    return "" if value is None else f"{value:.6g}"


def _heading(item: Examined, goal: Goal | None) -> str:
    role = f"  (objective, {'maximized' if goal.maximizes else 'minimized'})" if goal and item.is_objective else ""
    return f"{item.name}{role}\n  regex    {item.regex}"


def _judged(item: Examined) -> Iterator[str]:
    if not item.flaws:
        yield f"  verdict  ok: {_count(item.values)}"
    for flaw in item.flaws:
        place = f" (line {flaw.line})" if flaw.line else ""
        yield f"  FLAW     {flaw.message}{place}"
        if flaw.fix:
            yield f"           {flaw.fix}"
    if item.note:
        yield f"  note     {item.note}"


def _captures(item: Examined) -> Iterator[str]:
    width = max((len(str(capture.line)) for capture in item.captures), default=1)
    several = len({capture.series for capture in item.captures if capture.printed}) > 1
    for capture in item.captures:
        text, marks = mark(capture)
        result = capture.problem or f"{capture.value:.10g}{f' of {capture.printed}' if several else ''}"
        yield f"    {capture.line:>{width}} | {text}"
        yield f"    {' ' * width} | {marks}  {result}"
    if item.lines > len(item.captures):
        yield f"    {len(item.captures)} of {item.lines} lines; --all shows every one"


def _advice(item: Examined, where: str) -> Iterator[str]:
    if item.proposal:
        yield f"  try      {item.proposal.regex}"
        yield f"           proven on {where}: {summary(item.proposal)}"
    elif item.to_print:
        yield f"  print    {item.to_print.code}"
        yield f"           with the regex {item.to_print.regex}"


def summary(found: Suggestion) -> str:
    """What a proposed regex captures."""
    if found.lines == 1:
        return f"{_count(1)}, {number(found.last)}"
    return f"{_count(found.lines)}, from {number(found.first)} to {number(found.last)}"


def mark(capture: Capture) -> tuple[str, str]:
    """The part of the line around the match, and the marks to stand below it."""
    start, end = capture.match
    group = capture.group if capture.group[0] >= 0 else (start, start)
    # With a regex that begins with `.*` the group is far from where the match starts.
    begin = max(0, max(start, group[0] - _WIDTH // 2) - _BEFORE) if len(capture.text) > _WIDTH else 0
    stop = min(len(capture.text), begin + _WIDTH)
    marks = [
        "^" if group[0] <= place < group[1] else "~" if start <= place < end else " " for place in range(begin, stop)
    ]
    if group[0] == group[1] and capture.group[0] >= 0:
        marks[group[0] - begin : group[0] - begin + 1] = ["^"]  # where nothing was captured
    left, right = "..." if begin else "", "..." if stop < len(capture.text) else ""
    text = f"{left}{visible(capture.text[begin:stop])}{right}"
    return text.rstrip(), f"{' ' * len(left)}{''.join(marks).rstrip()}"


def visible(text: str) -> str:
    """Without anything that a terminal would obey; as many characters as before."""
    return "".join(
        character
        if character.isprintable()
        else chr(_CONTROL_PICTURES + ord(character))
        if ord(character) < 32
        else "\N{REPLACEMENT CHARACTER}"
        for character in text
    )


def finite(value: float | None) -> float | None:
    """For JSON, which has no nan and no infinity."""
    return value if value is not None and math.isfinite(value) else None


def _count(values: int) -> str:
    return f"{values:,} value{'' if values == 1 else 's'}"
