"""What is wrong with a metric's regex, from what it read of a whole log."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from smtune.metric_lab.metric_name import metric_name, set_of
from smtune.metric_lab.search import REGEX_SECONDS
from smtune.metric_lab.tally import Tally

# What a capture's problem says about the regex, and what to do; `{n}` is how many lines have it.
_OF_CAPTURES = {
    "empty": ("captures nothing on {n}", r"a lazy group at the end, as (.*?), takes as little as it can: write (\S+)"),
    "not-a-number": ("captures what is not a number on {n}", "capture the number only: no unit, comma or colour code"),
    "cut-short": ("cuts the number short on {n}", r"take all of it, sign and exponent too: ([-+.\w]+)"),
    "stale": (
        "reads the first of several values on {n}",
        "end each line with a newline, or begin the regex with ^.* to take the last",
    ),
}


@dataclass(frozen=True)
class Flaw:
    """Something wrong with a metric: what, where it shows first, what to do."""

    code: str
    message: str
    line: int | None = None
    fix: str = ""


def flaws_of(tally: Tally, others: Flaw | None = None) -> tuple[Flaw, ...]:
    """Everything wrong with the metric, the most important first; empty when it reads what it should.

    `others` is what `other_than_its_owner` says about it.
    """
    series = [*_of_series(tally)] or ([others] if others else [])
    return (*_of_the_regex(tally), *_of_captures(tally), *series, *_of_the_last_value(tally))


def other_than_its_owner(tallies: list[Tally]) -> dict[int, Flaw]:
    """For metrics (by index) that read another metric's numbers: the flaw."""
    readers: dict[tuple[str, str], list[int]] = {}
    for index, tally in enumerate(tallies):
        for series in tally.series:
            readers.setdefault(series, []).append(index)
    found: dict[int, Flaw] = {}
    for series, several in readers.items():
        owners = [i for i in several if metric_name(tallies[i].series[series].printed) == metric_name(tallies[i].name)]
        if len(owners) != 1:
            continue
        owner = tallies[owners[0]]
        for index in several:
            tally = tallies[index]
            if index != owners[0] and tally.name != owner.name and tally.regex != owner.regex:
                capture = tally.series[series]
                message = f"reads {capture.printed}, which is {owner.name}"
                found.setdefault(index, Flaw("other-metric", message, capture.line, _APART))
    return found


_APART = r"let the regex begin before the name: (?:^|\s)loss does not match val_loss"


def _of_the_regex(tally: Tally) -> Iterator[Flaw]:
    if tally.groups == 0:
        yield Flaw("no-group", "has no group: nothing is captured", None, r"put the number in a group: (\S+)")
    elif tally.groups > 1:
        message = f"has {tally.groups} groups, and only the first is read"
        yield Flaw("several-groups", message, None, "write (?:...) for the others")
    if tally.slow is not None:
        message = f"takes more than {REGEX_SECONDS:g} s for a few lines: given up on"
        yield Flaw("too-slow", message, tally.slow, "no repetition within a repetition, as in (a+)+")
    elif tally.lines == 0:
        fix = "compare it with what the log prints; a TAB is #011 there"
        yield Flaw("never", "matches no line", None, fix)


def _of_captures(tally: Tally) -> Iterator[Flaw]:
    for code, (message, fix) in _OF_CAPTURES.items():
        if code in tally.counts and not (code == "empty" and tally.groups == 0):
            first = tally.problems[code][0]
            detail = f": {first.problem}" if code != "empty" else ""
            yield Flaw(code, message.format(n=_lines(tally.counts[code], tally.lines)) + detail, first.line, fix)


def _of_series(tally: Tally) -> Iterator[Flaw]:
    seen = list(tally.series.values())
    if len(seen) > 1:
        mine = next((item for item in seen if metric_name(item.printed) == metric_name(tally.name)), seen[0])
        other = next(item for item in seen if item is not mine)
        message = f"reads {mine.printed}, and on other lines {other.printed} too"
        yield Flaw("other-series", message, other.line, _APART)
    elif seen:
        wanted, place = set_of(tally.name), set_of(seen[0].printed)
        if wanted and place and wanted != place:
            message = f"reads {seen[0].printed}, which by its name is not the {wanted} set's"
            yield Flaw("wrong-set", message, seen[0].line, "name the metric after what it reads, or read the other one")


def _of_the_last_value(tally: Tally) -> Iterator[Flaw]:
    if tally.last is not None and not math.isfinite(tally.last.number):
        message = f"ends with {tally.last.number:g}, and the last value is what the service uses"
        yield Flaw("not-finite", message, tally.last.line, "find out what diverges, or print a finite value for it")


def _lines(count: int, total: int) -> str:
    if count == total:
        return "every line" if count > 1 else "the one line it matches"
    return f"{count} of {total} lines"
