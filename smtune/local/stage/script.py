"""What a training job does that is only played, and what it is chosen by."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any


class ScriptError(Exception):
    """A script that cannot be played: whoever wrote it should see this, not a training job that failed."""


@dataclass(frozen=True)
class Cue:
    """A training job that is about to start."""

    training_job: str
    number: int
    """In its tuning job, from 1."""
    attempt: int
    """From 1; more where its RetryStrategy starts it again."""
    hyperparameters: Mapping[str, str]
    """All that it gets, as the service carries them."""
    config: Mapping[str, str]
    """The tuned ones."""
    definition: Mapping[str, Any]
    """Its definition in the request."""
    ranges: Mapping[str, Any]
    """ParameterRanges."""
    objective: str
    """The metric's name."""
    maximize: bool
    resource: int | None = None
    """How far Hyperband lets it train, where it gets a hyperparameter for that."""


@dataclass(frozen=True)
class Script:
    """How a training job goes."""

    curve: Sequence[float] = ()
    """The objective metric's values: printed at equal distances, the last one at the end of the training."""
    seconds: float = 60.0
    """How long it trains."""
    metrics: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """The values of other metrics, likewise."""
    lines: Sequence[str] = ()
    """What it prints besides, likewise; the metric definitions' regexes read values in it."""
    fails: str | None = None
    """Its failure reason, at the end of its `seconds`. What begins with `InternalServerError` is retried as such."""
    interrupted: Sequence[float] = ()
    """Seconds of training after which its spot instances are taken away."""
    away: float = 60.0
    """Seconds until others are found."""
    startup: float = 0.0
    """Seconds from its creation until its instances are there; not billed."""
    model: Mapping[str, str] = field(default_factory=dict)
    """Files of its model artifact: name -> text."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.seconds) and self.seconds > 0):
            message = f"a training job takes more than 0 seconds, and not for ever: seconds={self.seconds!r}"
            raise ScriptError(message)
        waits = [("startup", self.startup), ("away", self.away), *(("interrupted", each) for each in self.interrupted)]
        for name, value in waits:
            if not (math.isfinite(value) and value >= 0):
                message = f"{name}={value!r} is not a number of seconds"
                raise ScriptError(message)
        for file, text in self.model.items():
            if not isinstance(text, str) or not _is_inside(file):
                message = f"model: {file!r} -> {text!r} is not a file's name in the artifact and its text"
                raise ScriptError(message)


def _is_inside(file: str) -> bool:
    path = PurePosixPath(file)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts


Director = Callable[[Cue], Script]
"""Says how each training job goes; the same cue should give the same script."""


def read_values(hyperparameters: Mapping[str, str]) -> dict[str, Any]:
    """Hyperparameters with numbers as numbers; anything else is text."""
    return {name: _value(text) for name, text in hyperparameters.items()}


def _value(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
