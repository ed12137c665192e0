"""IAM's policy documents: who they name, what they allow, and the command that adds what is missing."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from smtune.preflight.check import shell

Json = Mapping[str, Any]
VERSION = "2012-10-17"
_BOUND_TO_ACCOUNT = {"aws:sourceaccount", "aws:sourcearn"}
_OF_IDENTITY_CENTER = "AWSReservedSSO_"
_IDENTITY = re.compile(r"arn:[^:]+:(?:iam|sts)::(\d{12}):(user|role|assumed-role|root|federated-user)/?(.*)")


@dataclass(frozen=True)
class Trust:
    """What a role's trust policy says about a service."""

    is_given: bool
    conditions: tuple[str, ...] = ()
    """What has to hold besides, as `aws:SourceAccount StringEquals 123456789012`; of the easiest statement."""
    depends_on_more: bool = False
    """Whether a condition is about more than whose account it is."""


def statements(document: Json) -> list[Json]:
    """The statements of a policy: one may stand without a list."""
    return list(_many(document.get("Statement", ())))


def trust(document: Json, service: str, account: str) -> Trust:
    """Whether a trust policy lets `service` assume the role for jobs of `account`.

    A deny without a condition wins. Of several that allow, the one with the fewest conditions counts.
    """
    about = [item for item in statements(document) if _is_about(item, service)]
    if any(item.get("Effect") == "Deny" and not item.get("Condition") for item in about):
        return Trust(False)
    allowed = [item for item in about if item.get("Effect") == "Allow"]
    found = [_trust(item.get("Condition", {}), account) for item in allowed]
    return min(found, key=lambda item: (item.depends_on_more, len(item.conditions)), default=Trust(False))


def names_principal(statement: Json, kind: str, name: str) -> bool:
    """Whether a statement's Principal names `name`, of `kind` `Service` or `AWS`: as text, in a list or by `*`."""
    principal = statement.get("Principal")
    if principal == "*":
        return True
    listed = _many(principal.get(kind, ())) if isinstance(principal, Mapping) else ()
    return any(item in ("*", name) for item in listed)


def allows(statement: Json, action: str) -> bool:
    """Whether a statement's Action covers `action`; IAM's `*` and `?` count, its letters' case does not."""
    if "NotAction" in statement:
        return not _covers(statement["NotAction"], action)
    return _covers(statement.get("Action", ()), action)


def trust_policy(document: Json | None, service: str) -> str:
    """The JSON of a trust policy that lets `service` in, and everybody who is in already."""
    kept = statements(document) if document else []
    new = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": VERSION, "Statement": [*kept, new]})


def grant(identity: str, allowed: Mapping[tuple[str, ...], Iterable[str]]) -> str:
    """The command that lets a user or role do more: resources -> actions.

    Empty for who has no policies of their own, as root, and for roles of IAM Identity Center, which nobody may edit.

    The policy's name comes from its contents, so that it replaces none that is there.
    """
    match = _IDENTITY.fullmatch(identity)
    if match is None or match[2] in ("root", "federated-user"):
        return ""
    body = [
        {"Effect": "Allow", "Action": sorted(actions), "Resource": list(resources)}
        for resources, actions in allowed.items()
    ]
    document = json.dumps({"Version": VERSION, "Statement": body})
    kind = "user" if match[2] == "user" else "role"
    name = match[3].split("/")[0] if match[2] == "assumed-role" else match[3].rpartition("/")[2]
    if name.startswith(_OF_IDENTITY_CENTER):
        return ""
    title = f"smtune-{hashlib.sha256(document.encode()).hexdigest()[:8]}"
    return shell(
        *("aws", "iam", f"put-{kind}-policy", f"--{kind}-name", name),
        *("--policy-name", title, "--policy-document", document),
    )


def _is_about(statement: Json, service: str) -> bool:
    return names_principal(statement, "Service", service) and allows(statement, "sts:AssumeRole")


def _trust(conditions: Json, account: str) -> Trust:
    said, more = [], False
    for operator, keys in conditions.items():
        for key, values in keys.items():
            named = [str(value) for value in _many(values)]
            said.append(f"{key} {operator} {' or '.join(named)}")
            is_ours = key.lower() in _BOUND_TO_ACCOUNT and any(account in value for value in named)
            more = more or not is_ours
    return Trust(True, tuple(said), more)


def _covers(patterns: Any, action: str) -> bool:
    return any(fnmatchcase(action.lower(), str(pattern).lower()) for pattern in _many(patterns))


def _many(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list | tuple) else (value,)
