"""What the training jobs say for or against turning a hyperparameter up or down.

A textbook's remedy may be wrong for the data at hand: a smaller gap between training and validation is not a better
model. So each direction is asked for twice: does it go with a lower validation loss, and with a smaller gap?
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from smtune.history.model import Floats, History, Run, Sample, is_number
from smtune.history.observation import Observation, plain, too_few
from smtune.history.ranks import LEVEL, Correlation, controls, corrected, loss_trends, partial, ranked
from smtune.history.words import tell_chance, tell_jobs

Way = Literal["up", "down"]
Support = Literal["supported", "contradicted", "undecided", "untested"]


@dataclass(frozen=True)
class Trend:
    """How validation loss, and the gap from training to validation, go with one hyperparameter that is a number."""

    hyperparameter: str
    loss: Correlation | None
    """Partial rank correlation; None where it was not varied, or by too few training jobs."""
    loss_p: float = 1.0
    """Corrected for the number of hyperparameters, as `gap_p`."""
    gap: Correlation | None = None
    gap_p: float = 1.0

    def towards(self, way: Way) -> Support:
        """What turning it up (or down) does to the validation loss, as far as the training jobs show."""
        return _support(self.loss, self.loss_p, way)

    def towards_smaller_gap(self, way: Way) -> Support:
        """What it does to the gap; that says nothing of whether the model gets better."""
        return _support(self.gap, self.gap_p, way)

    def tell(self, way: Way) -> str:
        """The evidence for one direction in a sentence."""
        words = {"up": "raising", "down": "lowering"}[way]
        if self.loss is None:
            return f"{words} {self.hyperparameter} is untested: too few training jobs vary it."
        size = f"partial rank correlation with validation loss {self.loss.value:+.2f}, {tell_chance(self.loss_p)}"
        gap = "" if self.gap is None else f"; with the gap {self.gap.value:+.2f}, {tell_chance(self.gap_p)}"
        return f"{words} {self.hyperparameter} is {self.towards(way)} by {tell_jobs(self.loss.jobs)} ({size}{gap})."

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "hyperparameter": self.hyperparameter,
            "up": self.towards("up"),
            "down": self.towards("down"),
            "validation_loss": _numbers(self.loss, self.loss_p),
            "gap": _numbers(self.gap, self.gap_p),
        }


def _support(trend: Correlation | None, p: float, way: Way) -> Support:
    if trend is None:
        return "untested"
    if p > LEVEL:
        return "undecided"
    return "supported" if (trend.value < 0) == (way == "up") else "contradicted"


def _numbers(trend: Correlation | None, p: float) -> dict[str, Any] | None:
    return None if trend is None else {"correlation": plain(trend.value), "p": plain(p), "jobs": trend.jobs}


def trends(history: History) -> tuple[Trend, ...]:
    """One for each hyperparameter that is a number, in the order of the ranges."""
    sample, gaps = history.sample, gaps_of(history)
    known = np.isfinite(gaps)
    numbers = [index for index in range(len(history.axes)) if sample.is_number(index)]
    losses = loss_trends(sample)
    of_gaps = {
        index: partial(gaps[known], sample.places[known, index], controls(sample, index, known))
        for index in losses
        if known.sum() > 2
    }
    loss_p, gap_p = corrected(losses), corrected(of_gaps)
    return tuple(
        Trend(sample.axes[i].name, losses.get(i), loss_p.get(i, 1.0), of_gaps.get(i), gap_p.get(i, 1.0))
        for i in numbers
    )


def gaps_of(history: History) -> Floats:
    """(n,): validation loss minus training loss of each run of the sample; nan where one is unknown."""
    sample: Sample = history.sample
    sign = -1.0 if history.is_maximized else 1.0
    return sample.losses - sign * np.array([_training(history, run) for run in sample.runs], dtype=np.float64)


def _training(history: History, run: Run) -> float:
    name = history.training_metric
    if name is None:
        return np.nan
    last = run.curves[name][-1][1] if run.curves.get(name) else np.nan
    value = run.metrics.get(name, last)
    return value if is_number(value) else np.nan


def observe_gap(history: History) -> Iterator[Observation]:
    """Whether training jobs with a smaller gap are the worse ones, so that closing it is no aim."""
    gaps = gaps_of(history)
    known = np.isfinite(gaps)
    order = ranked(history.sample.order[known])
    losses = history.sample.losses[known]
    found = partial(losses, gaps[known], (order - order.mean())[:, None]) if known.sum() > 2 else None
    if found is None:
        count = tell_jobs(int(known.sum()))
        yield too_few("gap_misleads", f"Whether a smaller gap is better cannot be told from {count} with both losses.")
        return
    numbers = {"correlation": found.value, "p": found.p, "jobs": found.jobs}
    size = f"rank correlation {found.value:+.2f} over {tell_jobs(found.jobs)}, {tell_chance(found.p)}"
    if found.p > LEVEL:
        sentence = f"Validation loss and the gap from training to validation do not go together: {size}."
        yield Observation("gap_misleads", "not enough evidence", sentence, None, numbers)
    elif found.value < 0:
        sentence = (
            f"Training jobs with a smaller gap are worse on validation: {size}; regularisation is not what is missing."
        )
        yield Observation("gap_misleads", "present", sentence, None, numbers)
    else:
        sentence = f"Training jobs with a smaller gap are better on validation: {size}."
        yield Observation("gap_misleads", "absent", sentence, None, numbers)
