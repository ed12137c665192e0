"""What one regex reads from one line, and what is wrong with it there."""

from __future__ import annotations

import math
from dataclasses import dataclass

from smtune.errors import cut
from smtune.metric_lab.log import Line
from smtune.metric_lab.metric_name import set_of
from smtune.metric_lab.number import whole_number
from smtune.metric_lab.search import Found
from smtune.metric_lab.sighting import name_at
from smtune.metrics import TAB, as_number


@dataclass(frozen=True)
class Capture:
    """One match of a metric's regex. Spans are of `text`."""

    line: int
    """The line's number, from 1."""
    text: str
    """The line as the service's log shows it: a TAB is `#011`."""
    match: tuple[int, int]
    group: tuple[int, int]
    """(-1, -1) where the regex has no group, or the group took no part."""
    value: float | None
    """The number it becomes; None where it becomes none."""
    printed: str = ""
    """What the line calls this number, as far as it can be told."""
    word: str = ""
    """The last word of that."""
    code: str = ""
    """What is wrong, in a word: `empty`, `not-a-number`, `cut-short`, `stale`; empty when nothing is."""
    problem: str = ""
    """The same as a sentence."""

    @property
    def captured(self) -> str:
        """The captured text."""
        return self.text[self.group[0] : self.group[1]] if self.group[0] >= 0 else ""

    @property
    def series(self) -> tuple[str, str]:
        """Which number of the log this is: the last word of its name, and the set it is measured on."""
        return self.word, set_of(self.printed)


def read_capture(line: Line, found: Found) -> Capture:
    """What the engine makes of a match."""
    text, group = line.text, (found.group_start, found.group_end)
    captured = text[slice(*group)] if group[0] >= 0 else None
    value = as_number(captured)
    code, problem = _problem(text, found, captured, value)
    printed, word = ("", "")
    if captured:
        start = group[0] + len(captured) - len(captured.lstrip())
        printed, word = name_at(text, start, group[1])
    return Capture(line.number, text, (found.start, found.end), group, value, printed, word, code, problem)


def _problem(text: str, found: Found, captured: str | None, value: float | None) -> tuple[str, str]:
    if not captured:
        return "empty", "captures nothing"
    if value is None:
        return "not-a-number", _not_a_number(captured)
    number = captured.split(TAB)[0]
    start = found.group_start + len(number) - len(number.lstrip())
    whole = whole_number(text, start, start + len(number.split()[0]))
    if whole is not None and not _equal(float(whole), value):
        return "cut-short", f"reads {number.strip()} of {whole}"
    latest = as_number(text[found.again : found.again_end]) if found.again >= 0 else None
    if latest is not None and not _equal(latest, value):
        return "stale", f"the line is redrawn: reads {number.strip()}, and {latest:.6g} comes after it"
    return "", ""


def _not_a_number(captured: str) -> str:
    if "\x1b" in captured:
        return "captures a colour code with the number"
    return f"captures {cut(captured, 40)!r}, which is not a number"


def _equal(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))
