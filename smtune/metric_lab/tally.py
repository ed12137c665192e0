"""What one metric's regex read from a whole log, in bounded memory."""

from __future__ import annotations

import math
import re
from collections import deque
from dataclasses import dataclass, field

from smtune.metric_lab.capture import Capture

_MAX_SERIES = 50


@dataclass(frozen=True)
class Value:
    """A number, and the line it stands on."""

    number: float
    line: int


@dataclass
class Tally:
    """Grows capture by capture; keeps the first `keep` of them, the last, and the first with each problem."""

    name: str
    regex: str
    keep: int
    lines: int = 0
    """Lines that the regex matches."""
    values: int = 0
    """Lines that became a number."""
    infinite: int = 0
    """Numbers that are nan or infinite."""
    first: Value | None = None
    last: Value | None = None
    lowest: Value | None = None
    highest: Value | None = None
    problems: dict[str, list[Capture]] = field(default_factory=dict)
    """The first captures with a problem, by its code."""
    counts: dict[str, int] = field(default_factory=dict)
    """How many captures have it."""
    series: dict[tuple[str, str], Capture] = field(default_factory=dict)
    """The first capture of each number of the log that it reads."""
    slow: int | None = None
    """The line that took too long."""

    def __post_init__(self) -> None:
        self._head: list[Capture] = []
        self._tail: deque[Capture] = deque(maxlen=self.keep)
        self.groups = re.compile(self.regex).groups

    def add(self, capture: Capture) -> None:
        """One more line that the regex matches."""
        self.lines += 1
        if len(self._head) < self.keep:
            self._head.append(capture)
        else:
            self._tail.append(capture)
        if capture.code:
            self.counts[capture.code] = self.counts.get(capture.code, 0) + 1
            same = self.problems.setdefault(capture.code, [])
            if len(same) < self.keep:
                same.append(capture)
        if capture.value is not None:
            self._add_value(Value(capture.value, capture.line))
        if capture.printed and len(self.series) < _MAX_SERIES:
            self.series.setdefault(capture.series, capture)

    def _add_value(self, value: Value) -> None:
        self.values += 1
        self.first = self.first or value
        self.last = value
        if not math.isfinite(value.number):
            self.infinite += 1
        if math.isnan(value.number):
            return
        if self.lowest is None or value.number < self.lowest.number:
            self.lowest = value
        if self.highest is None or value.number > self.highest.number:
            self.highest = value

    def kept(self) -> tuple[Capture, ...]:
        """The captures to show, in the order of the log."""
        wrong = [capture for same in self.problems.values() for capture in same]
        begins = list(self.series.values())
        unique = {(item.line, item.match, item.text): item for item in [*self._head, *wrong, *begins, *self._tail]}
        return tuple(sorted(unique.values(), key=lambda item: item.line))
