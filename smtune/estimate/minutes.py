"""How long one training job may take: an assumption, because nothing before the first one tells."""

from __future__ import annotations

import math
from dataclasses import dataclass

from smtune.errors import UsageError

_FORM = "write three numbers above 0 that do not fall, as in --job-minutes 2:5:20"


@dataclass(frozen=True)
class JobMinutes:
    """Minutes that one whole training job takes: optimistic, usual, pessimistic."""

    low: float = 3.0
    likely: float = 10.0
    high: float = 60.0
    is_given: bool = False
    """Whether somebody said so; else these are smtune's own."""

    def __str__(self) -> str:
        return f"{self.low:g}, {self.likely:g} or {self.high:g} minutes"


STARTUP = JobMinutes(1.0, 3.0, 8.0)
"""Until a training job's instances are there: not billed, but somebody waits. A guess of smtune's, and said to be."""


def parse_minutes(text: str) -> JobMinutes:
    """`LOW:LIKELY:HIGH` -> JobMinutes; raises UsageError."""
    try:
        low, likely, high = (float(part) for part in text.split(":"))
    except ValueError:
        message = f"{text!r} is not LOW:LIKELY:HIGH; {_FORM}"
        raise UsageError(message) from None
    if not (0 < low <= likely <= high and math.isfinite(high)):
        message = f"{text!r} does not rise from LOW to HIGH; {_FORM}"
        raise UsageError(message)
    return JobMinutes(low, likely, high, is_given=True)
