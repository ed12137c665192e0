"""The rules that the service's own model has: length, range, pattern, enum, each under its id and in words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtune.naming import clean
from smtune.rules.case import Case, Path
from smtune.rules.members import MEMBERS, Member
from smtune.rules.rule import Broken, Rule
from smtune.rules.wording import words
from smtune.service_model import Violation

_UNKNOWN = "Member is not in the service's model"
_NO_NAME = "my-model"


def _rule(member: Member) -> Rule:
    def check(case: Case) -> Iterator[Broken]:
        for path, violation in _chosen(case).items():
            if _owner(violation) is member:
                message, fix = words(violation, member.form, _fix(member, violation))
                yield Broken(path, message, fix)

    return Rule(member.id, member.title, "error", "API model, read from botocore", member.fix, check)


RULES: tuple[Rule, ...] = tuple(_rule(member) for member in MEMBERS)


def _chosen(case: Case) -> dict[Path, Violation]:
    """One violation for each place: a wrong form says more than a wrong length."""
    found: dict[Path, Violation] = {}
    for violation in case.violations:
        if violation.path not in found or "pattern" in violation.constraint:
            found[violation.path] = violation
    return found


def _owner(violation: Violation) -> Member:
    path = "".join("[]" if isinstance(part, int) else f".{part}" for part in violation.path).lstrip(".")
    plain = re.sub(r"\s", " ", path)
    return MEMBERS[-1] if violation.constraint == _UNKNOWN else next(member for member in MEMBERS if member.owns(plain))


def _fix(member: Member, violation: Violation) -> str:
    """The fix with the value itself in it, where that makes sense."""
    if not isinstance(violation.value, str) or violation.is_malformed:
        return member.fix
    if member.id == "R1":
        return f"write name: {clean(violation.value)[:32].strip('-') or _NO_NAME}"
    if member.id == "R2-form":
        return f"write name: {clean(violation.value)[:64].strip('-') or _NO_NAME}"
    return member.fix
