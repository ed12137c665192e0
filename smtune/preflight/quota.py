"""Service Quotas against what a tuning job holds at once, and against what is running."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from smtune.errors import ServiceError
from smtune.preflight.aws import Aws, DeniedError
from smtune.preflight.check import Check, shell
from smtune.preflight.demand import Demand, demands_of, instance_quota
from smtune.preflight.subject import Subject
from smtune.preflight.usage import Usage, measure

COMMON = ("ml.m5.large", "ml.m5.xlarge", "ml.c5.xlarge", "ml.g4dn.xlarge", "ml.g5.xlarge")
"""What is looked at where no request says which instances it wants."""
_MOST_PAGES = 40


@dataclass(frozen=True)
class Quota:
    """What Service Quotas says."""

    name: str
    value: float
    code: str
    is_adjustable: bool


def quotas(aws: Aws, subject: Subject) -> Iterator[Check]:
    """`quota ...` for each quota that the request's demand touches, or of common instances without a request."""
    demands = tuple(demands_of(subject)) if subject.request is not None else ()
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
