"""The end of a training job: artifacts packed, the verdict and the final metrics stored in one transaction."""

from __future__ import annotations

import dataclasses
import math
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from smtune.local.clock import Clock
from smtune.local.outcome import REASON_LENGTH, Ending, Verdict, judge
from smtune.local.planning import CHANNELS, metric_definitions
from smtune.local.records import Definition, TrainingJob, Transition, TuningJob
from smtune.local.storage import Storage
from smtune.local.store import Store
from smtune.local.trial import Trial
from smtune.metrics import Observation

FinalMetrics = dict[str, tuple[float, float]]
"""Name -> (last value, its time)."""


def end_training_job(
    store: Store, storage: Storage, job: TuningJob, trial: Trial, exit_code: int, clock: Clock
) -> TrainingJob:
    """Store and return how `trial` ended; its /opt/ml goes once its artifacts are safe, and stays if it failed."""
    name = trial.plan.contract.job_name
    training = store.training_job(name)
    assert training is not None  # noqa: S101  a trial is stored before it starts
    definition, final = job.definition_of(training), _final(store.observations(name))
    verdict = _verdict(definition, trial, exit_code, final)
    try:
        if verdict.status != "Failed":
            _keep_artifacts(storage, definition, name, trial.root)
    except OSError as error:
        verdict = _failed(f"InternalServerError: cannot keep the artifacts: {error}")
    ended = store.change_training_job(name, **_end(training, verdict, final, definition.objective, clock.now()))
    assert ended is not None  # noqa: S101  nobody removes a training job
    shutil.rmtree(trial.plan.folder / CHANNELS, ignore_errors=True)
    if verdict.status != "Failed":
        shutil.rmtree(trial.root, ignore_errors=True)
    return ended


def fail_training_job(training: TrainingJob, reason: str, now: float) -> TrainingJob:
    """`training`, failed before its program ran, or because its worker did."""
    return dataclasses.replace(training, **_end(training, _failed(reason), {}, "", now))


def stop_training_job(
    training: TrainingJob, observed: Iterable[Observation], objective: str | None, now: float
) -> TrainingJob:
    """`training`, whose program died with its worker while it was being stopped."""
    verdict = Verdict("Stopped", "Stopped", "The training job was stopped")
    return dataclasses.replace(training, **_end(training, verdict, _final(observed), objective, now))


def abandon(store: Store, tuning_job: str, reason: str) -> None:
    """End a tuning job that cannot go on as failed, and what was running of it: its processes are gone."""
    now = time.time()
    for training in store.running_training_jobs(tuning_job):
        store.save_training_job(fail_training_job(training, reason, now))
    store.change_tuning_job(tuning_job, status="Failed", failure_reason=reason[:REASON_LENGTH], ended=now, modified=now)


def artifact_uri(definition: dict[str, Any], training_job: str, name: str = "model.tar.gz") -> str:
    """Where the service puts an artifact of a training job."""
    return f"{definition['OutputDataConfig']['S3OutputPath'].rstrip('/')}/{training_job}/output/{name}"


def _final(observed: Iterable[Observation]) -> FinalMetrics:
    return {item.name: (item.value, item.time) for item in observed}


def _verdict(definition: Definition, trial: Trial, exit_code: int, final: FinalMetrics) -> Verdict:
    if trial.trouble is not None:
        return _failed(f"InternalServerError: {trial.trouble}")
    objective = definition.objective
    ending = Ending(
        exit_code=exit_code,
        stopped=trial.stopping is not None,
        exceeded=trial.exceeded,
        values={name: value for name, (value, _) in final.items()},
        lines=trial.lines,
        tail=tuple(trial.tail),
        unsearched=objective in trial.plan.scraper.slow,
        given_up=objective in trial.plan.scraper.given_up,
    )
    regex = next((item["Regex"] for item in metric_definitions(definition.body) if item["Name"] == objective), None)
    try:
        return judge(ending, objective, regex, trial.plan.program, trial.root / "output")
    except OSError as error:
        return _failed(f"InternalServerError: cannot read the reason of the failure: {error}")


def _failed(reason: str) -> Verdict:
    return Verdict("Failed", "Failed", reason[:REASON_LENGTH])


def _keep_artifacts(storage: Storage, definition: Definition, name: str, root: Path) -> None:
    folders = {"model.tar.gz": root / "model", "output.tar.gz": root / "output" / "data"}
    for archive, folder in folders.items():
        if archive == "model.tar.gz" or (folder.is_dir() and any(folder.iterdir())):
            storage.keep(folder, artifact_uri(dict(definition.body), name, archive))


def _end(
    training: TrainingJob, verdict: Verdict, final: FinalMetrics, objective: str | None, now: float
) -> dict[str, Any]:
    """What changes of a training job as it ends."""
    now = max(now, training.started or 0.0)  # the clock may have been set back
    last = None if objective is None or verdict.status == "Failed" else final.get(objective)
    value = math.nan if last is None else last[0]
    step = Transition(verdict.secondary, now, verdict.reason or "Training job completed")
    return {
        "status": verdict.status,
        "transitions": (*training.transitions, step),
        "ended": now,
        "modified": now,
        "failure_reason": verdict.reason if verdict.status == "Failed" else None,
        "objective": value if math.isfinite(value) else None,
        "objective_status": "Succeeded" if math.isfinite(value) else "Failed",
        "final_metrics": final,
    }
