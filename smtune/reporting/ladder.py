"""A Diagnosis -> the ladder that a report shows. The only module here that knows what a Diagnosis is made of."""

from __future__ import annotations

import re
from decimal import Decimal

from smtune.diagnosis import Diagnosis, Finding, Gap, Level, Remedy
from smtune.diagnosis.answers import tell_needed
from smtune.diagnosis.interval import deviates
from smtune.diagnosis.model import Step
from smtune.diagnosis.scale import Scale, percent, write_share
from smtune.reporting.model import Advice, Answer, GapLine, Ladder, Rung, Verdict

_PLACES = {
    "human": "Human level",
    "train": "Training",
    "train_dev": "Training-dev",
    "validation": "Validation",
    "test": "Test",
}
_GAPS = {
    "avoidable_bias": "Avoidable bias",
    "variance": "Variance",
    "data_mismatch": "Data mismatch",
    "validation_to_test": "Validation to test",
}
_VERDICTS: dict[str, Verdict] = {"present": "present", "absent": "absent"}
_DASH = "\N{EN DASH}"
_MINUS = "\N{MINUS SIGN}"
_ARROW = "\N{RIGHTWARDS ARROW}"
_NEGATIVE = re.compile(r"(?<![\w)])-(?=\d)")


def ladder_of(diagnosis: Diagnosis, rows: tuple[str, ...] = ()) -> Ladder:
    """Losses as rungs from human level to test, the gaps between them, what was found, what to do about it."""
    scale, z = diagnosis.scale, deviates(diagnosis.confidence, 1)
    return Ladder(
        headline=diagnosis.headline,
        metric=scale.metric,
        loss=scale.loss,
        unit="%" if scale.rate else "",
        confidence=percent(diagnosis.confidence),
        rungs=tuple(_rung(level, scale, z) for level in diagnosis.errors.levels),
        gaps=tuple(_gap(gap, scale) for gap in diagnosis.gaps),
        path=tuple(_answer(step) for step in diagnosis.path),
        findings=tuple(_finding(finding) for finding in diagnosis.findings),
        advice=tuple(_advice(remedy) for remedy in diagnosis.remedies),
        assumptions=diagnosis.assumptions,
        rows=rows,
    )


def _rung(level: Level, scale: Scale, z: float) -> Rung:
    low, high = level.limits(z) if level.spread is not None else (None, None)
    return Rung(
        label=_PLACES[level.name],
        value=_shown(level.value, scale),
        low=None if low is None else _shown(low, scale),
        high=None if high is None else _shown(high, scale),
        text=scale.level(level.value),
        rows=level.rows,
    )


def _gap(gap: Gap, scale: Scale) -> GapLine:
    limits = gap.interval
    return GapLine(
        name=_GAPS[gap.name],
        start=_PLACES[gap.start],
        end=_PLACES[gap.end],
        value=None if gap.value is None else _shown(gap.value, scale),
        low=None if limits is None else _shown(limits.low, scale),
        high=None if limits is None else _shown(limits.high, scale),
        text=_DASH if gap.value is None else scale.signed(gap.value).replace("-", _MINUS),
        span=_DASH if limits is None else scale.span(limits).replace("-", _MINUS),
        share=_DASH if gap.share is None else write_share(gap.share).replace("-", _MINUS),
        verdict=_VERDICTS.get(gap.verdict, "unclear"),
        said=gap.verdict,
        needed=tell_needed(gap, scale) if gap.verdict == "not enough evidence" else "",
    )


def _answer(step: Step) -> Answer:
    return Answer(step.question, _typeset(step.numbers), _typeset(step.answer), step.leads_to)


def _finding(finding: Finding) -> Advice:
    return Advice(finding.title, _typeset(finding.detail))


def _typeset(text: str) -> str:
    """With an arrow and minus signs, as in the tables."""
    return _NEGATIVE.sub(_MINUS, text.replace("->", _ARROW))


def _advice(remedy: Remedy) -> Advice:
    return Advice(remedy.title, remedy.why, tuple(f"{hint.name} {hint.direction}" for hint in remedy.hyperparameters))


def _shown(value: Decimal | float, scale: Scale) -> float:
    """Percent for a rate."""
    return float(value) * 100 if scale.rate else float(value)
