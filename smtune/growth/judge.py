"""Losses by rows -> whether more rows help, and what twice, four and ten times as many would bring. Pure.

The intervals are of the mean loss on the same validation rows. What all trainings share (the rows of the whole set, the
validation rows) moves the whole curve, and no gain.
"""

from __future__ import annotations

import dataclasses
import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from scipy import stats

from smtune.growth.fit import LEVEL, PARAMETERS, Laws, Values, fit, laws
from smtune.growth.model import Growth, Point, Prediction, Size
from smtune.retrain.model import Interval

TIMES = (2, 4, 10)
LEAST_SIZES = 3
LEAST_FREEDOM = 2
MATERIAL = 0.01
"""Of the loss that is there: a gain from twice the rows that is less does not pay. A convention."""
_MISFIT = 0.01


def judge(points: Sequence[Point], *, floored: bool, target: float | None = None) -> Growth:
    """What trainings on parts of the rows say.

    `floored`: the loss cannot be below 0. `target`: the loss that is wanted.
    """
    values = [(float(point.rows), point.validation) for point in points]
    sizes = _sizes(points)
    if not is_enough([rows for rows, _ in values]):
        return Growth("not enough evidence", "few", sizes, target=target)
    found = laws(values, floored=floored)
    now = abs(sizes[-1].validation or 0.0)
    growth = Growth(
        "no gain shown",
        "flat",
        sizes,
        fit(values, floored=floored),
        tuple(_prediction(found, times, sizes[-1].rows) for times in TIMES),
        target,
        material=MATERIAL * now,
    )
    if target is not None and (short := _short(points, growth, target, floored)) is not None:
        return short
    return _gain(growth, values)


def is_enough(rows: Sequence[float]) -> bool:
    """Whether trainings on so many rows each can give a verdict."""
    return len(set(rows)) >= LEAST_SIZES and len(rows) - PARAMETERS >= LEAST_FREEDOM


def _gain(growth: Growth, values: Values) -> Growth:
    if slope(values).low > 0:
        return dataclasses.replace(growth, reason="rising")
    if misfit(values, growth) < _MISFIT:
        kind = "not enough evidence" if slope(values).high < 0 else growth.kind
        return dataclasses.replace(growth, kind=kind, reason="misfit")
    gain, material = growth.predictions[0].gain, growth.material or 0.0
    if gain.low > material:
        return dataclasses.replace(growth, kind="more rows help", reason="falling")
    if gain.low <= 0 or slope(values).high >= 0:
        return growth
    if gain.high <= material:
        return dataclasses.replace(growth, reason="small")
    return dataclasses.replace(growth, kind="not enough evidence", reason="unclear")


def _short(points: Sequence[Point], growth: Growth, target: float, floored: bool) -> Growth | None:
    """That ten times the rows do not reach the target, if that is so.

    A training loss above it tells nothing where the target is reached: dropout and augmentation are for training alone.
    """
    if growth.predictions[-1].loss.low > target and _is_curve(points, growth):
        return dataclasses.replace(growth, kind="cannot be enough", reason="asymptote")
    training, now = training_limit(points, floored=floored), growth.sizes[-1].validation
    if training is not None and training > target and now is not None and now > target:
        return dataclasses.replace(growth, kind="cannot be enough", reason="training", training=training)
    return None


def _is_curve(points: Sequence[Point], growth: Growth) -> bool:
    values = [(float(point.rows), point.validation) for point in points]
    return misfit(values, growth) >= _MISFIT


def training_limit(points: Sequence[Point], *, floored: bool) -> float | None:
    """The lower limit of the training loss with ten times the rows; None where too little is known of it.

    It usually rises with the rows; then it is no less than now. Where it falls, or no rows were trained on twice so
    that nothing else tells the noise, the power law says how far.
    """
    known = [(float(point.rows), point.training) for point in points if point.training is not None]
    values = [(rows, loss) for rows, loss in known if loss is not None]
    if not is_enough([rows for rows, _ in values]):
        return None
    groups = _grouped(values)
    df = len(values) - len(groups)
    if slope(values).value < 0 or df == 0:
        return laws(values, floored=floored).level(TIMES[-1]).low
    last = groups[max(groups)]
    spread = math.sqrt(_pure(groups) / df)
    return float(np.mean(last)) - float(stats.t.ppf(LEVEL, df)) * spread / math.sqrt(len(last))


def slope(values: Values) -> Interval:
    """Of the loss over the logarithm of the rows: what ten times the rows change, along a straight line."""
    rows, losses = zip(*values, strict=True)
    line = stats.linregress(np.log10(rows), losses)
    half = float(stats.t.ppf((1 + LEVEL) / 2, len(values) - 2)) * float(line.stderr)
    return Interval(float(line.slope), float(line.slope) - half, float(line.slope) + half)


def misfit(values: Values, growth: Growth) -> float:
    """The p-value of the curve's means: whether they are farther from it than trainings of one size are apart."""
    groups = _grouped(values)
    df, pure = len(values) - len(groups), _pure(groups)
    if df == 0 or growth.curve is None or len(groups) <= PARAMETERS:
        return 1.0
    curve = growth.curve
    off = sum(
        len(losses) * (float(np.mean(losses)) - curve.a - curve.b * rows**-curve.c) ** 2
        for rows, losses in groups.items()
    )
    size = max(abs(loss) for _, loss in values)
    if pure <= df * (1e-9 * size) ** 2:
        return 1.0  # a coarse metric, or nothing is drawn at all
    more = len(groups) - PARAMETERS
    return float(stats.f.sf(off / more / (pure / df), more, df))


def _prediction(found: Laws, times: int, rows: int) -> Prediction:
    return Prediction(times, times * rows, found.level(times), found.gain(times))


def _grouped(values: Values) -> dict[float, list[float]]:
    groups: dict[float, list[float]] = defaultdict(list)
    for rows, loss in values:
        groups[rows].append(loss)
    return dict(sorted(groups.items()))


def _pure(groups: dict[float, list[float]]) -> float:
    return sum(len(losses) * float(np.var(losses)) for losses in groups.values())


def _deviation(losses: Sequence[float]) -> float:
    """Standard deviation; 0 for what is only the rounding of floats."""
    found = float(np.std(losses, ddof=1))
    return found if found > 1e-12 * max(map(abs, losses)) else 0.0


def _sizes(points: Sequence[Point]) -> tuple[Size, ...]:
    found = []
    for rows in sorted({point.rows for point in points}):
        here = [point for point in points if point.rows == rows]
        losses = [point.validation for point in here]
        training = [point.training for point in here if point.training is not None]
        found.append(
            Size(
                rows,
                len(here),
                float(np.mean(losses)),
                _deviation(losses) if len(losses) > 1 else None,
                float(np.mean(training)) if training else None,
            )
        )
    return tuple(found)
