"""What a user should know before the service runs a request: quotas, spot, and what it does not honour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smtune.definitions import definitions
from smtune.estimate.jobs import count_jobs

Json = Mapping[str, Any]
# AWS's quotas for a new account (Developer Guide, automatic-model-tuning-limits); an account may have others.
JOBS_QUOTA = 750
PARALLEL_QUOTA = 10
RUNTIME_QUOTA = 2_592_000


def service_notes(request: Json) -> tuple[str, ...]:
    """One sentence each."""
    found = [*_limits(request), *_warm_start(request)]
    for definition in definitions(request):
        found += [*_spot(definition), *_resources(definition)]
    return tuple(dict.fromkeys(found))


def _limits(request: Json) -> Iterator[str]:
    jobs = count_jobs(request)
    if not jobs.is_bounded:
        yield f"nothing but the account's quota ({JOBS_QUOTA} training jobs by default) ends this tuning job"
    if jobs.number is not None and jobs.number > JOBS_QUOTA:
        yield f"{jobs.number:,} training jobs are above the default quota of {JOBS_QUOTA}; only Random can be raised"
    if jobs.parallel > PARALLEL_QUOTA:
        yield f"{jobs.parallel} training jobs at once are above the default quota of {PARALLEL_QUOTA}"
    if jobs.runtime is not None and jobs.runtime > RUNTIME_QUOTA:
        yield "MaxRuntimeInSeconds is above the default quota of 30 days"


def _warm_start(request: Json) -> Iterator[str]:
    parents = request.get("WarmStartConfig", {}).get("ParentHyperParameterTuningJobs", ())
    if parents:
        yield f"warm start: the training jobs of the parents count towards the quota of {JOBS_QUOTA}"


def _spot(definition: Json) -> Iterator[str]:
    if not definition.get("EnableManagedSpotTraining"):
        return
    if "CheckpointConfig" not in definition:
        yield "spot without CheckpointConfig: a training job that is interrupted starts again from the beginning"
    if "MaxWaitTimeInSeconds" not in definition.get("StoppingCondition", {}):
        yield "spot without MaxWaitTimeInSeconds: nothing bounds the wait for capacity"


def _resources(definition: Json) -> Iterator[str]:
    resources = definition.get("ResourceConfig", {})
    if "KeepAlivePeriodInSeconds" in resources:
        yield "KeepAlivePeriodInSeconds is not honoured: tuning jobs manage warm pools of their own"
    if "TrainingPlanArn" in resources or any("TrainingPlanArns" in o for o in resources.get("InstancePreferences", ())):
        yield "a training plan is paid in advance: the cost here is what its instances cost on demand"
    if "MaxPendingTimeInSeconds" in definition.get("StoppingCondition", {}):
        yield "MaxPendingTimeInSeconds counts for accelerated instances only (ml.p, ml.g, ml.trn)"
