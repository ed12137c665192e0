"""From gaps to findings: what a high gap is called, what it says, and which one to act on first."""

from __future__ import annotations

from smtune.diagnosis.answers import loss_at, size
from smtune.diagnosis.model import Cause, Code, Errors, Finding, Gap, GapName
from smtune.diagnosis.scale import Scale

# A gap from validation to test puts the yardstick itself in doubt, and with it every choice made on
# validation. After that the talk's order: bias, variance, the mismatch that a train-dev set shows.
_ORDER: tuple[GapName, ...] = ("validation_to_test", "avoidable_bias", "variance", "data_mismatch")

_CODES: dict[GapName, Code] = {
    "avoidable_bias": "high_bias",
    "variance": "high_variance",
    "data_mismatch": "data_mismatch",
    "validation_to_test": "data_mismatch",
}
_TITLES: dict[GapName, str] = {
    "avoidable_bias": "High bias",
    "variance": "High variance",
    "data_mismatch": "Training/validation data distribution mismatch",
    "validation_to_test": "Training/test data distribution mismatch (test is worse than validation)",
}
_BY_CAUSE: dict[Cause | None, tuple[Code, str]] = {
    "selection": ("validation_overfitting", "Overfitted validation set (test is worse than validation)"),
    "either": ("mismatch_or_luck", "Test is worse than validation, by a mismatch or by the luck of the best job"),
}
_MEANING: dict[GapName, str] = {
    "avoidable_bias": "The model cannot yet fit the rows it has, so extra rows would not lower this gap.",
    "variance": "What the model learned from its training rows does not carry over to rows it has not seen.",
    "data_mismatch": (
        "The model saw neither set, yet does worse on validation: validation is drawn from another "
        "distribution than training."
    ),
}
_TO_TEST: dict[Cause | None, str] = {
    None: (
        "Either validation and test are drawn from different distributions (or test is the harder one), "
        "or validation was fitted by selection: with few rows or many tuned jobs the best of them looks "
        "better on validation than it is (winner's curse). Telling the two apart needs the sizes of both "
        "sets and the number of jobs. Until then every choice made on validation is in doubt."
    ),
    "mismatch": (
        "Choosing the best training job on validation cannot explain that much: validation and test are drawn "
        "from different distributions, or test is the harder one. Every choice made on validation is in doubt."
    ),
    "selection": (
        "The best of many training jobs looks better on validation than it is (winner's curse), which is enough to "
        "explain this gap. Trust test; every choice between close training jobs was partly made by luck."
    ),
    "either": (
        "The best of many training jobs looks better on validation than it is (winner's curse), which is enough to "
        "explain this gap; so is a validation set of another distribution. A fresh, larger validation set tells them "
        "apart. Until then trust test."
    ),
}


def find(gaps: tuple[Gap, ...], errors: Errors, scale: Scale) -> tuple[Finding, ...]:
    """One finding per gap that is present, in the order to act on them."""
    there = sorted((gap for gap in gaps if gap.verdict == "present"), key=lambda gap: _ORDER.index(gap.name))
    return tuple(Finding(_code(gap), _title(gap), gap, _detail(gap, gaps, errors, scale)) for gap in there)


def _code(gap: Gap) -> Code:
    return _BY_CAUSE[gap.cause][0] if gap.cause in _BY_CAUSE else _CODES[gap.name]


def _title(gap: Gap) -> str:
    return _BY_CAUSE[gap.cause][1] if gap.cause in _BY_CAUSE else _TITLES[gap.name]


def _detail(gap: Gap, gaps: tuple[Gap, ...], errors: Errors, scale: Scale) -> str:
    start, end = loss_at(gap.start, scale), loss_at(gap.end, scale)
    numbers = f"{end.capitalize()} is above {start} by {size(gap, errors, scale)}."
    meaning = _TO_TEST[gap.cause] if gap.name == "validation_to_test" else _MEANING[gap.name]
    return " ".join((numbers, meaning, *_extra(gap, gaps, errors)))


def _extra(gap: Gap, gaps: tuple[Gap, ...], errors: Errors) -> tuple[str, ...]:
    if gap.name == "variance" and errors.memorised:
        return ("Training is better than human level and unseen rows are worse: training rows were memorised.",)
    agree = any(other.name == "data_mismatch" and other.verdict == "absent" for other in gaps)
    if gap.name == "validation_to_test" and agree:
        return ("Train-dev and validation agree, so validation is drawn like training.",)
    return ()
