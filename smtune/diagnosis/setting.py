"""What a diagnosis is made under, apart from the losses themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict

from smtune.diagnosis.interval import CONFIDENCE
from smtune.errors import UsageError
from smtune.roles import ROLES, Role


class Circumstances(TypedDict, total=False):
    """Keywords that every entry takes."""

    algorithm: str | None
    """A built-in algorithm (`smtune.diagnosis.levers`) names its hyperparameters in the remedies."""
    roles: Mapping[str, Role]
    """What hyperparameters of another algorithm do, as in `{"dropout": "regularization"}`."""
    one_pool: bool
    """Validation and test were drawn at random from the same rows, so they cannot be mismatched."""
    jobs: int | None
    """How many training jobs validation chose the best of: choice flatters."""
    confidence: float
    """That all verdicts which are given are right, from 0.5 to 0.9999; 0.95 unless given."""


@dataclass(frozen=True)
class Setting:
    """The same, complete and checked."""

    algorithm: str | None = None
    roles: Mapping[str, Role] = field(default_factory=dict)
    one_pool: bool = False
    jobs: int | None = None
    confidence: float = CONFIDENCE

    @classmethod
    def of(cls, given: Circumstances) -> Setting:
        """Raises UsageError for a number that has no meaning."""
        setting = cls(**given)
        jobs, confidence = setting.jobs, setting.confidence
        if jobs is not None and (isinstance(jobs, bool) or not isinstance(jobs, int) or jobs < 1):
            message = f"jobs is {jobs!r}; give how many training jobs there were, a whole number above 0"
            raise UsageError(message)
        if not 0.5 <= confidence <= 0.9999:
            message = f"confidence is {confidence!r}; give a number from 0.5 to 0.9999, as in 0.95"
            raise UsageError(message)
        for name, role in setting.roles.items():
            if role not in ROLES:
                message = f"the role of {name} is {role!r}; use one of {', '.join(ROLES)}"
                raise UsageError(message)
        return setting
