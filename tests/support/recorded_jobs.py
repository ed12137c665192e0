"""Tuning jobs in the local engine's memory as if they had run: no process, any number, any time. Milliseconds a job."""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local_jobs import script_spec

from smtune.local.records import TrainingJob, TrainingStatus, Transition, TuningJob, TuningStatus
from smtune.local.settings import Settings
from smtune.local.store import Store
from smtune.metrics import Observation
from smtune.naming import training_job_name
from smtune.request import to_request


@dataclass(frozen=True)
class Ran:
    """A training job that ran: its curve, a value of `score` each `every` seconds from its start."""

    curve: Sequence[float] = (0.1, 0.2, 0.3)
    status: TrainingStatus = "Completed"
    config: Mapping[str, str] | None = None
    """The tuned hyperparameters; by default `dose`, as large as the last value of the curve."""
    failure_reason: str | None = None
    log: Sequence[str] | None = None
    """Lines of its log, a second apart; by default those of its curve."""
    every: float = 1.0
    seconds: float = 60.0
    """From start to end."""


def record_job(
    settings: Settings,
    name: str,
    trainings: Sequence[Ran],
    *,
    status: TuningStatus = "Completed",
    began: float | None = None,
    changes: Mapping[str, Any] | None = None,
) -> list[str]:
    """Put a tuning job that has ended into the engine's memory; returns its training jobs' names, by number.

    They start 10 s after one another, the first at `began` (an hour ago by default). `changes` are the request's.
    """
    start = time.time() - 3_600 if began is None else began
    request = {**copy.deepcopy(to_request(script_spec())), "HyperParameterTuningJobName": name, **(changes or {})}
    ended = start + sum(ran.seconds for ran in trainings) + 10
    store = Store(settings.database)
    store.create_tuning_job(
        TuningJob(name=name, request=request, created=start, modified=ended, status=status, ended=ended)
    )
    names = [_record_training(settings, store, name, number, ran) for number, ran in enumerate(trainings, 1)]
    store.close()
    return names


def _record_training(settings: Settings, store: Store, tuning_job: str, number: int, ran: Ran) -> str:
    job = store.tuning_job(tuning_job)
    assert job is not None
    name, start = training_job_name(tuning_job, number), job.created + 10 * (number - 1)
    end = start + ran.seconds
    observed = [Observation("score", value, start + step * ran.every, step) for step, value in enumerate(ran.curve)]
    known = ran.status != "Failed" and bool(observed)
    config = {"dose": str(ran.curve[-1] if ran.curve else 0.5)} if ran.config is None else ran.config
    record = TrainingJob(
        name=name,
        tuning_job=tuning_job,
        number=number,
        config=config,
        created=start,
        modified=end,
        status=ran.status,
        transitions=tuple(Transition(word, start, word) for word in ("Starting", "Training", ran.status)),
        started=start,
        ended=end,
        failure_reason=ran.failure_reason,
        objective=ran.curve[-1] if known else None,
        objective_status="Succeeded" if known else "Failed",
        final_metrics={"score": (observed[-1].value, observed[-1].time)} if observed else {},
        tags=job.all_tags,
    )
    store.save_training_job(record, observed)
    lines = [f"score={value}" for value in ran.curve] if ran.log is None else ran.log
    file = settings.log_file(tuning_job, name)
    file.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{start + index:.3f} {line}\n" for index, line in enumerate(lines))
    file.write_text(text, encoding="utf-8")
    return name
