"""Whether the role and the caller may do what a tuning job does, by IAM's own simulation.

The simulation knows neither bucket nor key policies, and applies conditional organization policies without their
circumstances (github.com/aws/sagemaker-python-sdk/issues/6019): its no is a warning, never a failure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from smtune.errors import ServiceError
from smtune.preflight.aws import Aws, DeniedError
from smtune.preflight.check import Check, listed
from smtune.preflight.keys import key_arns
from smtune.preflight.needs import Need, of_the_caller, of_the_role
from smtune.preflight.policy import grant
from smtune.preflight.role import is_role, role_name
from smtune.preflight.subject import Subject

_ASSUMED = re.compile(r"arn:[^:]+:sts::\d{12}:assumed-role/([^/]+)/.*")
_MOST_PAGES = 20


@dataclass(frozen=True)
class Denied:
    """An action that the simulation says no to."""

    action: str
    resource: str
    by_organization: bool
    """Whether an organization's policy is what says no."""


def role_permissions(aws: Aws, subject: Subject) -> Iterator[Check]:
    """`role permissions`, for each role."""
    for role in subject.roles:
        yield from aws.found("role permissions", partial(_of_role, aws, subject, role))


def _of_role(aws: Aws, subject: Subject, role: str) -> Check:
    name = "role permissions"
    if not is_role(role, subject.account):
        return Check(name, "unknown", f"{role} is no role of account {subject.account}: not asked about")
    needs = of_the_role(subject, role, key_arns(aws, subject, role))
    try:
        return _judge(name, role, simulate(aws, role, needs), needs)
    except ServiceError as error:
        if error.code != "NoSuchEntity":
            raise
        return Check(name, "unknown", f"{role} does not exist")


def caller_permissions(aws: Aws, subject: Subject, caller: str | None) -> Iterator[Check]:
    """`your permissions`: those of whoever asks."""
    name = "your permissions"
    identity = _identity(aws, caller)
    if caller is not None and caller.endswith(":root"):
        yield Check(name, "ok", "the account's root may do everything")
    elif identity is None:
        yield Check(name, "unknown", f"IAM simulates users and roles only, not {caller or 'somebody unknown'}")
    else:
        needs = of_the_caller(subject)
        yield _judge(name, identity, simulate(aws, identity, needs), needs)


def simulate(aws: Aws, identity: str, needs: Sequence[Need]) -> tuple[Denied, ...]:
    """What of `needs` IAM's simulation does not allow the user or role `identity`."""
    found = list[Denied]()
    for need in needs:
        context = [
            {"ContextKeyName": key, "ContextKeyType": "string", "ContextKeyValues": [value]}
            for key, value in need.context.items()
        ]
        for page in aws.pages(
            "iam",
            "simulate_principal_policy",
            most=_MOST_PAGES,
            PolicySourceArn=identity,
            ActionNames=list(need.actions),
            ResourceArns=list(need.resources),
            ContextEntries=context,
        ):
            found += [denied for result in page["EvaluationResults"] for denied in _denied(result)]
    return tuple(dict.fromkeys(found))


def _denied(result: dict[str, Any]) -> Iterator[Denied]:
    """What one result says no to: for several resources it has an answer for each."""
    if result["EvalDecision"] == "allowed":
        return
    theirs = result.get("OrganizationsDecisionDetail", {}).get("AllowedByOrganizations") is False
    each = result.get("ResourceSpecificResults") or ()
    refused = [item["EvalResourceName"] for item in each if item["EvalResourceDecision"] != "allowed"]
    for resource in refused or [result.get("EvalResourceName", "*")]:
        yield Denied(result["EvalActionName"], resource, theirs)


def _judge(name: str, identity: str, denied: tuple[Denied, ...], needs: Sequence[Need]) -> Check:
    short = role_name(identity)
    if not denied:
        count = len({action for need in needs for action in need.actions})
        return Check(name, "ok", f"IAM's simulation lets {short} do all {count} things that it takes")
    said = listed([f"{item.action} on {item.resource}" for item in denied])
    detail = f"IAM's simulation says that {short} may not {said}"
    if all(item.by_organization for item in denied):
        detail += (
            ". It is a policy of your organization that says no; where that has conditions, the simulation is wrong"
        )
        return Check(name, "warning", detail, "ask who administers the organization; no policy of your own changes it")
    grouped = dict[tuple[str, ...], list[str]]()
    for item in denied:
        grouped.setdefault((item.resource,), []).append(item.action)
    return Check(name, "warning", detail, grant(identity, grouped))


def _identity(aws: Aws, caller: str | None) -> str | None:
    """The user or role behind the caller: a session of a role is not one, and leaves the role's path out."""
    if caller is None or ":root" in caller or ":federated-user/" in caller:
        return None
    match = _ASSUMED.fullmatch(caller)
    if match is None:
        return caller
    try:
        return str(aws.ask("iam", "get_role", RoleName=match[1])["Role"]["Arn"])
    except DeniedError:
        account = caller.split(":")[4]
        return f"{caller.partition(':sts:')[0]}:iam::{account}:role/{match[1]}"
