"""Other shares of the rows, where the spec splits a table itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from smtune.revise.check import checked
from smtune.revise.model import Change
from smtune.spec import Split, Table, TuningSpec
from smtune.suggest.model import Suggestion

_TRAINING = 0.7
"""Of the rows, for training, as is usual."""
_SHARE = 0.25
"""Of the rows, for validation and for test each: more would starve training."""
_LEAST = 0.4
"""What training keeps."""
_LEAST_JUDGED = 0.05
"""What validation keeps."""
_TRAIN_DEV = 0.1
_DIGITS = 12
"""Fewer, and shares such as a third would add up to 1 no more."""
COMPARE = "smtune data compare TRAIN VALIDATION shows which columns differ"


def more_training(plain: Suggestion, spec: TuningSpec, job: str) -> Suggestion:
    """The suggestion with a larger share for training, where the spec gives it less than is usual.

    `job` is the tuning job that its best configuration is from.
    """
    split = _split_of(spec)
    if split is None or split.train >= _TRAINING:
        return replace(
            plain, command=f"smtune data curve {job} says what more rows would bring, before they are paid for"
        )
    smaller = (1 - _TRAINING) / (1 - split.train)
    wanted = {name: round(share * smaller, 4) for name, share in split.shares.items() if name != "train"}
    last = list(wanted)[-1]
    wanted[last] = round(1 - _TRAINING - sum(wanted.values()) + wanted[last], _DIGITS)
    return _with_shares(plain, spec, {"train": _TRAINING, **wanted}, "more rows to learn from")


def more_validation(plain: Suggestion, spec: TuningSpec) -> Suggestion:
    """The suggestion with larger shares of validation and test; as it is where the spec names finished files."""
    split = _split_of(spec)
    if split is None:
        return replace(plain, command="gather more rows for validation and test, and name them in data.channels")
    held = {"validation": split.validation, "test": split.test}
    wanted = {name: max(_SHARE, share) if share else share for name, share in held.items()}
    left = round(1 - split.train_dev - sum(wanted.values()), _DIGITS)
    if wanted == held or left < _LEAST:
        return replace(plain, command="gather more rows: a larger part of these would starve training")
    shares = {**wanted, "train": left}
    return _with_shares(plain, spec, shares, "more rows tell more surely which model is better")


def nearer_training(plain: Suggestion, spec: TuningSpec) -> Suggestion:
    """The suggestion with training up to the middle of validation's time; test stays what it is.

    Validation is the newer half of what it was then: no row of it is one that a model has learned from before.
    """
    split = _split_of(spec)
    if split is None or split.time is None:
        return replace(plain, command=COMPARE)
    half = round(split.validation / 2, 4)
    if half < _LEAST_JUDGED:
        return replace(plain, command="gather training rows of the newest time: validation has few rows left to give")
    shares = {"train": round(split.train + split.validation - half, _DIGITS), "validation": half}
    return _with_shares(plain, spec, shares, "training reaches into the time that validation is of")


def with_train_dev(plain: Suggestion, spec: TuningSpec) -> Suggestion | None:
    """The suggestion with rows held out of the training period; None where there are some, or there is no period."""
    split = _split_of(spec)
    if split is None or split.time is None or split.train_dev or split.train - _TRAIN_DEV < _LEAST:
        return None
    shares = {"train": round(split.train - _TRAIN_DEV, _DIGITS), "train_dev": _TRAIN_DEV}
    return _with_shares(plain, spec, shares, "rows of the training period that no training job sees")


def _split_of(spec: TuningSpec) -> Split | None:
    return spec.data.split if isinstance(spec.data, Table) else None


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
