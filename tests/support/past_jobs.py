"""Histories of tuning jobs, made of a few numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from smtune.history import History, Run
from smtune.search.space import Axis, Number

TRAIN, VALIDATION = "train:loss", "validation:loss"
AXES = (Number("rate", 1e-4, 1.0, "Logarithmic"), Number("depth", 1, 10, "Linear", is_whole=True))
Loss = Callable[[Sequence[float]], float]
"""Places in 0..1, one for each axis -> the loss there."""


def past(loss: Loss, jobs: int = 40, *, noise: float = 0.0, seed: int = 0, axes: Sequence[Axis] = AXES) -> History:
    """A random search."""
    rng = np.random.default_rng(seed)
    places = rng.random((jobs, len(axes)))
    runs = [
        run(number, axes, [float(each) for each in place], loss(place) + noise * float(rng.normal()))
        for number, place in enumerate(places)
    ]
    return of(runs, axes=tuple(axes))


def run(number: int, axes: Sequence[Axis], place: Sequence[float], objective: float | None, **changes: Any) -> Run:
    """A training job at this place."""
    texts = {axis.name: axis.text(each) for axis, each in zip(axes, place, strict=True)}
    values = {axis.name: float(text) if isinstance(axis, Number) else text for axis, text in _with(axes, texts)}
    return Run(f"job-{number}", values, objective, **changes)


def _with(axes: Sequence[Axis], texts: Mapping[str, str]) -> list[tuple[Axis, str]]:
    return [(axis, texts[axis.name]) for axis in axes]


def of(runs: Sequence[Run], **changes: Any) -> History:
    """A random search whose objective is the validation loss, minimized."""
    fields = {"axes": AXES, "metric": VALIDATION, "training_metric": TRAIN, "is_adaptive": False}
    return History(tuple(runs), **{**fields, **changes})


def with_curve(validation: Sequence[float], train: Sequence[float] | None = None, number: int = 0) -> Run:
    """A training job with these curves."""
    curves = {VALIDATION: tuple(enumerate(validation, start=1))}
    if train is not None:
        curves[TRAIN] = tuple(enumerate(train, start=1))
    return Run(f"job-{number}", {"rate": 0.01, "depth": 3.0}, validation[-1], curves=curves)
