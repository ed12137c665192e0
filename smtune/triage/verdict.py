"""A failure -> what is behind it: from the service's reason, and where that is vague, from the end of the log."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from smtune.errors import SpecError, legible
from smtune.metrics import Scraper
from smtune.triage.causes import TRACEBACK, UNKNOWN, Entry, find_entry
from smtune.triage.collect import Definition
from smtune.triage.model import Cause
from smtune.triage.tracebacks import decisive, last_error, normalized, reason_lines

_LAST = 15
_LINE_SHOWN = 200
_IN_LOG = frozenset(
    (
        *("error", "unknown", "module", "channel", "hyperparameter", "data-format", "crash", "memory", "gpu-memory"),
        *("no-metric", "objective-not-finite", "disk", "service"),
    )
)
"""Causes of which the log can say more; the others keep a training job from starting."""
_VAGUE = frozenset({"error", "unknown", "memory", "crash", "no-metric", "service"})
"""Causes that the log may correct."""


@dataclass(frozen=True)
class Verdict:
    """A cause, what tells it from others of its kind, and the lines that say so."""

    entry: Entry
    detail: str
    lines: tuple[str, ...]

    @property
    def cause(self) -> Cause:
        return self.entry.cause

    @property
    def key(self) -> tuple[str, str]:
        return self.cause.id, self.detail

    @property
    def wants_log(self) -> bool:
        return self.cause.id in _IN_LOG


def judge_reason(reason: str) -> Verdict:
    """What the service's own words tell."""
    lines = reason_lines(reason)
    raised = last_error(lines)
    # The error that ended it tells more than what else stands in a long reason.
    own = find_entry("\n".join(raised.lines)) if raised else None
    entry = own if own is not TRACEBACK and own else find_entry(reason) or own
    return _verdict(entry or UNKNOWN, lines)


def judge_log(before: Verdict, log: Sequence[str], definition: Definition) -> Verdict:
    """`before`, made more exact by the end of the log."""
    if not log:
        return before
    if before.cause.id == "no-metric":
        return _not_finite(before, log, definition) or Verdict(before.entry, before.detail, _last(log))
    raised = last_error(log)
    text = "\n".join(raised.lines) if raised else "\n".join(log[-_LAST:])
    found = find_entry(text)
    if found is not None and _says_more(found, before):
        return _verdict(found, log)
    lines = decisive(log, before.entry.pattern) if before.entry is not UNKNOWN else ()
    return Verdict(before.entry, before.detail, lines or before.lines or _last(log))


def _says_more(found: Entry, before: Verdict) -> bool:
    if found is TRACEBACK:
        # A general error says less than a reason that is known already.
        return before.cause.id in {"error", "unknown"}
    return before.cause.id in _VAGUE or found.cause.id == before.cause.id


def _verdict(entry: Entry, lines: Sequence[str]) -> Verdict:
    raised = last_error(lines)
    if raised and entry.has_detail:
        return Verdict(entry, raised.detail, raised.lines)
    shown = decisive(lines, entry.pattern) if entry is not UNKNOWN else _last(lines)
    shown = shown or (raised.lines if raised else _last(lines))
    return Verdict(entry, normalized(shown[-1]) if entry.has_detail and shown else "", shown)


def _last(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(legible(line.strip(), _LINE_SHOWN) for line in [each for each in lines if each.strip()][-1:])


def _not_finite(before: Verdict, log: Sequence[str], definition: Definition) -> Verdict | None:
    """Whether the objective was printed after all, as nan or infinity."""
    metrics = definition.raw.get("AlgorithmSpecification", {}).get("MetricDefinitions", ())
    wanted = [
        {"Name": item["Name"], "Regex": item["Regex"]} for item in metrics if item["Name"] == definition.objective
    ]
    try:
        scraper = Scraper(wanted)
    except SpecError:  # a regex of the service's kind that Python cannot read
        return None
    for line in reversed(log):
        seen = [item for item in scraper.read(line, 0.0) if not math.isfinite(item.value)]
        if seen:
            entry = find_entry(f"objective metric is {seen[0].value}")
            return Verdict(entry or before.entry, "", (legible(line.strip(), _LINE_SHOWN),))
    return None
