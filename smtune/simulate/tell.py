"""What the store of a simulation holds -> the Simulation that people read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from smtune.definitions import definitions
from smtune.estimate import JobMinutes, Tariff
from smtune.estimate.build import SPOT_SHARE
from smtune.estimate.minutes import STARTUP
from smtune.estimate.rates import missing_prices, rates
from smtune.local.records import TrainingJob, TuningJob
from smtune.local.store import Store
from smtune.simulate.model import Bill, SimulatedJob, Simulation

_OUT_OF_TIME = {
    "MaxRuntimeExceeded": "its MaxRuntimeInSeconds was up",
    "MaxWaitTimeExceeded": "its MaxWaitTimeInSeconds was up, with the wait for its instances",
}
_RANDOM = "a smooth random function of the hyperparameters: its values say nothing about a model"


@dataclass(frozen=True)
class Told:
    """Everything that a simulation is told from."""

    job: TuningJob
    """As it was at its end."""
    store: Store
    tariff: Tariff
    minutes: JobMinutes
    source: str
    said: str
    """The objective, if the user gave one."""
    notes: tuple[str, ...] = ()


def told(what: Told) -> Simulation:
    """The tuning job's whole course."""
    job, trained = what.job, what.store.training_jobs(what.job.name)
    items = definitions(job.request)
    unknown = missing_prices(items, what.tariff)
    best = what.store.best_training_job(job)
    first = job.definitions[0]
    direction = "Maximize" if first.maximize else "Minimize"
    return Simulation(
        source=what.source,
        strategy=str(job.config["Strategy"]),
        objective={"metric": first.objective or "", "type": direction, "simulated_by": what.said or _RANDOM},
        status=job.status,
        end=_end(job, trained),
        seconds=(job.ended or job.modified) - job.created,
        billed_seconds=sum(each.seconds or 0 for each in trained),
        at_once=_at_once(trained),
        bill=None if unknown else _bill(job, trained, what.tariff),
        unknown=unknown,
        jobs=tuple(_simulated(each, job, what.store) for each in trained),
        best=None if best is None else best.number,
        assumptions=_assumptions(what.minutes),
        notes=what.notes,
    )


def _assumptions(minutes: JobMinutes) -> tuple[str, ...]:
    said = "as --job-minutes says" if minutes.is_given else "a guess: say what yours takes with --job-minutes"
    trains, waits = _spread(minutes), _spread(STARTUP)
    return (
        f"one whole training job takes {trains}, by chance: {said}",
        f"its instances are there after {waits} (a guess), which is not billed",
        "how the service itself searches is not published: this is the local engine's search with the same request",
    )


def _spread(minutes: JobMinutes) -> str:
    return f"{minutes.low:g} to {minutes.high:g} minutes, mostly {minutes.likely:g}"


def _simulated(training: TrainingJob, job: TuningJob, store: Store) -> SimulatedJob:
    objective = job.definition_of(training).objective
    return SimulatedJob(
        number=training.number,
        definition=training.definition,
        hyperparameters=dict(training.config),
        resource=training.resource,
        created=training.created - job.created,
        ended=(training.ended or training.modified) - job.created,
        billed_seconds=training.seconds or 0,
        status=training.status,
        reason=_reason(training),
        values=sum(item.name == objective for item in store.observations(training.name)),
        objective=training.objective,
    )


def _reason(training: TrainingJob) -> str | None:
    if training.failure_reason is not None:
        return training.failure_reason
    last = training.transitions[-1].status if training.transitions else ""
    if last in _OUT_OF_TIME:
        return _OUT_OF_TIME[last]
    return next((step.message for step in training.transitions if step.status == "Stopping"), None)


def _end(job: TuningJob, trained: Sequence[TrainingJob]) -> str:
    """Why it ended, in words."""
    limits: Mapping[str, Any] = job.config["ResourceLimits"]
    if job.failure_reason is not None:
        return job.failure_reason
    if "ended" in job.notes:
        return f"completion criterion {job.notes['ended']}"
    most = limits.get("MaxNumberOfTrainingJobs")
    if most is not None and len(trained) >= most:
        return f"all {most} training jobs (MaxNumberOfTrainingJobs) have run"
    runtime = limits.get("MaxRuntimeInSeconds")
    if runtime is not None and job.ended is not None and job.ended - job.created >= runtime:
        return f"its time was up (MaxRuntimeInSeconds {runtime})"
    return "every combination of the grid has run" if job.config["Strategy"] == "Grid" else "nothing was left to try"


def _at_once(trained: Sequence[TrainingJob]) -> int:
    """Training jobs at once, at most."""
    changes = [(each.created, 1) for each in trained] + [(each.ended or each.modified, -1) for each in trained]
    running = most = 0
    for _, change in sorted(changes):  # of two at the same time the end comes first
        running += change
        most = max(most, running)
    return most


def _bill(job: TuningJob, trained: Sequence[TrainingJob], tariff: Tariff) -> Bill:
    """On the instances that each definition prefers."""
    hourly = {each.name: rates(each.body, tariff).likely for each in job.definitions}
    hours = [(hourly[each.definition], (each.seconds or 0) / 3600) for each in trained]
    return Bill(
        currency=tariff.currency,
        on_demand=sum(rate.total * time for rate, time in hours),
        spot_floor=sum((rate.instances * SPOT_SHARE + rate.storage) * time for rate, time in hours),
    )
