"""A rule: what it is about, where that is written, and the function that finds what breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from smtune.rules.case import Case, Path

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Broken:
    """What a rule finds: the request's path in API names, what is wrong, what to do."""

    path: Path
    message: str
    fix: str
    severity: Severity | None = None
    """None: the rule's own."""


@dataclass(frozen=True)
class Finding:
    """A rule that a request breaks."""

    rule: str
    severity: Severity
    path: Path
    message: str
    fix: str


Check = Callable[[Case], Iterator[Broken]]


@dataclass(frozen=True)
class About:
    """What is to be said of a rule, wherever it is checked."""

    id: str
    """Stable: `R1` to `R50` with an optional suffix, or a speaking name."""
    title: str
    """The rule itself, in one sentence."""
    severity: Severity
    source: str
    """Where it is written."""
    fix: str
    """What to do, whatever the request."""


@dataclass(frozen=True)
class Rule(About):
    """A rule of the service, or of what works, about a request."""

    check: Check

    def findings(self, case: Case) -> Iterator[Finding]:
        """Everything in `case` that breaks this rule."""
        for broken in self.check(case):
            yield Finding(self.id, broken.severity or self.severity, broken.path, broken.message, broken.fix)


def rule(id: str, *, title: str, source: str, fix: str, severity: Severity = "error") -> Callable[[Check], Rule]:
    """Makes a rule of the function below it."""

    def make(check: Check) -> Rule:
        return Rule(id, title, severity, source, fix, check)

    return make
