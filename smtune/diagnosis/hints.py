"""Which hyperparameters a remedy is about, per algorithm. No entry, no hint.

A hint widens a search range in one direction and leaves the value to the tuner, for a smaller gap is not yet
a better model. `subsample` is left out although the manuals praise it against overfitting: on small data,
lowering it was measured to raise both the gap and the validation error.
"""

from __future__ import annotations

from typing import Literal

from smtune.diagnosis.model import Hint

Lever = Literal[
    "bigger model",
    "train longer",
    "less regularization",
    "more regularization",
    "early stopping",
    "architecture",
]

_XGBOOST: dict[Lever, tuple[Hint, ...]] = {
    "bigger model": (Hint("max_depth", "up"), Hint("num_round", "up"), Hint("eta", "up")),
    "train longer": (Hint("num_round", "up"), Hint("early_stopping_rounds", "up")),
    "less regularization": (
        Hint("min_child_weight", "down"),
        Hint("alpha", "down"),
        Hint("lambda", "down"),
        Hint("gamma", "down"),
    ),
    "more regularization": (
        Hint("lambda", "up"),
        Hint("alpha", "up"),
        Hint("min_child_weight", "up"),
        Hint("gamma", "up"),
        Hint("max_depth", "down"),
        Hint("colsample_bytree", "down"),
    ),
    "early stopping": (Hint("early_stopping_rounds", "set"),),
    "architecture": (Hint("booster", "change"),),
}
_BY_ALGORITHM = {"xgboost": _XGBOOST}


def hints_for(lever: Lever | None, algorithm: str | None) -> tuple[Hint, ...]:
    """The hints for one lever; empty for an algorithm smtune has no map of."""
    if lever is None or algorithm is None:
        return ()
    return _BY_ALGORITHM.get(algorithm, {}).get(lever, ())
