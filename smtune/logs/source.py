"""A name on the command line -> whose logs: one training job's, or those of some of a tuning job's training jobs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from smtune.definitions import definitions
from smtune.errors import JobError, ServiceError
from smtune.patience import Line
from smtune.statuses import RUNNING, TERMINAL
from smtune.trainings import training_job_summaries

Which = Literal["running", "all", "failed", "best"]
_TRAINING = re.compile(r".+-\d{3,}-[0-9a-f]{6,}")


@dataclass(frozen=True)
class Source:
    """Whose logs."""

    name: str
    tuning_job: str | None
    """None where `name` is a training job."""
    training_jobs: tuple[str, ...]
    """Those that were chosen."""
    ended: frozenset[str]
    """Training jobs of the tuning job that were not chosen because they are over."""
    hosts: int
    """Of each training job."""
    since: float
    """When the first of them was created, in seconds since the epoch: nothing was printed before."""
    is_over: bool
    arn: str

    @property
    def prefix(self) -> str:
        """What the names of all its streams begin with."""
        if self.tuning_job is None or len(self.training_jobs) == 1:
            return f"{self.training_jobs[0]}/"
        return f"{self.tuning_job}-"

    def has(self, training_job: str) -> bool:
        """Whether a training job's lines are wanted."""
        return training_job in self.training_jobs

    def may_have(self, training_job: str) -> bool:
        """Whether they are while the tuning job goes on: what starts later too, what had ended not."""
        if self.tuning_job is None or self.has(training_job):
            return self.has(training_job)
        rest = training_job.removeprefix(f"{self.tuning_job}-")
        return training_job not in self.ended and re.fullmatch(r"\d+-[0-9a-f]+", rest) is not None


def find_source(line: Line, name: str, which: Which = "running") -> Source:
    """The logs of the training job or tuning job `name`.

    Of a tuning job: its running training jobs, or all, the last one that failed, or the best one. Where none runs
    any more, the best one, or the last one that failed, or the last one. Raises ServiceError for an unknown name,
    JobError where there is no such training job.
    """
    readers = (_training, lambda each, job: _tuning(each, job, which))
    first, second = readers if _TRAINING.fullmatch(name) else readers[::-1]
    try:
        return first(line, name)
    except ServiceError as unknown:
        if not _is_unknown(unknown):
            raise
        try:
            return second(line, name)
        except ServiceError as error:
            if not _is_unknown(error):
                raise
            raise unknown from None


def _is_unknown(error: ServiceError) -> bool:
    return error.code in {"ResourceNotFound", "ValidationException"}


def _training(line: Line, name: str) -> Source:
    job = line.call("sagemaker", "describe_training_job", TrainingJobName=name)
    return Source(
        name=name,
        tuning_job=None,
        training_jobs=(name,),
        ended=frozenset(),
        hosts=_hosts(job.get("ResourceConfig", {})),
        since=job["CreationTime"].timestamp(),
        is_over=job["TrainingJobStatus"] not in RUNNING,
        arn=job["TrainingJobArn"],
    )


def _tuning(line: Line, name: str, which: Which) -> Source:
    job = line.call("sagemaker", "describe_hyper_parameter_tuning_job", HyperParameterTuningJobName=name)
    jobs = training_job_summaries(line, name)
    is_over = job["HyperParameterTuningJobStatus"] in TERMINAL
    chosen = _choose(job, jobs, which, is_over=is_over)
    created = [item["CreationTime"].timestamp() for item in jobs if item["TrainingJobName"] in chosen]
    ended = {item["TrainingJobName"] for item in jobs if item["TrainingJobStatus"] not in RUNNING}
    return Source(
        name=name,
        tuning_job=name,
        training_jobs=chosen,
        ended=frozenset(ended - set(chosen)),
        hosts=max((_hosts(each.get("ResourceConfig", {})) for each in definitions(job)), default=1),
        since=min(created, default=job["CreationTime"].timestamp()),
        is_over=is_over,
        arn=job["HyperParameterTuningJobArn"],
    )


def _choose(job: Mapping[str, Any], jobs: list[Any], which: Which, *, is_over: bool) -> tuple[str, ...]:
    """Names of training jobs; `jobs` are in the order of their creation."""
    best = job.get("BestTrainingJob", {}).get("TrainingJobName")
    names = [item["TrainingJobName"] for item in jobs]
    failed = [item["TrainingJobName"] for item in jobs if item["TrainingJobStatus"] == "Failed"][-1:]
    running = [item["TrainingJobName"] for item in jobs if item["TrainingJobStatus"] in RUNNING]
    if which == "failed":
        return _some(failed, job, "no training job has failed")
    if which == "best":
        return _some([best] if best else [], job, "no training job has completed yet")
    if which == "all":
        return tuple(names)
    if running or not is_over:
        return tuple(running)
    return _some([best] if best else failed or names[-1:], job, "it has had no training job")


def _some(names: list[str], job: Mapping[str, Any], otherwise: str) -> tuple[str, ...]:
    if not names:
        message = f"{job['HyperParameterTuningJobName']}: {otherwise}"
        raise JobError(message)
    return tuple(names)


def _hosts(resources: Mapping[str, Any]) -> int:
    groups = resources.get("InstanceGroups", ())
    return int(resources.get("InstanceCount") or sum(group["InstanceCount"] for group in groups) or 1)
