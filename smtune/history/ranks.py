"""Partial rank correlation: what one hyperparameter does, the others and the order of the jobs held still.

Jobs of a search that learns are no independent draws: they move towards good places, all hyperparameters at once.
Regressing the others (each with its square) and the order of the jobs out of both sides takes that away.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from smtune.history.model import Floats, Sample
from smtune.search.space import Number

LEVEL = 0.05
"""What is less likely by chance is shown."""
FEWEST_FREE = 5
"""Degrees of freedom below which a correlation is not looked at."""
_FREE_FOR_SQUARES = 8


@dataclass(frozen=True)
class Correlation:
    """A partial rank correlation of `jobs` training jobs."""

    value: float
    """From -1 to 1."""
    p: float
    """Two-sided."""
    free: int
    """Degrees of freedom."""
    jobs: int


def ranked(values: Floats) -> Floats:
    """Ranks from 1; equals share the mean of theirs."""
    from scipy.stats import rankdata

    found: Floats = rankdata(values)
    return found


def controls(sample: Sample, but: int | None = None, rows: Floats | None = None) -> Floats:
    """The columns to hold still, (n, k): order, and every hyperparameter that varies but `but`, with its square.

    The squares go where they would leave too few degrees of freedom.
    """
    chosen = np.arange(len(sample)) if rows is None else np.flatnonzero(rows)
    order = ranked(sample.order[chosen])
    straight: list[Floats] = [order - order.mean()]
    bent: list[Floats] = []
    for index in sample.varied:
        if index == but:
            continue
        axis, places = sample.axes[index], sample.places[chosen, index]
        if isinstance(axis, Number):
            straight.append(places - 0.5)
            bent.append((places - 0.5) ** 2)
        else:
            straight += [column.astype(np.float64) for column in _indicators(places)]
    with_squares = len(chosen) - 2 - len(straight) - len(bent) >= _FREE_FOR_SQUARES
    return np.stack([*straight, *(bent if with_squares else ())], axis=1)


def _indicators(places: Floats) -> list[Floats]:
    """One column for each value of a choice but the first."""
    return [np.asarray(places == value, dtype=np.float64) for value in np.unique(places)[1:]]


def partial(values: Floats, places: Floats, held: Floats) -> Correlation | None:
    """Of `values` and `places`, both (n,), without what `held`, (n, k), explains; None where too little is left."""
    from scipy.stats import t

    base = np.column_stack([np.ones(len(values)), held])
    free = len(values) - 1 - int(np.linalg.matrix_rank(base))
    if free < FEWEST_FREE:
        return None
    one, other = _rest(ranked(values), base), _rest(ranked(places), base)
    size = math.sqrt(float(one @ one) * float(other @ other))
    if size < 1e-9 * len(values) ** 2:
        return None  # what is held explains one of them: nothing is left to correlate
    found = max(-1.0, min(1.0, float(one @ other) / size))
    statistic = abs(found) * math.sqrt(free / max(1e-12, 1 - found * found))
    return Correlation(found, float(2 * t.sf(statistic, free)), free, len(values))


def corrected(found: Mapping[int, Correlation | None]) -> dict[int, float]:
    """The chance of each, corrected for how many there are; 1 where there is no correlation."""
    tested = {index: each.p for index, each in found.items() if each is not None}
    return dict.fromkeys(found, 1.0) | dict(zip(tested, holm(list(tested.values())), strict=True))


def loss_trends(sample: Sample) -> dict[int, Correlation | None]:
    """Axis -> how the loss goes with it, for each range of numbers that was varied."""
    numbers = [index for index in sample.varied if sample.is_number(index)]
    return {index: partial(sample.losses, sample.places[:, index], controls(sample, index)) for index in numbers}


def _rest(values: Floats, base: Floats) -> Floats:
    solution = np.linalg.lstsq(base, values, rcond=None)[0]
    return np.asarray(values - base @ solution)


def residuals(values: Floats, held: Floats) -> Floats:
    """What `held` (and a constant) leaves of `values`."""
    return _rest(values, np.column_stack([np.ones(len(values)), held]))


def holm(chances: Sequence[float]) -> list[float]:
    """The chances corrected for how many there are (Holm 1979), in their order."""
    adjusted, most = [0.0] * len(chances), 0.0
    for place, index in enumerate(sorted(range(len(chances)), key=lambda each: chances[each])):
        most = max(most, min(1.0, (len(chances) - place) * chances[index]))
        adjusted[index] = most
    return adjusted
