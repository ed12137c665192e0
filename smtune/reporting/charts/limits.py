"""The part of an axis that is shown where few values lie far out: one that diverged would make a line of all others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_FEW = 8
_TIMES = 4.0
_ROOM = 0.06


def limits(values: Sequence[float], *, is_maximized: bool) -> tuple[float, float]:
    """Both ends, with some room. All values up to the best are within; of the bad ones those that are not far out.

    Far out is what lies further from the median than 4 times the distance from the median to the best tenth.
    """
    numbers = np.asarray(values, dtype=np.float64)
    low, high = float(numbers.min()), float(numbers.max())
    if len(numbers) >= _FEW:
        middle = float(np.median(numbers))
        best = float(np.quantile(numbers, 0.9 if is_maximized else 0.1))
        reach = _TIMES * abs(middle - best)
        if reach > 0 and is_maximized:
            low = max(low, middle - reach)
        elif reach > 0:
            high = min(high, middle + reach)
    room = _ROOM * (high - low) or abs(high) * _ROOM or 1.0
    return low - room, high + room


def beyond(values: Sequence[float], ends: tuple[float, float]) -> int:
    """How many values lie outside."""
    return sum(not ends[0] <= value <= ends[1] for value in values)
