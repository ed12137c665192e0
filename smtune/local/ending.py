"""The end of a training job: artifacts packed, the verdict and the final metrics stored in one transaction."""

from __future__ import annotations

import dataclasses
import math
import shutil
import time
from pathlib import Path
from typing import Any

from smtune.local.outcome import REASON_LENGTH, Ending, Verdict, judge
from smtune.local.planning import CHANNELS, metric_definitions
from smtune.local.records import TrainingJob, Transition, TuningJob
from smtune.local.storage import Storage
from smtune.local.store import Store
from smtune.local.trial import Trial


def end_training_job(store: Store, storage: Storage, job: TuningJob, trial: Trial, exit_code: int) -> None:
    """Store how `trial` ended; its /opt/ml is removed once its artifacts are safe, and kept if it failed."""
    training = store.training_job(trial.plan.contract.job_name)
    assert training is not None  # noqa: S101  a trial is stored before it starts
    final = {item.name: (item.value, item.time) for item in store.observations(training.name)}
    objective, _ = job.objective
    ending = Ending(
        exit_code=exit_code,
        stopped=trial.stopping is not None,
        timed_out=trial.timed_out,
        values={name: value for name, (value, _) in final.items()},
        lines=trial.lines,
        tail=trial.tail,
    )
    regex = next((item["Regex"] for item in metric_definitions(job.definition) if item["Name"] == objective), None)
    verdict = judge(ending, objective, regex, trial.plan.program, trial.root / "output")
    if trial.trouble is not None:
        verdict = Verdict("Failed", "Failed", f"InternalServerError: cannot write the log: {trial.trouble}")
    try:
        if verdict.status != "Failed":
            _keep_artifacts(storage, job, training.name, trial.root)
    except OSError as error:
        verdict = Verdict("Failed", "Failed", f"InternalServerError: cannot keep the artifacts: {error}")
    store.save_training_job(_ended(training, verdict, final, objective))
    shutil.rmtree(trial.plan.folder / CHANNELS, ignore_errors=True)
    if verdict.status != "Failed":
        shutil.rmtree(trial.root, ignore_errors=True)


def fail_training_job(training: TrainingJob, reason: str) -> TrainingJob:
    """`training`, failed before its program ran."""
    return _ended(training, Verdict("Failed", "Failed", reason[:REASON_LENGTH]), {}, "")


def stop_training_job(training: TrainingJob) -> TrainingJob:
    """`training`, whose program died with its worker while the tuning job was being stopped."""
    return _ended(training, Verdict("Stopped", "Stopped", "The training job was stopped"), {}, "")


def artifact_uri(definition: dict[str, Any], training_job: str, name: str = "model.tar.gz") -> str:
    """Where the service puts an artifact of a training job."""
    return f"{definition['OutputDataConfig']['S3OutputPath'].rstrip('/')}/{training_job}/output/{name}"


def _keep_artifacts(storage: Storage, job: TuningJob, name: str, root: Path) -> None:
    folders = {"model.tar.gz": root / "model", "output.tar.gz": root / "output" / "data"}
    for archive, folder in folders.items():
        if archive == "model.tar.gz" or any(folder.iterdir()):
            storage.keep(folder, artifact_uri(dict(job.definition), name, archive))


def _ended(
    training: TrainingJob, verdict: Verdict, final: dict[str, tuple[float, float]], objective: str
) -> TrainingJob:
    now = time.time()
    known = verdict.status != "Failed" and objective in final and math.isfinite(final[objective][0])
    return dataclasses.replace(
        training,
        status=verdict.status,
        transitions=(
            *training.transitions,
            Transition(verdict.secondary, now, verdict.reason or "Training job completed"),
        ),
        ended=now,
        modified=now,
        failure_reason=verdict.reason if verdict.status == "Failed" else None,
        objective=final[objective][0] if known else None,
        objective_status="Succeeded" if known else "Failed",
        final_metrics=final,
    )
