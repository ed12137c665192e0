"""What the verdicts rest on and what else the numbers give away, one sentence each."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from smtune.diagnosis.answers import PLACES, loss_at
from smtune.diagnosis.model import Errors, Gap
from smtune.diagnosis.reference import Benchmark
from smtune.diagnosis.scale import Scale, percent
from smtune.diagnosis.selection import luck_of
from smtune.diagnosis.setting import Setting

_POINT_ONLY = (
    "Point-only: without the sizes of the sets chance is not taken into account; on small sets another "
    "sample could change a verdict."
)
_INTERVALS = (
    "Every verdict that is given is right with {confidence} confidence, all of them at once. Rows count as "
    "independent: several of one patient or one speaker make the intervals too narrow; give a standard error then."
)
_NO_SPREAD = (
    "The number of rows does not say how sure {metric} is; give a standard error, as a bootstrap over the predictions "
    "has it (for auc the positive rows are enough). Until then it counts as exact on {sets}."
)
_CHOSEN = (
    "Validation chose the best of {jobs} training jobs: that alone can make it look up to {amount} better, if all were "
    "equally good. The intervals of the gaps up to validation allow for it."
)
_AT_LEAST = (
    "Human level is an upper bound of the lowest possible {noun}: avoidable bias is at least what is shown, "
    "and the shares of the other gaps are at most."
)
_NO_REFERENCE = (
    "Bias is not assessable without a human level, which is not taken to be 0. Any other gap is called high "
    "only if it would be at every human level."
)
_SURPASSED = "Human level is surpassed: the reference can no longer measure bias."
_MEMORISED = (
    "Training is better than human level and unseen rows are worse: training rows were memorised, which "
    "counts as variance."
)
_LIKE_TRAINING = (
    "Validation is taken to be drawn like training; if it is not, its gap mixes variance with data "
    "mismatch and only a train-dev set can separate them."
)
_ONE_POOL = (
    "Validation and test were drawn at random from one pool, so a gap between them is no mismatch: it is "
    "chance, or validation flatters a model that was chosen on it as the best of many. Trust test."
)
_ZERO = (
    "Training error is 0: a model that reproduces its training rows (deep trees, a random forest) always "
    "shows a variance gap."
)
_EPOCH = ", or training was measured with dropout, augmentation or averaged over an epoch"
_LOWER = "{end} is {gap} below {start}: one of the sets is easier, or it is chance{training}."


def list_assumptions(
    errors: Errors, gaps: tuple[Gap, ...], scale: Scale, setting: Setting, reference: Benchmark | None
) -> tuple[str, ...]:
    """The general ones first, then what is special about these numbers."""
    return (
        *_evidence(errors, gaps, scale, setting),
        *_general(errors, scale, reference),
        *_special(errors, gaps, scale),
    )


def _evidence(errors: Errors, gaps: tuple[Gap, ...], scale: Scale, setting: Setting) -> Iterator[str]:
    useless = [PLACES[level.name] for level in errors.levels if level.rows is not None and level.spread is None]
    if useless:
        yield _NO_SPREAD.format(metric=scale.metric, sets=" and ".join(useless))
    if errors.is_exact:
        yield _POINT_ONLY
        return
    yield _INTERVALS.format(confidence=percent(setting.confidence))
    exact = [PLACES[level.name] for level in errors.levels if level.spread is None]
    if exact:
        yield f"Counted as exact, for nothing says how sure it is: {' and '.join(exact)}."
    yield from _luck(errors, gaps, scale)


def _luck(errors: Errors, gaps: tuple[Gap, ...], scale: Scale) -> Iterator[str]:
    luck = luck_of(errors.validation, errors.test, errors.jobs, 2.0) if errors.jobs else None
    if luck is not None and luck.jobs > 1:
        yield _CHOSEN.format(jobs=f"{luck.jobs:,}", amount=scale.amount(luck.flattery), noun=scale.noun)
    elif errors.jobs is None and any(gap.evidence == "interval" for gap in gaps):
        yield f"Validation {scale.noun} is taken as that of one model; if it is the best of many, say of how many."


def _general(errors: Errors, scale: Scale, reference: Benchmark | None) -> Iterator[str]:
    if scale.loss != scale.metric:
        yield f"All values are losses, lower is better: {scale.metric} is shown as {scale.loss}."
    if reference is not None and reference.reason:
        yield f"Human level is that of {' and '.join(reference.labels)}: {reference.reason}."
    yield _NO_REFERENCE if errors.human is None else _AT_LEAST.format(noun=scale.noun)
    if errors.train_dev is None and not errors.one_pool:
        yield _LIKE_TRAINING
    if errors.one_pool and errors.test is not None:
        yield _ONE_POOL


def _special(errors: Errors, gaps: tuple[Gap, ...], scale: Scale) -> Iterator[str]:
    if errors.surpassed:
        yield _SURPASSED
    if errors.memorised:
        yield _MEMORISED
    if errors.train.value == 0:
        yield _ZERO
    if errors.human is not None and scale.rate and scale.floor is not None:
        yield from _coarse(errors.human.value, scale.floor, scale)
    for gap in gaps:
        if gap.value is not None and gap.value < 0 and gap.start != "human":
            start, end = loss_at(gap.start, scale), loss_at(gap.end, scale).capitalize()
            also = _EPOCH if gap.start == "train" else ""
            yield _LOWER.format(start=start, end=end, gap=scale.gap(gap.value), training=also)


def _coarse(human: Decimal, floor: Decimal, scale: Scale) -> Iterator[str]:
    if human >= floor:
        return
    times = f"{float(floor / human):.3g} times" if human else "above"
    yield (
        f"The floor of {scale.gap(floor)} is {times} human level ({scale.level(human)}): if gaps below it "
        "matter to you, lower it."
    )
