"""The rule: which gap between neighbouring losses is high.

A gap is high if and only if it is above the floor AND at least a quarter of the whole gap, which goes from
the reference to the last evaluated set. The floor is 1 percentage point for rates. The sources (Andrew Ng's
talk "Nuts and Bolts of Applying Deep Learning", his book "Machine Learning Yearning" and his course
"Structuring Machine Learning Projects") judge by eye and name no threshold: both numbers are a choice within
the range that their worked examples leave (floor from 1 to under 2 points, share above 22.2 % to 44.4 %).
"""

from __future__ import annotations

from decimal import Context, Decimal
from itertools import pairwise

from smtune.diagnosis.model import Errors, Gap, GapName, Level, Place, Verdict

RATE_FLOOR = Decimal("0.01")
SHARE = Decimal("0.25")

_SHOWN = Context(prec=16)
"""For shares that are printed; the verdict multiplies instead of dividing and stays exact."""

_NAMES: dict[tuple[Place, Place], GapName] = {
    ("human", "train"): "avoidable_bias",
    ("train", "train_dev"): "variance",
    ("train", "validation"): "variance",
    ("train_dev", "validation"): "data_mismatch",
    ("validation", "test"): "validation_to_test",
}


def measure_gaps(errors: Errors, floor: Decimal | None) -> tuple[Gap, ...]:
    """The gaps in the order of the chain; avoidable bias is always there, with no value without a reference.

    `floor` is in the losses' unit; None makes every verdict `not assessable`.
    """
    gaps = tuple(_gap(errors, start, end, floor) for start, end in pairwise(errors.levels))
    if errors.human is None:
        return (Gap("avoidable_bias", "human", "train", None, None, "not assessable"), *gaps)
    return gaps


def _gap(errors: Errors, start: Level, end: Level, floor: Decimal | None) -> Gap:
    value = end.value - start.value
    whole = errors.whole
    share = _SHOWN.divide(value, whole) if whole is not None and whole > 0 else None
    name = _NAMES[start.name, end.name]
    # Below the reference, the distance to it no longer says anything about the distance to the optimum.
    blind = floor is None or (name == "avoidable_bias" and errors.surpassed)
    verdict = "not assessable" if floor is None or blind else _judge(value, errors, floor)
    if name == "validation_to_test" and errors.one_pool and verdict == "high":
        verdict = "not assessable"  # chance or selection: without the sets' sizes nobody can say which, or how much
    return Gap(name, start.name, end.name, value, share, verdict)


def _judge(value: Decimal, errors: Errors, floor: Decimal) -> Verdict:
    if value <= floor:
        return "low"
    whole = errors.whole
    if whole is None:
        # No loss is below 0, so the whole gap is at most the last loss: a quarter of that is enough for sure.
        return "high" if value >= SHARE * errors.last.value else "not assessable"
    # A value over the floor passes by itself where the whole gap is not above 0: there only the floor counts.
    return "high" if value >= SHARE * whole else "low"
