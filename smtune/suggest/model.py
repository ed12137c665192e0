"""What a suggestion is: a remedy, what speaks for it, and the next spec if a spec can say it."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from typing import Any, Literal

from smtune.errors import UsageError
from smtune.revise.model import Change, Revision
from smtune.spec import TuningSpec

Support = Literal["supported", "untested", "undecided", "contradicted"]
"""What the training jobs say of it: a change they speak against is kept in the list, so that nobody tries it again."""


@dataclass(frozen=True)
class Suggestion:
    """One thing to do next."""

    title: str
    why: str
    finding: str
    """The finding's code that it is for, or what the training jobs showed."""
    effect: str = ""
    """What it can bring at most."""
    support: Support = "untested"
    evidence: tuple[str, ...] = ()
    """What the training jobs say, a sentence each."""
    changes: tuple[Change, ...] = ()
    """Of the spec; none where no spec can say it, or where all its changes are spoken against."""
    spec: TuningSpec | None = None
    """The next spec, with the changes."""
    command: str = ""
    """What to run, where that is not the next spec."""
    cost: str = ""

    @property
    def is_applicable(self) -> bool:
        return self.spec is not None and bool(self.changes)

    def to_dict(self) -> dict[str, Any]:
        """As JSON, without the whole spec."""
        return {
            "title": self.title,
            "why": self.why,
            "finding": self.finding,
            "effect": self.effect or None,
            "support": self.support,
            "evidence": list(self.evidence),
            "changes": [change.to_dict() for change in self.changes],
            "applicable": self.is_applicable,
            "command": self.command or None,
            "cost": self.cost or None,
        }


@dataclass(frozen=True)
class Suggestions:
    """What to do next, the best first; they are numbered from 1."""

    subject: str
    """The tuning job they are for."""
    headline: str
    """What is wrong with the best model."""
    entries: tuple[Suggestion, ...]
    notes: tuple[str, ...] = ()

    @property
    def first(self) -> int | None:
        """The number of the first that the next spec can be; None where no spec can say any of them."""
        return next((number for number, each in enumerate(self.entries, 1) if each.is_applicable), None)

    def chosen(self, number: int | None = None) -> Suggestion:
        """The suggestion of that number, or the first that a spec can say.

        Raises UsageError for a number that is not there, or whose suggestion is no change of the spec.
        """
        wanted = number or self.first
        if wanted is None:
            message = (
                f"no suggestion for {self.subject} is a change of its spec; see: smtune suggest {self.subject} -o table"
            )
            raise UsageError(message)
        if not 1 <= wanted <= len(self.entries):
            message = f"there is no suggestion {wanted}: they are numbered from 1 to {len(self.entries)}"
            raise UsageError(message)
        found = self.entries[wanted - 1]
        if not found.is_applicable:
            hint = f": {found.command}" if found.command else ""
            message = f"suggestion {wanted}, {found.title.lower()}, is no change of the spec{hint}"
            raise UsageError(message)
        return found

    def revision(self, number: int | None = None) -> Revision:
        """The next spec of one suggestion, with the whole list in its notes."""
        found = self.chosen(number)
        assert found.spec is not None  # noqa: S101  a suggestion that was chosen has one
        listed = tuple(
            f"{'->' if each is found else '  '} {place}. {each.title}{_marked(each)}"
            for place, each in enumerate(self.entries, 1)
        )
        notes = (f"for {self.subject}: {self.headline}", *listed, *found.evidence, *self.notes)
        return Revision(found.spec, found.changes, notes)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "schema_version": 1,
            "tuning_job_name": self.subject,
            "headline": self.headline,
            "first": self.first,
            "suggestions": [{"number": place, **each.to_dict()} for place, each in enumerate(self.entries, 1)],
            "notes": list(self.notes),
        }

    def _repr_html_(self) -> str:
        """As a notebook shows them."""
        from smtune.suggest.text import render  # which is written in terms of this module

        return f"<pre>{html.escape(render(self))}</pre>"


def _marked(suggestion: Suggestion) -> str:
    if suggestion.support == "contradicted":
        return " (the training jobs speak against it)"
    return "" if suggestion.is_applicable else " (no change of the spec)"


def with_cost(found: Suggestion, cost: str) -> Suggestion:
    """The same, with what it costs."""
    return replace(found, cost=cost) if found.is_applicable else found
