"""Metric definitions applied to a training log as the service does: `re.search`, line by line; the last value counts.

The service's log pipeline shows a TAB as `#011`, and the built-in algorithms' regexes are written for that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

TAB = "#011"


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
    _steps: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._compiled = [(item["Name"], re.compile(item["Regex"])) for item in self.definitions]

    def read(self, line: str, time: float) -> list[Observation]:
        """The values that `line` (without its newline) carries."""
        text = as_logged(line)
        found = []
        for name, regex in self._compiled:
            value = _captured(regex.search(text))
            if value is not None:
                step = self._steps.get(name, 0)
                self._steps[name] = step + 1
                found.append(Observation(name, value, time, step))
        return found


def as_logged(line: str) -> str:
    """A line as the service's log shows it."""
    return line.replace("\t", TAB)


def as_printed(line: str) -> str:
    """A line of the service's log as the training job printed it."""
    return line.replace(TAB, "\t")


def last_values(observations: Iterable[Observation]) -> dict[str, float]:
    """The final value of each metric: the service uses the latest one, not the best."""
    return {item.name: item.value for item in observations}


def _captured(match: re.Match[str] | None) -> float | None:
    if match is None or not match.groups() or match[1] is None:
        return None
    # `(\S+)` runs over `#011`, which is text to it: the value ends where the TAB was.
    words = as_printed(match[1]).split()
    try:
        return float(words[0]) if words else None
    except ValueError:
        return None
