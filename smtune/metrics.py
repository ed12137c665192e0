"""Metric definitions applied to a training log as the service does: `re.search`, line by line; the last value counts.

The service's log pipeline shows a TAB as `#011`, and the built-in algorithms' regexes are written for that.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from smtune.errors import Problem, SpecError
from smtune.line_search import SECONDS, LineSearch, begins_with_anything, compile_python, line_search

TAB = "#011"
LINE_BYTES = 65_536
"""A line of a log that is longer is read in pieces of this size."""
Search = Callable[[str], re.Match[str] | None]
_SLOW_LINES = 3
"""So many lines may take a metric's regex too long before it is given up."""


@dataclass(frozen=True)
class Observation:
    """One value of a metric that a training job printed."""

    name: str
    value: float
    """As printed; may be nan or infinite."""
    time: float
    """When the line was written, in seconds since the epoch."""
    step: int
    """How many values of this metric came before it."""


@dataclass
class Scraper:
    """Reads a log line by line; counts the steps of each metric."""

    definitions: Sequence[Mapping[str, str]]
    """As in the request: [{"Name": ..., "Regex": ...}]."""
    slow: dict[str, str] = field(default_factory=dict)
    """Metrics whose regex took too long for a line, and what is to be said of it."""
    given_up: set[str] = field(default_factory=set)
    """Metrics that are not looked for any more, or not by each of their definitions: too many lines took too long."""
    _steps: dict[str, int] = field(default_factory=dict)
    _slow_lines: Counter[tuple[str, LineSearch]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._searches = [(item["Name"], _search(item)) for item in self.definitions]

    def read(self, line: str, time: float) -> list[Observation]:
        """The values that `line` (without its newline) carries."""
        text, found = as_logged(line), []
        for name, search in self._searches:
            try:
                captured = search.first_group(text)
            except TimeoutError:
                captured = None
                self._note_slow_line(name, search)
            value = None if captured is None else as_number(captured)
            if value is not None:
                step = self._steps.get(name, 0)
                self._steps[name] = step + 1
                found.append(Observation(name, value, time, step))
        return found

    def _note_slow_line(self, name: str, search: LineSearch) -> None:
        words = (
            f"smtune: a line was not searched for the metric {name!r}: its regex {search.regex!r} takes more than "
            f"{SECONDS:g} s for it; after {_SLOW_LINES} such lines the metric is not read any more"
        )
        self.slow.setdefault(name, words)
        self._slow_lines[name, search] += 1
        if self._slow_lines[name, search] >= _SLOW_LINES:
            self.given_up.add(name)
            self._searches = [item for item in self._searches if item != (name, search)]


def as_logged(line: str) -> str:
    """A line as the service's log shows it."""
    return line.replace("\t", TAB)


def as_text(raw: bytes) -> str:
    """A line of a log as the engine reads it: UTF-8, what is not is replaced; no newline or CR at its end."""
    return raw.decode("utf-8", errors="replace").rstrip("\r\n")


def as_printed(line: str) -> str:
    """A line of the service's log as the training job printed it."""
    return line.replace(TAB, "\t")


def _search(definition: Mapping[str, str]) -> LineSearch:
    try:
        return line_search(definition["Regex"])
    except re.error as error:
        fix = "write it without what only Java's regular expressions have"
        problem = Problem(0, 0, definition["Name"], f"Python cannot read the regex: {error}", fix, "R21")
        raise SpecError((problem,), source="metric definitions") from None


def compile_search(regex: str) -> Search:
    """`re.search` of this regex, however long it takes; raises re.error.

    A regex that begins with `.*` matches from a line's start or nowhere. `search` would try every other start all
    the same, in quadratic time: seconds for a line of 64 kB, and all of AWS's own regexes for XGBoost begin so.
    """
    compiled = compile_python(regex)
    if not begins_with_anything(regex):
        return compiled.search
    return lambda text: compiled.search(text) if "\n" in text else compiled.match(text)


def as_number(captured: str | None) -> float | None:
    """The number that a regex's group captured; None where it is not one, or the group took no part."""
    # `(\S+)` runs over `#011`, which is text to it: the value ends where the TAB was.
    words = as_printed(captured or "").split()
    try:
        return float(words[0]) if words else None
    except ValueError:
        return None
