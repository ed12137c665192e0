"""From gaps to findings: what a high gap is called, what it says, and which one to act on first."""

from __future__ import annotations

from smtune.diagnosis.answers import loss_at, size
from smtune.diagnosis.model import Code, Errors, Finding, Gap, GapName
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
_MEANING: dict[GapName, str] = {
    "avoidable_bias": "The model cannot yet fit the rows it has, so extra rows would not lower this gap.",
    "variance": "What the model learned from its training rows does not carry over to rows it has not seen.",
    "data_mismatch": (
        "The model saw neither set, yet does worse on validation: validation is drawn from another "
        "distribution than training."
    ),
    "validation_to_test": (
        "Either validation and test are drawn from different distributions (or test is the harder one), "
        "or validation was fitted by selection: with few rows or many tuned jobs the best of them looks "
        "better on validation than it is (winner's curse). Telling the two apart needs the sizes of both "
        "sets and the number of jobs. Until then every choice made on validation is in doubt."
    ),
}


def find(gaps: tuple[Gap, ...], errors: Errors, scale: Scale) -> tuple[Finding, ...]:
    """One finding per high gap, in the order to act on them."""
    high = sorted((gap for gap in gaps if gap.verdict == "high"), key=lambda gap: _ORDER.index(gap.name))
    return tuple(Finding(_CODES[gap.name], _TITLES[gap.name], gap, _detail(gap, gaps, errors, scale)) for gap in high)


def _detail(gap: Gap, gaps: tuple[Gap, ...], errors: Errors, scale: Scale) -> str:
    start, end = loss_at(gap.start, scale), loss_at(gap.end, scale)
    numbers = f"{end.capitalize()} is above {start} by {size(gap, errors, scale)}."
    return " ".join((numbers, _MEANING[gap.name], *_extra(gap, gaps, errors)))


def _extra(gap: Gap, gaps: tuple[Gap, ...], errors: Errors) -> tuple[str, ...]:
    if gap.name == "variance" and errors.memorised:
        return ("Training is better than human level and unseen rows are worse: training rows were memorised.",)
    agree = any(other.name == "data_mismatch" and other.verdict == "low" for other in gaps)
    if gap.name == "validation_to_test" and agree:
        return ("Train-dev and validation agree, so validation is drawn like training.",)
    return ()
