"""What a revision is made of: training jobs as they ended, wishes, and the next spec with a reason for every change."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from smtune.clone import annotate
from smtune.errors import UsageError, dotted
from smtune.secrecy import hide, longest_first, secrets_in
from smtune.spec import TuningSpec
from smtune.spec.document import Path
from smtune.spec.ranges import Scalar
from smtune.spec.yaml import parse_yaml
from smtune.veil import veiled

_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,4})?)\s*%")
_COUNT = re.compile(r"[1-9]\d{0,5}")


@dataclass(frozen=True)
class Trial:
    """A training job as it ended."""

    hyperparameters: Mapping[str, Scalar]
    """The tuned ones: numbers of a range, the request's text of a choice."""
    objective: float | None = None
    """The final objective metric; None where there is none."""
    status: str = "Completed"
    """`Completed`, `Stopped`, `Failed` or another of the service's."""
    algorithm: str | None = None
    """The name of its algorithm, in a tuning job of several."""

    @property
    def is_measured(self) -> bool:
        """Whether its objective tells something: one that was stopped early counts."""
        return self.status in ("Completed", "Stopped") and self.objective is not None and math.isfinite(self.objective)

    @property
    def has_failed(self) -> bool:
        return self.status == "Failed"


@dataclass(frozen=True)
class Top:
    """Which training jobs count as the best: a share of those with an objective, or a number of them."""

    share: float = 0.2
    """From 0 (exclusive) to 1."""
    count: int | None = None
    """Instead of the share."""

    def of(self, total: int) -> int:
        """How many of `total` that are: at least 3, as far as there are so many."""
        wanted = self.count if self.count is not None else max(3, math.ceil(self.share * total))
        return min(wanted, total)

    @classmethod
    def parse(cls, text: str) -> Top:
        """Of `20%` or `10`; raises UsageError."""
        share = _SHARE.fullmatch(text.strip())
        if share and 0 < float(share[1]) <= 100:
            return cls(share=float(share[1]) / 100)
        if _COUNT.fullmatch(text.strip()):
            return cls(count=int(text))
        message = f"--top {text!r}: write a share as 20%, or a number of training jobs as 10"
        raise UsageError(message)


@dataclass(frozen=True)
class RefineOptions:
    """What the next round is to be like."""

    top: Top = field(default_factory=Top)
    jobs: int | None = None
    """Training jobs of the next round; None: as many as before."""
    name: str | None = None


@dataclass(frozen=True)
class Evidence:
    """What a change rests on."""

    jobs: int
    """Training jobs with an objective."""
    best: int = 0
    """How many of them count as the best."""
    failed: int = 0
    """Training jobs that failed where the change is."""
    chance: float | None = None
    """The probability (0 to 1) to see the same if the hyperparameter did not matter."""

    def to_dict(self) -> dict[str, Any]:
        chance = None if self.chance is None else float(f"{self.chance:.3g}")
        return {"jobs": self.jobs, "best": self.best, "failed": self.failed, "chance": chance}


@dataclass(frozen=True)
class Change:
    """One key that is otherwise in the next spec."""

    path: Path
    before: Any
    """Plain data; None where the key was not there."""
    after: Any
    reason: str
    evidence: Evidence | None = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "path": dotted(self.path),
            "before": self.before,
            "after": self.after,
            "reason": self.reason,
            "evidence": None if self.evidence is None else self.evidence.to_dict(),
        }


@dataclass(frozen=True)
class Revision:
    """The next spec, and what is otherwise in it."""

    spec: TuningSpec
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()
    """What was not changed though it might have been, what to know, what the evidence is worth."""

    def to_yaml(self) -> str:
        """The spec with the notes at its top and each reason beside its key; its secrets as a clone has them."""
        text, remarks = veiled(self.spec)
        for change in self.changes:
            remarks[change.path] = self._hidden(f"{_was(change.before)}{change.reason}")
        return annotate(text, remarks, self._hidden(list(self.notes)))

    def to_dict(self) -> dict[str, Any]:
        """As JSON: the spec as its YAML has it, the changes, the notes."""
        return {
            "schema_version": 1,
            "spec": parse_yaml(veiled(self.spec)[0], source="").data,
            "changes": [self._hidden(change.to_dict()) for change in self.changes],
            "notes": self._hidden(list(self.notes)),
        }

    def _hidden(self, value: Any) -> Any:
        """Plain data without the values of choices that look like secrets, which a reason may name."""
        if isinstance(value, Mapping):
            return {key: self._hidden(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._hidden(item) for item in value]
        return hide(value, self._secrets) if isinstance(value, str) else value

    @cached_property
    def _secrets(self) -> tuple[str, ...]:
        chosen = [
            (str(change.path[-1]), str(value))
            for change in self.changes
            if isinstance(change.before, Mapping)
            for value in change.before.get("values", ())
        ]
        return longest_first(part for name, value in chosen for part in secrets_in(name, value))


def _was(before: Any) -> str:
    """The old value in words: a range as `0.1 to 0.5`."""
    if before is None:
        return ""
    if isinstance(before, Mapping) and {"min", "max"} <= before.keys():
        return f"was {before['min']} to {before['max']}; "
    if isinstance(before, Mapping):
        before = before.get("values", before.get("parents", before))
    return f"was {', '.join(map(str, before)) if isinstance(before, list | tuple) else before}; "
