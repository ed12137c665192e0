"""What becomes of one hyperparameter's range, and why."""

from __future__ import annotations

from dataclasses import dataclass

from smtune.revise.model import Evidence
from smtune.spec.ranges import Hyperparameter


@dataclass(frozen=True)
class Verdict:
    """The range, or the value it collapses to."""

    after: Hyperparameter
    reasons: tuple[str, ...] = ()
    """Of what is otherwise than before; none where nothing is."""
    notes: tuple[str, ...] = ()
    """Of what stays though one might have expected otherwise."""
    evidence: Evidence | None = None
