"""More rows for validation and test, where the spec splits a table itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from smtune.revise.check import checked
from smtune.revise.model import Change
from smtune.spec import Table, TuningSpec
from smtune.suggest.model import Suggestion

_TRAINING = 0.7
"""Of the rows, for training, as is usual."""
_SHARE = 0.25
"""Of the rows, for validation and for test each: more would starve training."""
_LEAST = 0.4
"""What training keeps."""


def more_training(plain: Suggestion, spec: TuningSpec) -> Suggestion:
    """The suggestion with a larger share for training, where the spec gives it less than is usual."""
    if not isinstance(spec.data, Table) or spec.data.split.train >= _TRAINING:
        return replace(plain, command="gather or synthesize more training rows, and name them in data")
    rest = 1 - spec.data.split.train
    kept = {name: getattr(spec.data.split, name) / rest * (1 - _TRAINING) for name in ("validation", "test")}
    wanted = {"train": _TRAINING, "validation": round(kept["validation"], 4)}
    return _with_shares(plain, spec, {**wanted, "test": round(1 - sum(wanted.values()), 6)}, "more rows to learn from")


def more_validation(plain: Suggestion, spec: TuningSpec) -> Suggestion:
    """The suggestion with larger shares of validation and test; as it is where the spec names finished files."""
    if not isinstance(spec.data, Table):
        return replace(plain, command="gather more rows for validation and test, and name them in data.channels")
    split = spec.data.split
    held = {"validation": split.validation, "test": split.test}
    wanted = {name: max(_SHARE, share) if share else share for name, share in held.items()}
    left = round(1 - sum(wanted.values()), 6)
    if wanted == held or left < _LEAST:
        return replace(plain, command="gather more rows: a larger part of these would starve training")
    shares = {**wanted, "train": left}
    return _with_shares(plain, spec, shares, "more rows tell more surely which model is better")


def _with_shares(plain: Suggestion, spec: TuningSpec, shares: Mapping[str, float], reason: str) -> Suggestion:
    assert isinstance(spec.data, Table)  # noqa: S101  the callers have looked
    split = spec.data.split
    changes = [
        Change(("data", "split", name), getattr(split, name), share, reason)
        for name, share in shares.items()
        if share != getattr(split, name)
    ]
    data = spec.data.model_copy(update={"split": split.model_copy(update=shares)})
    return replace(plain, changes=tuple(changes), spec=checked(spec.model_copy(update={"data": data})))
