"""What a diagnosis is made of: plain frozen values.

Sample sizes and intervals belong to `Level` and `Gap`; until they are there, all evidence is point-only.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from smtune.diagnosis.scale import Scale

Place = Literal["human", "train", "train_dev", "validation", "test"]
GapName = Literal["avoidable_bias", "variance", "data_mismatch", "validation_to_test"]
Code = Literal["high_bias", "high_variance", "data_mismatch"]
Verdict = Literal["high", "low", "not assessable"]
Evidence = Literal["point-only"]
Direction = Literal["up", "down", "set", "change"]


@dataclass(frozen=True)
class Level:
    """The loss at one place of the chain: a fraction of 1 for a rate, else in the metric's own unit."""

    name: Place
    value: Decimal


@dataclass(frozen=True)
class Errors:
    """The chain human level -> training -> [train-dev] -> validation -> [test]; lower is always better."""

    train: Level
    validation: Level
    human: Level | None = None
    train_dev: Level | None = None
    test: Level | None = None
    one_pool: bool = False
    """Whether validation and test were drawn at random from the same rows: then they cannot be mismatched."""

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels that are there, in the order of the chain."""
        chain = (self.human, self.train, self.train_dev, self.validation, self.test)
        return tuple(level for level in chain if level is not None)

    @property
    def last(self) -> Level:
        """The end of the chain: test, or validation where there is no test."""
        return self.test or self.validation

    @property
    def unseen(self) -> Level:
        """The first set the model was not fitted on."""
        return self.train_dev or self.validation

    @property
    def whole(self) -> Decimal | None:
        """The whole gap, from the reference to the last evaluated set; None without a reference."""
        return None if self.human is None else self.last.value - self.human.value

    @property
    def surpassed(self) -> bool:
        """Training and unseen rows are both no worse than the reference, and training is better."""
        if self.human is None:
            return False
        return self.train.value < self.human.value and self.unseen.value <= self.human.value

    @property
    def memorised(self) -> bool:
        """Better than the reference on the rows it was fitted on, and only there."""
        return self.human is not None and self.train.value < self.human.value < self.unseen.value


@dataclass(frozen=True)
class Gap:
    """The difference of two neighbours in the chain and what the rule says about it."""

    name: GapName
    start: Place
    end: Place
    value: Decimal | None
    """End minus start; None where the start is not known."""
    share: Decimal | None
    """Of the whole gap; None without a reference, or where the whole gap is not above 0."""
    verdict: Verdict
    evidence: Evidence = "point-only"

    def to_dict(self) -> dict[str, object]:
        return {
            "name": self.name,
            "from": self.start,
            "to": self.end,
            "value": _number(self.value),
            "verdict": self.verdict,
            "evidence": self.evidence,
        }


@dataclass(frozen=True)
class Finding:
    """A gap that is high, in words."""

    code: Code
    title: str
    gap: Gap
    detail: str

    def to_dict(self) -> dict[str, object]:
        return {
            "code": self.code,
            "title": self.title,
            "gap": _number(self.gap.value),
            "from": self.gap.start,
            "to": self.gap.end,
            "share": _number(self.gap.share),
            "detail": self.detail,
        }


class Hint(NamedTuple):
    """Widen the search range of this hyperparameter in this direction; the tuner decides on the value."""

    name: str
    direction: Direction


@dataclass(frozen=True)
class Remedy:
    """One thing to do about a finding. `finding` is its code, `nothing_material` or `not_assessable`."""

    finding: str
    title: str
    why: str
    hyperparameters: tuple[Hint, ...] = ()
    gap: GapName | None = None
    """Which gap it is for: two gaps can be a `data_mismatch`."""

    def to_dict(self) -> dict[str, object]:
        hints = [hint._asdict() for hint in self.hyperparameters]
        return {"finding": self.finding, "title": self.title, "why": self.why, "hyperparameters": hints}


@dataclass(frozen=True)
class Diagnosis:
    """Findings and remedies in the order they should be acted on, gaps in the order of the chain."""

    scale: Scale
    errors: Errors
    gaps: tuple[Gap, ...]
    findings: tuple[Finding, ...]
    remedies: tuple[Remedy, ...]
    headline: str
    assumptions: tuple[str, ...]

    @property
    def order(self) -> tuple[Code, ...]:
        """The findings' codes; `data_mismatch` is there twice if both of its gaps are high."""
        return tuple(finding.code for finding in self.findings)

    def to_dict(self) -> dict[str, object]:
        """JSON-ready. Rates and shares are fractions of 1; an unknown number is None."""
        return {
            "findings": [finding.to_dict() for finding in self.findings],
            "gaps": [gap.to_dict() for gap in self.gaps],
            "remedies": [remedy.to_dict() for remedy in self.remedies],
            "headline": self.headline,
            "order": list(self.order),
            "assumptions": list(self.assumptions),
            "metric": self.scale.metric,
        }


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
