"""What a log prints under one name in one form: a series, and what its regex has to know."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from smtune.metric_lab.log import Line
from smtune.metric_lab.sighting import Sighting, sightings

MAX_SERIES = 200
_MAX_FORMS = 20
Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """A number, and the index of the line it stands on."""

    line: int
    value: float


def same(left: list[Reading], right: list[Reading]) -> bool:
    """Whether two lists hold the same numbers of the same lines; nan is nan."""
    return len(left) == len(right) and all(
        one.line == other.line and (one.value == other.value or (math.isnan(one.value) and math.isnan(other.value)))
        for one, other in zip(left, right, strict=True)
    )


@dataclass
class Series:
    """All numbers under one name."""

    example: Sighting
    gaps: set[str] = field(default_factory=set)
    befores: set[str] = field(default_factory=set)
    first_a_line: list[Reading] = field(default_factory=list)
    last_a_line: list[Reading] = field(default_factory=list)

    def add(self, index: int, seen: Sighting) -> None:
        if len(self.gaps) < _MAX_FORMS:
            self.gaps.add(seen.gap)
        if len(self.befores) < _MAX_FORMS:
            self.befores.add(seen.before)
        reading = Reading(index, seen.value)
        if self.last_a_line and self.last_a_line[-1].line == index:
            self.last_a_line[-1] = reading
        else:
            self.first_a_line.append(reading)
            self.last_a_line.append(reading)

    @property
    def repeats(self) -> bool:
        """Whether a line holds several values: a progress bar that is redrawn."""
        return not same(self.first_a_line, self.last_a_line)


def collect(lines: Iterable[Line]) -> tuple[list[Series], int]:
    """The series of a log, in the order they begin, and how many numbers beyond the first 200 names were left out."""
    found, left_out = dict[Key, Series](), 0
    for index, line in enumerate(lines):
        for seen in sightings(line.text):
            separator = next((sign for sign in ("=", ":") if sign in seen.gap), "")
            key = (seen.name, seen.written, separator, seen.parent)
            if key not in found and len(found) == MAX_SERIES:
                left_out += 1
                continue
            found.setdefault(key, Series(seen)).add(index, seen)
    return list(found.values()), left_out
