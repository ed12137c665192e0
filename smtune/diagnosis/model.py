"""What a diagnosis is made of: plain frozen values."""

from __future__ import annotations

import html
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from smtune.diagnosis.interval import Interval, deviates, surely_above
from smtune.diagnosis.level import Level, Place
from smtune.diagnosis.needed import Needed
from smtune.diagnosis.scale import Scale
from smtune.diagnosis.selection import Luck

GapName = Literal["avoidable_bias", "variance", "data_mismatch", "validation_to_test"]
Code = Literal["high_bias", "high_variance", "data_mismatch", "validation_overfitting", "mismatch_or_luck"]
Verdict = Literal["present", "absent", "not enough evidence", "not assessable"]
Evidence = Literal["interval", "point-only"]
Cause = Literal["mismatch", "selection", "either"]
Direction = Literal["up", "down", "set", "change"]
Lever = Literal[
    "bigger model",
    "train longer",
    "less regularization",
    "more regularization",
    "early stopping",
    "architecture",
]
"""A remedy that hyperparameters are for."""
Need = Literal["training rows", "validation rows", "like rows", "closer rows"]
"""A remedy that data is for: more rows to learn from, more to judge by, of one distribution, or nearer to it."""

_Z95 = deviates(0.95, 1)


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
    jobs: int | None = None
    """How many training jobs validation chose the best of."""

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
        """Training and unseen rows are both no worse than the reference, and training is better; beyond chance."""
        human, unseen = self.human, self.unseen
        if human is None or not surely_above(human, self.train):
            return False
        return surely_above(human, unseen) if human.spread or unseen.spread else unseen.value <= human.value

    @property
    def memorised(self) -> bool:
        """Better than the reference on the rows it was fitted on, and only there; beyond chance."""
        human = self.human
        return human is not None and surely_above(human, self.train) and surely_above(self.unseen, human)

    @property
    def is_exact(self) -> bool:
        """Nothing is known of the chance in any of them."""
        return not any(level.spread for level in self.levels)


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
    interval: Interval | None = None
    """Of the value; None without a spread of either end."""
    needed: Needed | None = None
    """More rows that would settle it; None if it is settled, or cannot be."""
    cause: Cause | None = None
    """Of a gap from validation to test that is present: `either` where luck explains it, None where nobody can say."""
    luck: Luck | None = None
    """What of a gap to test the choice of the best job explains; None where the jobs or the chance are not known."""

    def to_dict(self) -> dict[str, object]:
        return {
            "name": self.name,
            "from": self.start,
            "to": self.end,
            "value": _number(self.value),
            "low": None if self.interval is None else self.interval.low,
            "high": None if self.interval is None else self.interval.high,
            "share": _number(self.share),
            "verdict": self.verdict,
            "evidence": self.evidence,
            "more_rows": None if self.needed is None else self.needed.to_dict(),
            "cause": self.cause,
            "luck": None if self.luck is None else asdict(self.luck),
        }


@dataclass(frozen=True)
class Finding:
    """A gap that is present, in words."""

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
    lever: Lever | None = None
    """None where hyperparameters cannot help."""
    need: Need | None = None
    """None where data cannot."""

    def to_dict(self) -> dict[str, object]:
        hints = [hint._asdict() for hint in self.hyperparameters]
        return {"finding": self.finding, "title": self.title, "why": self.why, "hyperparameters": hints}


@dataclass(frozen=True)
class Step:
    """One step of the way through the chain: what was asked, what the losses answered, and where that led."""

    question: str
    numbers: str
    answer: str
    leads_to: str


@dataclass(frozen=True)
class Diagnosis:
    """Findings and remedies in the order they should be acted on, gaps and path in the order of the chain."""

    scale: Scale
    errors: Errors
    gaps: tuple[Gap, ...]
    findings: tuple[Finding, ...]
    remedies: tuple[Remedy, ...]
    headline: str
    path: tuple[Step, ...]
    assumptions: tuple[str, ...]
    confidence: float
    """That all verdicts which are given are right, as far as chance goes."""

    @property
    def order(self) -> tuple[Code, ...]:
        """The findings' codes; `data_mismatch` is there twice if both of its gaps are high."""
        return tuple(finding.code for finding in self.findings)

    def to_dict(self) -> dict[str, object]:
        """JSON-ready. Rates and shares are fractions of 1; an unknown number is None."""
        return {
            "findings": [finding.to_dict() for finding in self.findings],
            "levels": [_level(level) for level in self.errors.levels],
            "gaps": [gap.to_dict() for gap in self.gaps],
            "remedies": [remedy.to_dict() for remedy in self.remedies],
            "headline": self.headline,
            "order": list(self.order),
            "path": [asdict(step) for step in self.path],
            "assumptions": list(self.assumptions),
            "metric": self.scale.metric,
            "confidence": self.confidence,
        }

    def _repr_html_(self) -> str:
        """As a notebook shows it."""
        from smtune.diagnosis.text import render  # which is written in terms of this module

        return f"<pre>{html.escape(render(self))}</pre>"


def _level(level: Level) -> dict[str, object]:
    low, high = level.limits(_Z95) if level.spread else (None, None)
    return {"name": level.name, "value": float(level.value), "rows": level.rows, "low": low, "high": high}


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
