"""The path through the chain: the question each gap answers, the answer with its numbers, and where it leads."""

from __future__ import annotations

from collections.abc import Sequence

from smtune.diagnosis.level import Place
from smtune.diagnosis.model import Errors, Gap, GapName, Step
from smtune.diagnosis.needed import Needed
from smtune.diagnosis.rule import SHARE
from smtune.diagnosis.scale import Scale, write_share

PLACES: dict[Place, str] = {
    "human": "human level",
    "train": "training",
    "train_dev": "train-dev",
    "validation": "validation",
    "test": "test",
}
CALLED: dict[GapName, str] = {
    "avoidable_bias": "high bias",
    "variance": "high variance",
    "data_mismatch": "data mismatch",
    "validation_to_test": "data mismatch or selection",
}
_OPEN: dict[GapName, str] = {
    "avoidable_bias": "avoidable bias",
    "variance": "variance",
    "data_mismatch": "data mismatch",
    "validation_to_test": "the gap to test",
}
WHOLE = f"{SHARE:.0%}".replace("%", " % of the whole gap")


def loss_at(place: Place, scale: Scale) -> str:
    """The loss at a place in words, as in `training error`; human level stands for itself."""
    return PLACES[place] if place == "human" else f"{PLACES[place]} {scale.noun}"


def walk(gaps: tuple[Gap, ...], errors: Errors, scale: Scale) -> tuple[Step, ...]:
    """One step per gap."""
    return tuple(
        Step(ask(gap, scale), _numbers(gap, errors, scale), answer(gap, errors, scale), leads_to(gap, errors))
        for gap in gaps
    )


def ask(gap: Gap, scale: Scale) -> str:
    """As in `Is training error well above human level?`."""
    return f"Is {loss_at(gap.end, scale)} well above {loss_at(gap.start, scale)}?"


def _numbers(gap: Gap, errors: Errors, scale: Scale) -> str:
    levels = {level.name: level.value for level in errors.levels}
    start = scale.level(levels[gap.start]) if gap.start in levels else "unknown"
    return f"{start} -> {scale.level(levels[gap.end])}"


def leads_to(gap: Gap, errors: Errors) -> str:
    """Where an answer leads, as in `high bias`."""
    if gap.verdict == "present":
        causes = {"mismatch": "data mismatch", "selection": "overfitted validation set", "either": "luck or mismatch"}
        return causes.get(gap.cause or "", CALLED[gap.name])
    if gap.verdict == "absent":
        return "not the problem"
    if gap.verdict == "not enough evidence":
        return f"{_OPEN[gap.name]} stays open: measure on more rows"
    return "measure human level" if errors.human is None else f"{_OPEN[gap.name]} stays open"


def size(gap: Gap, errors: Errors, scale: Scale) -> str:
    """How large the gap is and what part of the whole, as in `at least 4.0 points of 5.0 (80 %)`.

    Human level bounds the best possible loss from above, hence the `at least` for bias.
    """
    shown = "an unknown amount" if gap.value is None else scale.gap(gap.value)
    bound = f"at least {shown}" if gap.name == "avoidable_bias" else shown
    return bound + _part(gap, errors, scale) + _limits(gap, scale)


def _part(gap: Gap, errors: Errors, scale: Scale) -> str:
    if errors.whole is None:
        return ", at least a quarter of the whole gap whatever the human level" if gap.verdict == "present" else ""
    if gap.share is None:
        return " (no share: the whole gap is not above zero)"
    if gap.share > 1:
        return f", more than the whole gap of {scale.gap(errors.whole)}"
    return f" of {scale.digits(errors.whole)} ({write_share(gap.share)})"


def _limits(gap: Gap, scale: Scale) -> str:
    return "" if gap.interval is None else f"; between {scale.between(gap.interval)}"


def answer(gap: Gap, errors: Errors, scale: Scale) -> str:
    """Yes, no or cannot be told, and why."""
    if gap.verdict == "present":
        return f"yes, {size(gap, errors, scale)}{_cause(gap, scale)}"
    if gap.verdict == "absent":
        return f"no, {_why_absent(gap, errors, scale)}"
    if gap.verdict == "not enough evidence" and gap.interval is not None:
        return f"cannot be told: between {scale.between(gap.interval)}; {tell_needed(gap, scale)}"
    return f"cannot be told: {_why_unknown(gap, errors, scale)}"


def _cause(gap: Gap, scale: Scale) -> str:
    if gap.cause is None or gap.luck is None or gap.luck.most is None:
        return ""
    luck = f"up to {scale.amount(gap.luck.most)} can be the luck of the best of {gap.luck.jobs:,} training jobs"
    return f", though only {luck}" if gap.cause == "mismatch" else f", and {luck}"


def name_open(gaps: Sequence[Gap]) -> str:
    """The gaps that are still open, as in `avoidable bias and variance`."""
    *most, last = [_OPEN[gap.name] for gap in gaps]
    return f"{', '.join(most)} and {last}" if most else last


def tell_needed(gap: Gap, scale: Scale) -> str:
    """How many more rows would settle it, as in `about 1,200 more validation rows would settle it`."""
    if gap.needed is not None:
        return f"{_rows(gap.needed)} would settle it"
    if gap.value is not None and scale.floor is not None and gap.interval is not None:
        return "it is too close to the threshold to be settled by more rows"
    return "more rows would settle it"


def _rows(needed: Needed) -> str:
    nouns = {place: f"{word} rows" for place, word in PLACES.items()} | {"human": "human-labelled cases"}
    *most, last = [f"{_rounded(rows):,} more {nouns[place]}" for place, rows in needed.more]
    return f"about {', '.join(most)} and {last}" if most else f"about {last}"


def _rounded(number: int) -> int:
    """Two digits, rounded up: a plan, not a measurement."""
    step: int = 10 ** max(0, len(str(number)) - 2)
    return -(-number // step) * step


def _why_absent(gap: Gap, errors: Errors, scale: Scale) -> str:
    if gap.value is not None and gap.value < 0:
        return f"it is {scale.gap(gap.value)} lower{_limits(gap, scale)}"
    if gap.interval is not None and scale.floor is not None and gap.interval.high <= float(scale.floor):
        return f"at most {scale.amount(gap.interval.high)}, and anything up to {scale.gap(scale.floor)} counts as small"
    if gap.value is not None and scale.floor is not None and gap.interval is None and gap.value <= scale.floor:
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
