"""What one question to the training jobs was answered with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Verdict = Literal["present", "absent", "not enough evidence"]
Code = Literal[
    "importance",
    "edge",
    "plateau",
    "noise",
    "unstable_epochs",
    "unstable_jobs",
    "divergence",
    "still_falling",
    "overfitting",
    "jobs_left",
    "runtime_hit",
    "stopped_early",
    "epochs_left",
    "gap_misleads",
]
CODES: tuple[Code, ...] = get_args(Code)
Value = float | int | str | bool | None


@dataclass(frozen=True)
class Observation:
    """A verdict with its numbers."""

    code: Code
    verdict: Verdict
    sentence: str
    """One plain sentence with the numbers that matter."""
    hyperparameter: str | None = None
    """Which one it is about; None for the tuning job as a whole."""
    numbers: Mapping[str, Value] = field(default_factory=dict)

    @property
    def is_present(self) -> bool:
        return self.verdict == "present"

    def to_dict(self) -> dict[str, Any]:
        """As JSON; numbers to six digits, what is not finite as null."""
        return {
            "code": self.code,
            "verdict": self.verdict,
            "hyperparameter": self.hyperparameter,
            "sentence": self.sentence,
            "numbers": {name: plain(value) for name, value in self.numbers.items()},
        }


def plain(value: Value) -> Value:
    """A value that JSON has."""
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    return value


def too_few(code: Code, reason: str, hyperparameter: str | None = None, **numbers: Value) -> Observation:
    """Nothing can be said, and why."""
    return Observation(code, "not enough evidence", reason, hyperparameter, numbers)
