"""What a tuning job asks of the account's quotas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from smtune.estimate.fleet import fleets
from smtune.preflight.subject import Json, Subject
from smtune.preflight.usage import Kind

TOTAL = {
    False: "Number of instances across all training jobs",
    True: "Number of instances across all spot training jobs",
}
PER_JOB = {
    False: "Maximum number of instances per training job",
    True: "Maximum number of instances per spot training job",
}
PARALLEL = "Maximum number of training jobs each hyper parameter tuning job can run in parallel at once"
RANDOM = "Maximum number of training jobs that each hyperparameter tuning job with Random search strategy can create"
RUNTIME = "Longest run time for a training job"
VOLUME = "Size of EBS volume for a training job instance"


@dataclass(frozen=True)
class Demand:
    """What a tuning job asks of one quota."""

    quota: str
    wanted: float
    title: str
    instead: str = ""
    """The setting that asks for less."""
    kind: Kind | None = None
    """The instances it is about, where what is running counts as well."""
    counts_all: bool = False
    """Whether all instances of that market count, whatever their type."""
    is_choice: bool = False
    """Whether the service may take other instances instead."""


def instance_quota(kind: Kind) -> str:
    """The name of an instance type's quota."""
    return f"{kind[0]} for {'spot ' if kind[1] else ''}training job usage"


def demands_of(subject: Subject) -> Iterator[Demand]:
    """Of each quota that the request touches."""
    limits, lower = subject.config.get("ResourceLimits", {}), f"limits.parallel={max(1, subject.parallel // 2)}"
    fixed = {kind for part in subject.parts if len(fleets(part)) == 1 for kind in _kinds(part)}
    for kind, count in _at_once(subject).items():
        title = f"quota {kind[0]}{' (spot)' if kind[1] else ''}"
        yield Demand(instance_quota(kind), count, title, lower, kind, is_choice=kind not in fixed)
    for spot in sorted({bool(part.get("EnableManagedSpotTraining")) for part in subject.parts}):
        parts = [part for part in subject.parts if bool(part.get("EnableManagedSpotTraining")) == spot]
        most = max(_most_instances(part) for part in parts)
        kind = ("", spot)
        yield Demand(TOTAL[spot], most * subject.parallel, "quota all instances", lower, kind, counts_all=True)
        yield Demand(PER_JOB[spot], most, "quota instances of a job", "compute.count=1")
    yield Demand(PARALLEL, subject.parallel, "quota parallel jobs", lower)
    if subject.config.get("Strategy") == "Random" and "MaxNumberOfTrainingJobs" in limits:
        yield Demand(RANDOM, limits["MaxNumberOfTrainingJobs"], "quota training jobs", "limits.jobs=750")
    seconds = max(part.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", 0) for part in subject.parts)
    yield Demand(RUNTIME, seconds, "quota run time", "compute.runtime_seconds=86400")
    volume = max((fleet.volume_gb for part in subject.parts for fleet in fleets(part)), default=0)
    yield Demand(VOLUME, volume, "quota volume", "compute.volume_gb=30")


def _at_once(subject: Subject) -> Mapping[Kind, int]:
    """Instances of each kind at worst: all training jobs on the fleet that has most of it."""
    worst = dict[Kind, int]()
    for part in subject.parts:
        spot = bool(part.get("EnableManagedSpotTraining"))
        for fleet in fleets(part):
            for name, count in fleet.instances.items():
                worst[name, spot] = max(worst.get((name, spot), 0), count * subject.parallel)
    return worst


def _kinds(part: Json) -> Iterator[Kind]:
    for fleet in fleets(part):
        yield from ((name, bool(part.get("EnableManagedSpotTraining"))) for name in fleet.instances)


def _most_instances(part: Json) -> int:
    return max((sum(fleet.instances.values()) for fleet in fleets(part)), default=1)
