"""How a floor's training jobs are prepared, started and followed: on this machine, or as a stage plays them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from smtune.errand import Errand
from smtune.local.planning import Workshop, plan_trial
from smtune.local.records import TrainingJob, Transition, TuningJob
from smtune.local.runners import start_trial
from smtune.local.trial import Trial, TrialPlan


class Ways(Protocol):
    """What a floor does with a training job, from its creation to its end."""

    def begin(self, now: float) -> tuple[Transition, ...]:
        """The secondary statuses of a training job that is created now."""

    def prepare(self, workshop: Workshop, job: TuningJob, training: TrainingJob) -> TrialPlan:
        """All that it takes to run it; may take long."""

    def start(self, plan: TrialPlan) -> Trial:
        """Start it; raises OSError, tarfile.TarError or SmtuneError when that fails."""

    def steps(self, trial: Trial, began: float) -> tuple[Transition, ...]:
        """The secondary statuses since it was started (at `began`), to this moment: never fewer than before."""

    @property
    def errand(self) -> Callable[[Callable[[], Any]], Errand[Any]]:
        """What is slow is done by one of these."""


class MachineWays:
    """Processes and containers of this machine."""

    errand: Callable[[Callable[[], Any]], Errand[Any]] = Errand

    def begin(self, now: float) -> tuple[Transition, ...]:
        return (
            Transition("Starting", now, "Preparing the instances for training"),
            Transition("Downloading", now, "Downloading input data"),
        )

    def prepare(self, workshop: Workshop, job: TuningJob, training: TrainingJob) -> TrialPlan:
        return plan_trial(workshop, job, training)

    def start(self, plan: TrialPlan) -> Trial:
        return start_trial(plan)

    def steps(self, trial: Trial, began: float) -> tuple[Transition, ...]:  # noqa: ARG002  it has only one
        return (Transition("Training", began, "Training image download completed. Training in progress."),)
