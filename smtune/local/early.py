"""Which training jobs are stopped before their end: by the median rule (early stopping), or at a rung (Hyperband)."""

from __future__ import annotations

from typing import Protocol

from smtune.local.history import History
from smtune.local.records import TrainingJob, TuningJob
from smtune.local.resource import find_halving
from smtune.search.halving import Halving, is_eliminated, rung_reached
from smtune.search.median import is_left_behind


class Judge(Protocol):
    """Looks at a training job whenever it has published its objective."""

    def reason_to_stop(self, training: TrainingJob) -> str | None:
        """Why it should be stopped now; None: it goes on."""


class MedianRule:
    """TrainingJobEarlyStoppingType Auto."""

    def __init__(self, job: TuningJob, history: History) -> None:
        self._maximize = job.maximize
        self._history = history
        self._judged: dict[int, int] = {}

    def reason_to_stop(self, training: TrainingJob) -> str | None:
        curve = self._history.curve(training.number)
        epoch = len(curve.values)
        if self._judged.get(training.number) == epoch:  # once an epoch, by what the others had then
            return None
        self._judged[training.number] = epoch
        averages = self._history.averages_before(training.number, epoch) if epoch else []
        if epoch and is_left_behind(curve.values[-1], epoch, averages, maximize=self._maximize):
            return f"early stopping: worse than the median of {len(averages)} earlier training jobs at value {epoch}"
        return None


class Rungs:
    """Strategy Hyperband: successive halving, without waiting for anybody.

    Nobody is judged before somebody has published a second value: the first may be the only one, at the very end.
    """

    def __init__(self, job: TuningJob, history: History, halving: Halving) -> None:
        self._maximize = job.maximize
        self._history = history
        self._halving = halving
        self._judged: dict[int, int] = {}

    def reason_to_stop(self, training: TrainingJob) -> str | None:
        values = self._history.curve(training.number).values
        if training.resource is not None or not self._history.has_curves:
            return None
        if len(values) > self._halving.most:
            return f"Hyperband: {self._halving.most} values are the most (MaxResource)"
        before = self._judged.get(training.number, 0)
        rung = rung_reached(self._halving.bracket(training.number), before, len(values))
        if rung is None:
            return None
        self._judged[training.number] = rung
        others = [
            other.values[rung - 1]
            for job, other in self._history.curves()
            if job.number != training.number and len(other.values) >= rung
        ]
        if is_eliminated(values[rung - 1], others, maximize=self._maximize):
            return f"Hyperband: not among the best third of the {len(others) + 1} that have reached value {rung}"
        return None


class Nobody:
    """Every training job runs to its end."""

    def reason_to_stop(self, training: TrainingJob) -> str | None:  # noqa: ARG002  a judge's
        return None


def find_judge(job: TuningJob, history: History) -> Judge:
    """The one that the request asks for."""
    halving = find_halving(job)
    if halving is not None:
        return Rungs(job, history, halving)
    if job.config.get("TrainingJobEarlyStoppingType") == "Auto":
        return MedianRule(job, history)
    return Nobody()
