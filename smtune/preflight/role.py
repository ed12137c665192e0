"""The role of the training jobs: that it is there, and that SageMaker may take it on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from smtune.errors import ServiceError
from smtune.preflight.aws import Aws
from smtune.preflight.check import Check, listed, shell
from smtune.preflight.policy import trust, trust_policy
from smtune.preflight.subject import Subject

SAGEMAKER = "sagemaker.amazonaws.com"
_ROLE = re.compile(r"arn:[^:]+:iam::(\d{12}):role/(?:.*/)?([^/]+)")
_NEW = "smtune"


def is_role(arn: str, account: str) -> bool:
    """Whether `arn` is a role's, and one of `account`, if that is known."""
    match = _ROLE.fullmatch(arn)
    return match is not None and account in ("", match[1])


def role_name(arn: str) -> str:
    """The name that IAM's calls take: without the path."""
    return arn.rpartition("/")[2]


def roles(aws: Aws, subject: Subject) -> Iterator[Check]:
    """`role` and `role trust`, for each role."""
    if not subject.roles:
        detail = "none is named: the spec has to, or --role, SMTUNE_ROLE or the SageMaker defaults"
        yield Check("role", "warning", detail, _create(_NEW))
    for arn in subject.roles:
        yield from aws.found("role", partial(_role, aws, subject, arn))


def _role(aws: Aws, subject: Subject, arn: str) -> Iterator[Check]:
    match = _ROLE.fullmatch(arn)
    if match is None:
        fix = shell("aws", "iam", "list-roles", "--query", "Roles[].Arn")
        yield Check("role", "failed", f"{arn} is not the ARN of a role", fix)
        return
    if subject.account and match[1] != subject.account:
        detail = f"{arn} is of account {match[1]}: a job's role is of its own account, {subject.account}"
        yield Check("role", "failed", detail, _create(match[2]))
        return
    try:
        found = aws.ask("iam", "get_role", RoleName=match[2])["Role"]
    except ServiceError as error:
        if error.code != "NoSuchEntity":
            raise
        yield Check("role", "failed", f"{arn} does not exist", _create(match[2]))
        return
    if found["Arn"] != arn:
        yield Check("role", "failed", f"{arn} does not exist; {found['Arn']} does", f"--role {found['Arn']}")
        return
    yield Check("role", "ok", f"{arn} exists")
    yield _trust(found, subject.account)


def _trust(role: Mapping[str, Any], account: str) -> Check:
    document = role["AssumeRolePolicyDocument"]
    found = trust(document, SAGEMAKER, account)
    if not found.is_given:
        fix = shell(
            *("aws", "iam", "update-assume-role-policy", "--role-name", role["RoleName"]),
            *("--policy-document", trust_policy(document, SAGEMAKER)),
        )
        return Check("role trust", "failed", f"{role['RoleName']} does not let {SAGEMAKER} assume it", fix)
    if not found.conditions:
        return Check("role trust", "ok", f"{role['RoleName']} lets {SAGEMAKER} assume it")
    said = f"{role['RoleName']} lets {SAGEMAKER} assume it where {listed(list(found.conditions))}"
    if not found.depends_on_more:
        return Check("role trust", "ok", said)
    fix = shell("aws", "iam", "get-role", "--role-name", role["RoleName"])
    return Check("role trust", "warning", f"{said}: whether that holds, a launch will tell", fix)


def _create(name: str) -> str:
    document = trust_policy(None, SAGEMAKER)
    return shell("aws", "iam", "create-role", "--role-name", name, "--assume-role-policy-document", document)
