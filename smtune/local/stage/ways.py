"""How a stage prepares, starts and follows the training jobs of one tuning job."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from smtune.errand import DoneErrand, Errand
from smtune.local.clock import Clock
from smtune.local.contract import Contract
from smtune.local.planning import DEFAULT_RUNTIME_SECONDS, Workshop, all_hyperparameters, metric_definitions
from smtune.local.program import Program
from smtune.local.records import TrainingJob, Transition, TuningJob
from smtune.local.stage.script import Cue, Director, Script, ScriptError
from smtune.local.stage.timeline import Terms, message_of
from smtune.local.stage.trial import ScriptedTrial
from smtune.local.trial import Trial, TrialPlan
from smtune.metrics import Scraper


class StageWays:
    """Training jobs of one tuning job, as a director has them played."""

    errand: Callable[[Callable[[], Any]], Errand[Any]] = DoneErrand

    def __init__(self, director: Director, clock: Clock) -> None:
        self._director = director
        self._clock = clock
        self._prepared: dict[str, tuple[Cue, Script, float]] = {}
        self._trials: dict[str, ScriptedTrial] = {}

    @property
    def next_event(self) -> float | None:
        """When something happens next in any of them; None where nobody plays."""
        moments = {name: trial.next_event for name, trial in self._trials.items()}
        for name, moment in moments.items():
            if moment is None:
                del self._trials[name]
        return min((moment for moment in moments.values() if moment is not None), default=None)

    def begin(self, now: float) -> tuple[Transition, ...]:
        return (Transition("Starting", now, message_of("Starting")),)

    def prepare(self, workshop: Workshop, job: TuningJob, training: TrainingJob) -> TrialPlan:
        cue = _cue(job, training)
        self._prepared[training.name] = cue, _directed(self._director, cue), training.created
        contract = Contract(training.name, cue.hyperparameters, {}, "scripted", 1)
        folder = workshop.settings.training_folder(job.name, training.name)
        folder.mkdir(parents=True, exist_ok=True)
        return TrialPlan(
            contract=contract,
            program=Program("a script of smtune.testing", ()),
            data={},
            archive=None,
            environment={},
            folder=folder,
            scraper=Scraper(metric_definitions(cue.definition)),
            bubblewrap=None,
            time_limit=cue.definition.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", DEFAULT_RUNTIME_SECONDS),
        )

    def start(self, plan: TrialPlan) -> Trial:
        name = plan.contract.job_name
        cue, script, created = self._prepared.pop(name)
        wait = _wait(cue.definition) - (self._clock.now() - created)  # it is that of all attempts in total
        terms = Terms(plan.time_limit, wait, "CheckpointConfig" in cue.definition)
        trial = ScriptedTrial(plan, script, self._clock, cue.objective, terms)
        self._trials[name] = trial
        return trial

    def steps(self, trial: Trial, began: float) -> tuple[Transition, ...]:  # noqa: ARG002  it knows when it began
        name = trial.plan.contract.job_name
        return self._trials[name].steps if name in self._trials else ()


def _wait(definition: Mapping[str, Any]) -> float:
    """Seconds that a training job on spot instances has from its creation to its end."""
    return float(definition.get("StoppingCondition", {}).get("MaxWaitTimeInSeconds", math.inf))


def _cue(job: TuningJob, training: TrainingJob) -> Cue:
    definition = job.definition_of(training)
    return Cue(
        training_job=training.name,
        number=training.number,
        attempt=training.attempts,
        hyperparameters=all_hyperparameters(job, training),
        config=training.config,
        definition=definition.body,
        ranges=definition.ranges,
        objective=definition.objective or _first_metric(definition.body),
        maximize=definition.maximize,
        resource=training.resource,
    )


def _first_metric(definition: Mapping[str, Any]) -> str:
    """What stands for the objective of a training job that has none; empty where it has no metrics either."""
    return next((item["Name"] for item in metric_definitions(definition)), "")


def _directed(director: Director, cue: Cue) -> Script:
    try:
        script = director(cue)
    except ScriptError:
        raise
    except Exception as error:  # or the training job would fail of it, and nobody would know why
        message = f"the script of {cue.training_job} raised {type(error).__name__}: {error}"
        raise ScriptError(message) from error
    if script.interrupted and not cue.definition.get("EnableManagedSpotTraining"):
        message = f"{cue.training_job} cannot be interrupted: its request has no EnableManagedSpotTraining"
        raise ScriptError(message)
    return script
