"""What the next tuning job costs, going by the last one."""

from __future__ import annotations

from dataclasses import dataclass

_MINUTE, _HOUR = 60, 3600


@dataclass(frozen=True)
class Effort:
    """What one training job of the last tuning job took."""

    seconds: float
    """Of training, on average."""
    dollars: float | None = None
    """None on this machine, or where the price is not known."""


def tell_cost(effort: Effort | None, jobs: int | None) -> str:
    """In words; empty where nothing is known."""
    if effort is None or jobs is None:
        return ""
    total = f"about {jobs} training jobs of {_duration(effort.seconds)}, {_duration(jobs * effort.seconds)} in all"
    money = "" if effort.dollars is None else f", ${jobs * effort.dollars:.2f}"
    return f"{total}{money}, if they take as long as the last ones"


def _duration(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    return f"{seconds / _MINUTE:.0f} min" if seconds < 2 * _HOUR else f"{seconds / _HOUR:.1f} h"
