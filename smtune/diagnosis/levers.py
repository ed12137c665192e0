"""Which hyperparameters a remedy is about, per algorithm or by the roles that a spec declares.

A remedy moves a search range in one direction and leaves the value to the tuner, for a smaller gap is not yet a
better model. `subsample` has no role although the manuals praise it against overfitting: on small data, lowering it was
measured to raise both the gap and the validation error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from smtune.diagnosis.model import Direction, Hint, Lever
from smtune.roles import Role

_TURNS: dict[Lever, tuple[tuple[Role, Direction], ...]] = {
    "bigger model": (("capacity", "up"), ("length", "up"), ("speed", "up")),
    "train longer": (("length", "up"), ("patience", "up")),
    "less regularization": (("regularization", "down"),),
    "more regularization": (("regularization", "up"), ("capacity", "down"), ("sampling", "down")),
    "early stopping": (("patience", "set"),),
    "architecture": (("architecture", "change"),),
}


@dataclass(frozen=True)
class Knob:
    """A hyperparameter and what it does."""

    name: str
    role: Role
    default: float | None = None
    """What the algorithm takes where a spec does not say it; None where that depends."""
    low: float | None = None
    high: float | None = None
    """What is searched first, where it had one value so far."""
    is_whole: bool = False
    choices: tuple[str, ...] = ()


def _whole(name: str, role: Role, default: float | None, low: int, high: int) -> Knob:
    return Knob(name, role, default, low, high, is_whole=True)


_ALGORITHMS: dict[str, tuple[Knob, ...]] = {
    "xgboost": (
        _whole("max_depth", "capacity", 6, 3, 12),
        _whole("num_round", "length", None, 50, 1000),
        Knob("eta", "speed", 0.3, 0.01, 0.5),
        Knob("lambda", "regularization", 1, 0.1, 100),
        Knob("alpha", "regularization", 0, 0.001, 100),
        Knob("min_child_weight", "regularization", 1, 0.1, 50),
        Knob("gamma", "regularization", 0, 0.001, 5),
        Knob("colsample_bytree", "sampling", 1, 0.4, 1),
        _whole("early_stopping_rounds", "patience", None, 20, 100),
        Knob("booster", "architecture", choices=("gbtree", "dart")),
    ),
    "lightgbm": (
        _whole("num_leaves", "capacity", 64, 8, 256),
        _whole("max_depth", "capacity", 6, 3, 16),
        _whole("num_boost_round", "length", 100, 50, 1000),
        Knob("learning_rate", "speed", 0.1, 0.01, 0.3),
        _whole("min_data_in_leaf", "regularization", 3, 1, 200),
        Knob("lambda_l2", "regularization", 0, 0.001, 100),
        Knob("lambda_l1", "regularization", 0, 0.001, 100),
        Knob("min_gain_to_split", "regularization", 0, 0.001, 5),
        Knob("feature_fraction", "sampling", 0.9, 0.4, 1),
        _whole("early_stopping_rounds", "patience", 10, 10, 100),
        Knob("boosting", "architecture", choices=("gbdt", "dart", "goss")),
    ),
    "catboost": (
        _whole("depth", "capacity", 6, 4, 10),
        _whole("iterations", "length", 500, 100, 2000),
        Knob("learning_rate", "speed", 0.009, 0.005, 0.3),
        _whole("l2_leaf_reg", "regularization", 3, 1, 30),
        Knob("random_strength", "regularization", 1, 0.1, 10),
        Knob("rsm", "sampling", 1, 0.4, 1),
        _whole("early_stopping_rounds", "patience", 5, 10, 100),
        Knob("grow_policy", "architecture", choices=("SymmetricTree", "Depthwise", "Lossguide")),
    ),
    "linear-learner": (
        _whole("epochs", "length", 15, 5, 100),
        Knob("learning_rate", "speed", None, 1e-5, 1),
        Knob("wd", "regularization", None, 1e-7, 1),
        Knob("l1", "regularization", None, 1e-7, 1),
        _whole("early_stopping_patience", "patience", 3, 3, 20),
    ),
    "knn": (_whole("k", "regularization", None, 1, 128),),
}
ALGORITHMS = tuple(_ALGORITHMS)


def knobs_of(algorithm: str | None, roles: Mapping[str, Role] | None = None) -> tuple[Knob, ...]:
    """Those of an algorithm; what a spec declares comes first, and counts instead."""
    declared = tuple(Knob(name, role) for name, role in (roles or {}).items())
    known = _ALGORITHMS.get(algorithm or "", ())
    return (*declared, *(knob for knob in known if knob.name not in (roles or {})))


def turns(lever: Lever, knobs: tuple[Knob, ...]) -> Iterator[tuple[Knob, Direction]]:
    """What a lever does with which hyperparameters, the surest first."""
    for role, direction in _TURNS[lever]:
        for knob in knobs:
            if knob.role == role:
                yield knob, direction


def hints_for(lever: Lever | None, knobs: tuple[Knob, ...]) -> tuple[Hint, ...]:
    """The hints for one lever; empty where smtune knows no hyperparameter for it."""
    return () if lever is None else tuple(Hint(knob.name, direction) for knob, direction in turns(lever, knobs))
