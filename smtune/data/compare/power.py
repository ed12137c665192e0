"""How large a difference has to be for these samples to show it four times in five."""

from __future__ import annotations

import math

_POWER_Z = 0.8416


def detectable_distance(rows_a: int, rows_b: int, alpha: float) -> float:
    """Kolmogorov and Smirnov's distance: the test's limit, and the spread of one point of the two curves.

    Conservative: the largest distance of two samples is at least that at any one point.
    """
    limit = math.sqrt(-math.log(alpha / 2) / 2)
    return min(1.0, (limit + _POWER_Z / 2) * math.sqrt(1 / rows_a + 1 / rows_b))


def detectable_auc(rows_a: int, rows_b: int, alpha: float) -> float:
    """The AUC of a model that is judged on one half of the rows."""
    from scipy import stats

    a, b = rows_a / 2, rows_b / 2
    spread = math.sqrt((a + b + 1) / (12 * a * b))
    return min(1.0, 0.5 + (float(stats.norm.isf(alpha)) + _POWER_Z) * spread)
