"""Suggestions as plain text for a terminal: lines of at most 100 characters."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from smtune.errors import dotted
from smtune.revise.model import Change
from smtune.suggest.model import Suggestion, Suggestions

WIDTH = 100
_SAID = {
    "supported": "the training jobs speak for it",
    "untested": "",
    "undecided": "the training jobs do not say",
    "contradicted": "NOT ADVISED: the training jobs speak against it",
}


def render(found: Suggestions) -> str:
    """The headline, and each suggestion with its evidence and its changes."""
    lines = [*_fill(f"{found.subject}: {found.headline}"), ""]
    if not found.entries:
        lines += _fill("Nothing is left to do that the numbers call for.")
    for number, each in enumerate(found.entries, 1):
        lines += _entry(number, each, is_first=number == found.first)
    for note in found.notes:
        lines += _fill(f"note: {note}")
    return "\n".join(lines).rstrip() + "\n"


def _entry(number: int, each: Suggestion, *, is_first: bool) -> Iterator[str]:
    said = f" ({_SAID[each.support]})" if _SAID[each.support] else ""
    lead = f"{'->' if is_first else '  '} {number}. "
    yield from _fill(f"{each.title}{said}. {each.why}", lead)
    rest = " " * len(lead)
    for sentence in each.evidence:
        yield from _fill(f"- {sentence}", rest)
    for change in each.changes:
        yield from _fill(_told(change), rest)
    for name, text in (("Brings", each.effect), ("Costs", each.cost), ("Run", each.command)):
        if text:
            yield from _fill(f"{name}: {text}", rest)
    yield ""


def _told(change: Change) -> str:
    before = "" if change.before is None else f"{_short(change.before)} -> "
    return f"{dotted(change.path)}: {before}{_short(change.after)}  # {change.reason}"


def _short(value: Any) -> str:
    if isinstance(value, dict) and {"min", "max"} <= value.keys():
        scale = f", {value['scale']}" if "scale" in value else ""
        return f"{value['min']} to {value['max']}{scale}"
    if isinstance(value, dict):
        value = value.get("values", value)
    return " | ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _fill(text: str, lead: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead), break_long_words=False)
