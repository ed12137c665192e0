"""The rule: which gap between neighbouring losses is material.

A gap is present if and only if it is above the floor AND at least a quarter of the whole gap, which goes from the
reference to the last evaluated set. The floor is 1 percentage point for rates. The sources (Andrew Ng's talk "Nuts and
Bolts of Applying Deep Learning", his book "Machine Learning Yearning" and his course "Structuring Machine Learning
Projects") judge by eye and name no threshold: both numbers are a choice within the range that their worked examples
leave (floor from 1 to under 2 points, share above 22.2 % to 44.4 %).

Where it is known how sure the losses are, both conditions must hold for the whole of a confidence interval before a gap
is called present, and one must fail for the whole of it before it is called absent. Both are linear in the losses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from functools import partial
from itertools import pairwise

from smtune.diagnosis.interval import NOISE, Interval, Terms, contrast, deviates
from smtune.diagnosis.level import Level, Place
from smtune.diagnosis.model import Errors, Gap, GapName, Verdict
from smtune.diagnosis.needed import rows_needed
from smtune.diagnosis.selection import chosen, luck_of

RATE_FLOOR = Decimal("0.01")
SHARE = Decimal("0.25")

_SHOWN = Context(prec=16)
"""For shares that are printed; the verdict multiplies instead of dividing and stays exact."""

NAMES: dict[tuple[Place, Place], GapName] = {
    ("human", "train"): "avoidable_bias",
    ("train", "train_dev"): "variance",
    ("train", "validation"): "variance",
    ("train_dev", "validation"): "data_mismatch",
    ("validation", "test"): "validation_to_test",
}


@dataclass(frozen=True)
class Pair:
    """Two neighbours in a chain that is judged with `z` standard normal deviates to each side."""

    start: Level
    end: Level
    errors: Errors
    floor: Decimal | None
    z: float

    @property
    def name(self) -> GapName:
        return NAMES[self.start.name, self.end.name]

    @property
    def value(self) -> Decimal:
        return self.end.value - self.start.value

    @property
    def is_exact(self) -> bool:
        """Nothing is known of the chance in it."""
        return self.start.spread is None and self.end.spread is None

    @property
    def gap(self) -> Terms:
        return {self.end.name: 1.0, self.start.name: -1.0}

    @property
    def excess(self) -> Terms:
        """The gap less its share of the whole gap, or of the last loss where no human level bounds the whole."""
        terms = dict(self.gap)
        terms[self.errors.last.name] = terms.get(self.errors.last.name, 0.0) - float(SHARE)
        if self.errors.human is not None:
            terms["human"] = terms.get("human", 0.0) + float(SHARE)
        return terms


def measure_gaps(errors: Errors, floor: Decimal | None, confidence: float) -> tuple[Gap, ...]:
    """The gaps in the order of the chain; avoidable bias is always there, with no value without a reference.

    `floor` is in the losses' unit; None makes every verdict `not assessable`.
    """
    neighbours = list(pairwise(errors.levels))
    z = deviates(confidence, sum(1 for pair in neighbours if any(level.spread for level in pair)))
    luck = None if errors.jobs is None else luck_of(errors.validation, errors.test, errors.jobs, z)
    # What luck there is in validation is judged where it shows, at the test set; elsewhere it may hide a gap.
    honest = replace(errors, validation=chosen(errors.validation, luck))
    seen = replace(honest, test=None).levels
    gaps = [_gap(Pair(start, end, honest, floor, z)) for start, end in pairwise(seen)]
    if errors.test is not None:
        pair = Pair(errors.validation, errors.test, errors, floor, z)
        gaps.append(_explained(replace(_gap(pair), luck=luck), pair))
    if errors.human is None:
        return (Gap("avoidable_bias", "human", "train", None, None, "not assessable"), *gaps)
    return tuple(gaps)


def _gap(pair: Pair) -> Gap:
    whole = pair.errors.whole
    share = _SHOWN.divide(pair.value, whole) if whole is not None and whole > 0 else None
    gap = Gap(pair.name, pair.start.name, pair.end.name, pair.value, share, _judge(pair))
    if not pair.is_exact:
        gap = replace(gap, evidence="interval", interval=contrast(pair.gap, pair.errors.levels, pair.z))
    if gap.verdict == "not enough evidence":
        gap = replace(gap, needed=rows_needed(pair.errors.levels, pair.excess, partial(_is_settled, pair)))
    return gap


def _judge(pair: Pair) -> Verdict:
    # Below the reference, the distance to it no longer says anything about the distance to the optimum.
    if pair.floor is None or (pair.name == "avoidable_bias" and pair.errors.surpassed):
        return "not assessable"
    if pair.is_exact:
        return _judge_values(pair.value, pair.errors, pair.floor)
    return _judge_limits(pair, pair.floor, pair.errors.levels)


def _judge_values(value: Decimal, errors: Errors, floor: Decimal) -> Verdict:
    if value <= floor:
        return "absent"
    whole = errors.whole
    if whole is None:
        # No loss is below 0, so the whole gap is at most the last loss: a quarter of that is enough for sure.
        return "present" if value >= SHARE * errors.last.value else "not assessable"
    # A value over the floor passes by itself where the whole gap is not above 0: there only the floor counts.
    return "present" if value >= SHARE * whole else "absent"


def _judge_limits(pair: Pair, floor: Decimal, levels: Sequence[Level]) -> Verdict:
    size, least = contrast(pair.gap, levels, pair.z), float(floor) + NOISE
    part = contrast(pair.excess, levels, pair.z)
    whole = pair.errors.whole
    if whole is not None and whole <= 0:
        part = Interval(0.0, 0.0)
    if size.low > least and part.low >= -NOISE:
        return "present"
    if size.high <= least or (whole is not None and part.high < -NOISE):
        return "absent"
    if whole is None and size.low > least and part.high < -NOISE:
        return "not assessable"  # not for want of rows: the share of the whole gap needs a human level
    return "not enough evidence"


def _is_settled(pair: Pair, levels: Sequence[Level]) -> bool:
    return pair.floor is not None and _judge_limits(pair, pair.floor, levels) != "not enough evidence"


def _explained(gap: Gap, pair: Pair) -> Gap:
    """Whether a gap from validation to test is a mismatch, or the luck of the best of many training jobs."""
    if gap.verdict != "present":
        return gap
    if pair.errors.one_pool and pair.is_exact:
        return replace(gap, verdict="not assessable")  # chance or selection: nobody can say which without the rows
    if pair.errors.one_pool:
        return replace(gap, cause="selection")
    if gap.luck is None or gap.luck.most is None:
        return gap
    return replace(gap, cause="mismatch" if float(pair.value) > gap.luck.most else "either")
