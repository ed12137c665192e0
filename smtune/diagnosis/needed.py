"""How many more rows would settle a verdict, if the losses stay what they are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from math import ceil

from smtune.diagnosis.level import Level, Place

_MOST = 1000.0
"""Times the rows: more than that is no advice."""
_STEPS = 50


@dataclass(frozen=True)
class Needed:
    """So many more rows in each of these sets, and the verdict is no longer open."""

    more: tuple[tuple[Place, int], ...]

    def to_dict(self) -> dict[str, int]:
        return dict(self.more)


def rows_needed(
    levels: Sequence[Level], among: Collection[Place], settles: Callable[[Sequence[Level]], bool]
) -> Needed | None:
    """The fewest more rows of one set that settle it; where no single set does, of all of `among` together.

    None where no number of rows does: a gap right at the threshold, or sets without known rows.
    """
    measured = [level for level in levels if level.name in among and level.spread is not None and level.spread.rows]
    alone = [found for level in measured if (found := _needed((level,), levels, settles))]
    if alone:
        return min(alone, key=lambda found: found.more[0][1])
    return _needed(measured, levels, settles) if len(measured) > 1 else None


def _needed(
    growing: Sequence[Level], levels: Sequence[Level], settles: Callable[[Sequence[Level]], bool]
) -> Needed | None:
    names = {level.name for level in growing}

    def enough(factor: float) -> bool:
        return settles([_grown(level, factor) if level.name in names else level for level in levels])

    if not enough(_MOST):
        return None
    low, high = 1.0, _MOST
    for _ in range(_STEPS):  # by factors: the answer may be 1.1 or 10,000 times the rows
        middle = (low * high) ** 0.5
        low, high = (low, middle) if enough(middle) else (middle, high)
    return Needed(tuple((level.name, max(1, ceil(_rows(level) * (high - 1)))) for level in growing))


def _rows(level: Level) -> float:
    assert level.spread is not None  # noqa: S101  the caller has chosen those that have one
    return level.spread.rows or 0.0


def _grown(level: Level, factor: float) -> Level:
    return level if level.spread is None else replace(level, spread=level.spread.grown(factor))
