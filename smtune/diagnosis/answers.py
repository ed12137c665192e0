"""The question each gap answers, and the answer with its numbers: shared by the findings and the text."""

from __future__ import annotations

from smtune.diagnosis.model import Errors, Gap, Place
from smtune.diagnosis.rule import SHARE
from smtune.diagnosis.scale import Scale, write_share

PLACES: dict[Place, str] = {
    "human": "human level",
    "train": "training",
    "train_dev": "train-dev",
    "validation": "validation",
    "test": "test",
}
WHOLE = f"{SHARE:.0%}".replace("%", " % of the whole gap")


def loss_at(place: Place, scale: Scale) -> str:
    """The loss at a place in words, as in `training error`; human level stands for itself."""
    return PLACES[place] if place == "human" else f"{PLACES[place]} {scale.noun}"


def ask(gap: Gap, scale: Scale) -> str:
    """As in `Is training error well above human level?`."""
    return f"Is {loss_at(gap.end, scale)} well above {loss_at(gap.start, scale)}?"


def size(gap: Gap, errors: Errors, scale: Scale) -> str:
    """How large the gap is and what part of the whole, as in `at least 4.0 points of 5.0 (80 %)`.

    Human level bounds the best possible loss from above, hence the `at least` for bias.
    """
    shown = "an unknown amount" if gap.value is None else scale.gap(gap.value)
    bound = f"at least {shown}" if gap.name == "avoidable_bias" else shown
    return bound + _part(gap, errors, scale)


def _part(gap: Gap, errors: Errors, scale: Scale) -> str:
    if errors.whole is None:
        return ", at least a quarter of the whole gap whatever the human level"
    if gap.share is None:
        return " (no share: the whole gap is not above zero)"
    if gap.share > 1:
        return f", more than the whole gap of {scale.gap(errors.whole)}"
    return f" of {scale.digits(errors.whole)} ({write_share(gap.share)})"


def answer(gap: Gap, errors: Errors, scale: Scale) -> str:
    """Yes, no or cannot be told, and why."""
    if gap.verdict == "high":
        return f"yes, {size(gap, errors, scale)}"
    if gap.verdict == "low":
        return f"no, {_why_low(gap, errors, scale)}"
    return f"cannot be told: {_why_unknown(gap, errors, scale)}"


def _why_low(gap: Gap, errors: Errors, scale: Scale) -> str:
    if gap.value is not None and gap.value < 0:
        return f"it is {scale.gap(gap.value)} lower"
    if gap.value is not None and scale.floor is not None and gap.value <= scale.floor:
        return f"{scale.gap(gap.value)}, and anything up to {scale.gap(scale.floor)} counts as small"
    return f"{size(gap, errors, scale)}, less than {WHOLE}"


def _why_unknown(gap: Gap, errors: Errors, scale: Scale) -> str:
    if gap.value is None:
        return "no human level was given"
    if gap.name == "avoidable_bias" and errors.surpassed:
        return "human level is surpassed and can no longer measure bias"
    if gap.name == "validation_to_test" and errors.one_pool and scale.floor is not None:
        return f"{size(gap, errors, scale)}, but both were drawn from one pool: chance or selection, no mismatch"
    if scale.floor is None:
        return f"nothing given says how much {scale.noun} matters"
    return f"{scale.gap(gap.value)} is material only if it is {WHOLE}, which needs a human level"
