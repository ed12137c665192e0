"""How many training jobs, at once and in all, and for how long."""

from __future__ import annotations

from collections.abc import Iterator

from smtune.rules.case import LIMITS, Case, Json, Path
from smtune.rules.rule import Broken, rule

DAY = 86_400
MAX_JOBS = 750
MAX_RANDOM_JOBS = 10_000
MAX_PARALLEL, DEFAULT_PARALLEL = 100, 10
MAX_DAYS = 30
_LIMITS = "developer guide, tuning limits"
_JOBS: Path = (*LIMITS, "MaxNumberOfTrainingJobs")
_PARALLEL: Path = (*LIMITS, "MaxParallelTrainingJobs")


@rule(
    "R16",
    title="Not more training jobs at once than in all.",
    source="API model, ResourceLimits",
    fix="lower limits.parallel, or raise limits.jobs",
)
def parallel(case: Case) -> Iterator[Broken]:
    jobs, at_once = case.limits.get("MaxNumberOfTrainingJobs"), case.limits["MaxParallelTrainingJobs"]
    if jobs is not None and at_once > jobs:
        message = f"parallel {at_once} is above jobs {jobs}"
        yield Broken(_PARALLEL, message, f"lower parallel to {jobs}, or raise jobs")


@rule(
    "R16-quota",
    title="10 training jobs at once, unless AWS has raised your quota; never more than 100.",
    source=_LIMITS,
    fix="lower limits.parallel, or ask for a higher quota",
    severity="warning",
)
def parallel_quota(case: Case) -> Iterator[Broken]:
    at_once = case.limits["MaxParallelTrainingJobs"]
    if at_once > case.limits.get("MaxNumberOfTrainingJobs", at_once):
        return  # R16 says so
    if at_once > MAX_PARALLEL:
        message = f"parallel {at_once}: the service runs at most {MAX_PARALLEL} at once"
        yield Broken(_PARALLEL, message, f"lower parallel to {MAX_PARALLEL}", "error")
    elif at_once > DEFAULT_PARALLEL:
        message = f"parallel {at_once}: an account may run {DEFAULT_PARALLEL} at once, if AWS has not raised it"
        yield Broken(_PARALLEL, message, f"lower parallel to {DEFAULT_PARALLEL}, or ask AWS for a higher quota")


@rule(
    "R17",
    title="At most 750 training jobs, those of a warm start's parents included; random search up to 10,000 on request.",
    source=f"{_LIMITS}; developer guide, warm start",
    fix="lower limits.jobs",
)
def jobs(case: Case) -> Iterator[Broken]:
    jobs, before = case.limits.get("MaxNumberOfTrainingJobs"), sum(map(_ran, case.parents.values()))
    if jobs is None or jobs + before <= MAX_JOBS:
        return
    counted = f"{jobs} jobs and {before} of the parents" if before else f"{jobs} jobs"
    most = max(MAX_JOBS - before, 0)
    if case.strategy == "Random" and jobs + before <= MAX_RANDOM_JOBS:
        message = f"{counted}: an account may run {MAX_JOBS}, if AWS has not raised it"
        yield Broken(_JOBS, message, f"lower jobs to {most}, or ask AWS for a higher quota", "warning")
    else:
        highest = MAX_RANDOM_JOBS if case.strategy == "Random" else MAX_JOBS
        message = f"{counted}: the service runs at most {highest:,}"
        yield Broken(_JOBS, message, f"lower jobs to {most}")


def _ran(parent: Json) -> int:
    counters = parent.get("TrainingJobStatusCounters")
    values = counters.values() if isinstance(counters, dict) else ()
    return sum(value for value in values if isinstance(value, int))


@rule(
    "R18",
    title="A tuning job runs for at most 30 days.",
    source=f"{_LIMITS} (the API model allows 182.5 days)",
    fix="lower limits.runtime_seconds to 2592000",
    severity="warning",
)
def runtime(case: Case) -> Iterator[Broken]:
    seconds = case.limits.get("MaxRuntimeInSeconds")
    if seconds is not None and seconds > MAX_DAYS * DAY:
        message = f"{seconds:,} seconds are {seconds / DAY:.1f} days; the limits table says {MAX_DAYS}"
        yield Broken((*LIMITS, "MaxRuntimeInSeconds"), message, f"lower runtime_seconds to {MAX_DAYS * DAY}")
