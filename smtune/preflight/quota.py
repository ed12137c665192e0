"""Service Quotas against what a tuning job holds at once, and against what is running."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from smtune.errors import ServiceError
from smtune.estimate.fleet import fleets
from smtune.preflight.aws import Aws, DeniedError
from smtune.preflight.check import Check, shell
from smtune.preflight.subject import Json, Subject
from smtune.preflight.usage import Kind, Usage, measure

COMMON = ("ml.m5.large", "ml.m5.xlarge", "ml.c5.xlarge", "ml.g4dn.xlarge", "ml.g5.xlarge")
"""What is looked at where no request says which instances it wants."""
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
_MOST_PAGES = 40


@dataclass(frozen=True)
class Quota:
    """What Service Quotas says."""

    name: str
    value: float
    code: str
    is_adjustable: bool


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


def quotas(aws: Aws, subject: Subject) -> Iterator[Check]:
    """`quota ...` for each quota that the request's demand touches, or of common instances without a request."""
    demands = tuple(_demands(subject)) if subject.request is not None else ()
    names = {item.quota for item in demands} or {instance_quota((name, False)) for name in COMMON}
    known = look_up(aws, names)
    if not demands:
        yield from _common(subject, known)
        return
    usage, silence = _usage(aws)
    yield from silence
    kept = 0
    for demand in demands:
        quota = known.get(demand.quota)
        check = _judge(subject, demand, quota, usage)
        if check.state != "ok" or (demand.kind is not None and not demand.counts_all):
            yield check
        else:
            kept += quota is not None
    if kept:
        yield Check("quotas", "ok", f"{kept} more that it touches {'is' if kept == 1 else 'are'} kept")


def look_up(aws: Aws, names: Iterable[str]) -> dict[str, Quota]:
    """The quotas of these names: the account's own, else the defaults. What neither list has is left out.

    Raises ServiceError, DeniedError.
    """
    wanted, found = set(names), dict[str, Quota]()
    for operation in ("list_service_quotas", "list_aws_default_service_quotas"):
        for page in aws.pages("service-quotas", operation, most=_MOST_PAGES, ServiceCode="sagemaker", MaxResults=100):
            for item in page["Quotas"]:
                if item["QuotaName"] in wanted - found.keys():
                    adjustable = item.get("Adjustable", False)
                    quota = Quota(item["QuotaName"], item["Value"], item["QuotaCode"], adjustable)
                    found[quota.name] = quota
            if wanted <= found.keys():
                return found
    return found


def _usage(aws: Aws) -> tuple[Usage, tuple[Check, ...]]:
    """What runs now, and the check that says why that is not known, if it is not."""
    nothing = Usage({}, 0, is_exact=False)
    try:
        return measure(aws), ()
    except DeniedError as error:
        return nothing, (aws.refused("running jobs", error),)
    except ServiceError as error:
        return nothing, (Check("running jobs", "unknown", f"not looked at: {error}"),)


def _demands(subject: Subject) -> Iterator[Demand]:
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


def _judge(subject: Subject, demand: Demand, quota: Quota | None, usage: Usage) -> Check:
    if quota is None:
        return _without_quota(subject, demand)
    running = 0
    if demand.kind is not None:
        running = usage.total(spot=demand.kind[1]) if demand.counts_all else usage.of(demand.kind)
    about = "" if usage.is_exact or not running else "about "
    said = (
        f"{demand.wanted:g} wanted" + (f", {about}{running} running" if running else "") + f", {quota.value:g} allowed"
    )
    if demand.wanted + running <= quota.value:
        return Check(demand.title, "ok", said)
    fix = _raise(subject, demand, quota, demand.wanted + running)
    if demand.wanted <= quota.value:
        return Check(demand.title, "warning", f"{said}: some have to wait for what is running", fix)
    if demand.is_choice:
        return Check(demand.title, "warning", f"{said}: the others of the request have to do", fix)
    return Check(demand.title, "failed", said, fix)


def _without_quota(subject: Subject, demand: Demand) -> Check:
    if demand.kind is None or demand.counts_all:
        return Check(demand.title, "ok", "Service Quotas does not name it")
    detail = f"{subject.region} has no quota for it: {demand.kind[0]} may not be offered there for training"
    fix = shell(
        *("aws", "service-quotas", "list-service-quotas", "--service-code", "sagemaker", "--region", subject.region),
        *("--query", "Quotas[?contains(QuotaName, 'training job usage')].[QuotaName,Value]"),
    )
    return Check(demand.title, "warning", detail, fix)


def _raise(subject: Subject, demand: Demand, quota: Quota, value: float) -> str:
    if not quota.is_adjustable:
        return shell("--set", demand.instead)
    return shell(
        *("aws", "service-quotas", "request-service-quota-increase", "--service-code", "sagemaker"),
        *("--quota-code", quota.code, "--desired-value", f"{value:g}", "--region", subject.region),
    )


def _common(subject: Subject, known: Mapping[str, Quota]) -> Iterator[Check]:
    for name in COMMON:
        demand = Demand(instance_quota((name, False)), 1, f"quota {name}", kind=(name, False))
        quota = known.get(demand.quota)
        if quota is None:
            yield _without_quota(subject, demand)
        elif quota.value < 1:
            yield Check(demand.title, "warning", "none may run", _raise(subject, demand, quota, 1))
        else:
            yield Check(demand.title, "ok", f"{quota.value:g} at once for training jobs")
