"""What all training jobs of one tuning job (of one algorithm) tell, as frozen values. No pandas, no session."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from smtune.search.space import Axis, Number

Floats = npt.NDArray[np.float64]
Scalar = bool | int | float | str
Curve = Sequence[tuple[float, float]]
"""(step, value) in the order of training; a value may be nan or infinite."""
TOP_SHARE = 0.2
_FEWEST_TOP = 3
_LARGEST = 1e100
"""What is larger has exploded, and its square would be no number."""


@dataclass(frozen=True)
class Run:
    """One training job, as it ended."""

    name: str
    hyperparameters: Mapping[str, Scalar]
    """The tuned ones: numbers of a range, the text of a choice."""
    objective: float | None = None
    """The final objective metric; None where there is none."""
    status: str = "Completed"
    """`Completed`, `Stopped`, `Failed` or another of the service's."""
    metrics: Mapping[str, float] = field(default_factory=dict)
    """Final values by name."""
    curves: Mapping[str, Curve] = field(default_factory=dict)
    """Learning curves by the metric's name."""
    seconds: float | None = None
    """How long it trained."""
    reason: str = ""
    """The service's secondary status, `MaxRuntimeExceeded` say."""

    @property
    def is_measured(self) -> bool:
        """Whether its objective tells something: one that was stopped early counts."""
        return self.status in ("Completed", "Stopped") and is_number(self.objective)


def is_number(value: float | None) -> bool:
    """Whether a metric's value can be computed with: it is there, finite and not beyond all measure."""
    return value is not None and math.isfinite(value) and abs(value) <= _LARGEST


@dataclass(frozen=True)
class Limits:
    """What the tuning job was allowed, and what it came to; None where nothing was said."""

    jobs: int | None = None
    """Training jobs."""
    job_seconds: float | None = None
    """Of one training job."""
    seconds: float | None = None
    """Of the whole tuning job."""
    used_seconds: float | None = None
    """Of the whole tuning job, so far."""
    status: str = "Completed"
    """The tuning job's."""


@dataclass(frozen=True)
class History:
    """All training jobs of one algorithm of a tuning job, in the order they were started."""

    runs: Sequence[Run]
    axes: Sequence[Axis]
    """The ranges that were searched, each with its scale: `smtune.search.space`."""
    metric: str = "objective"
    """The objective metric, measured on validation rows."""
    is_maximized: bool = False
    training_metric: str | None = None
    """The same measure on training rows, where the training jobs print it."""
    limits: Limits = field(default_factory=Limits)
    is_adaptive: bool = True
    """Whether later training jobs were chosen by what earlier ones found (Bayesian, Hyperband)."""
    static: Mapping[str, Scalar] = field(default_factory=dict)
    """Hyperparameters that were the same for all."""
    undeclared: frozenset[str] = frozenset()
    """Axes that nobody declared (Autotune's): their ends are those of the values seen."""
    whole_gap: float | None = None
    """From the reference (human level) to the last set, in the objective's unit; None where there is no reference."""
    name: str = ""

    @cached_property
    def sample(self) -> Sample:
        """The training jobs that can be compared with each other."""
        found = [(number, run, self.place(run)) for number, run in enumerate(self.runs) if run.is_measured]
        kept = [(number, run, place) for number, run, place in found if place is not None]
        sign = -1.0 if self.is_maximized else 1.0
        return Sample(
            axes=tuple(self.axes),
            runs=tuple(run for _, run, _ in kept),
            losses=np.array([sign * float(run.objective or 0.0) for _, run, _ in kept]),
            places=np.array([place for _, _, place in kept]).reshape(len(kept), len(self.axes)),
            order=np.array([float(number) for number, _, _ in kept]),
        )

    def place(self, run: Run) -> Floats | None:
        """Where a run lies in the unit cube of `axes`; None outside of it, or where a value is missing."""
        try:
            return np.array([axis.coordinate(_text(run.hyperparameters[axis.name])) for axis in self.axes])
        except (KeyError, ValueError):
            return None

    def losses_of(self, curve: Curve) -> Floats:
        """A curve of the objective or of its training counterpart; lower is better, what exploded is infinite."""
        sign = -1.0 if self.is_maximized else 1.0
        values = sign * np.array([value for _, value in curve], dtype=np.float64)
        return np.where(np.abs(values) > _LARGEST, np.inf, values)


@dataclass(frozen=True, eq=False)
class Sample:
    """Training jobs with an objective, n of them, within the d ranges."""

    axes: tuple[Axis, ...]
    runs: tuple[Run, ...]
    losses: Floats
    """(n,): the objective, its sign such that lower is better."""
    places: Floats
    """(n, d) in 0..1, each on its range's own scale."""
    order: Floats
    """(n,): which training job of all it was, from 0."""

    def __len__(self) -> int:
        return len(self.runs)

    @cached_property
    def varied(self) -> tuple[int, ...]:
        """The axes on which the training jobs differ."""
        return tuple(index for index in range(len(self.axes)) if len(np.unique(self.places[:, index])) > 1)

    @cached_property
    def ranking(self) -> npt.NDArray[np.int_]:
        """Indices, the best first; of equals the earlier."""
        return np.argsort(self.losses, kind="stable")

    @cached_property
    def top(self) -> npt.NDArray[np.int_]:
        """The best fifth, at least three."""
        return self.ranking[: max(_FEWEST_TOP, math.ceil(TOP_SHARE * len(self)))]

    @property
    def best(self) -> Run:
        return self.runs[int(self.ranking[0])]

    def is_number(self, index: int) -> bool:
        return isinstance(self.axes[index], Number)


def _text(value: Scalar) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, float) else str(value)
