"""Metric definitions and a log -> what each reads, what is wrong with it, and a regex that is right."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from smtune.metric_lab.capture import Capture, read_capture
from smtune.metric_lab.flaws import Flaw, flaws_of, other_than_its_owner
from smtune.metric_lab.log import Line, Sample
from smtune.metric_lab.metric_name import is_maximized, metric_name
from smtune.metric_lab.search import Searcher
from smtune.metric_lab.suggest import PrintLine, Suggestion, print_line, suggest_from
from smtune.metric_lab.tally import Tally, Value

KEEP = 3
_CHUNK_LINES = 500
_CHUNK_CHARACTERS = 256_000
_ALIKE = 0.75
_SAMPLE_SIZE = 2_000_000


@dataclass(frozen=True)
class Goal:
    """The objective metric, and whether more of it is better."""

    metric: str
    maximizes: bool


@dataclass(frozen=True)
class Examined:
    """One metric on one log."""

    name: str
    regex: str
    is_objective: bool
    lines: int
    """Lines that the regex matches."""
    values: int
    """Lines that became a number."""
    first: Value | None
    last: Value | None
    """What the service uses."""
    best: Value | None
    """The highest or the lowest, where the objective or the metric's name says which is better."""
    flaws: tuple[Flaw, ...]
    note: str
    """What is no flaw, but good to know; empty when there is nothing."""
    captures: tuple[Capture, ...]
    """The first and the last ones, and the first with each problem."""
    proposal: Suggestion | None
    """What to write instead, where there is a flaw and the log has what this metric is probably meant to read; proven
    on the log, or on the beginning and the end of a huge one."""
    to_print: PrintLine | None
    """How to print it, where the log does not have it."""


@dataclass(frozen=True)
class Examination:
    """All metrics of a tuning job on one log."""

    metrics: tuple[Examined, ...]
    goal: Goal | None
    lines: int
    """How many lines the log has."""
    left_out: int
    """How many of them are between those on which a proposal is proven."""

    @property
    def objective_captured(self) -> bool:
        """Whether the objective metric has a value; True where no goal was given."""
        return self.goal is None or any(item.is_objective and item.values for item in self.metrics)

    @property
    def flawed(self) -> tuple[Examined, ...]:
        """The metrics with a flaw."""
        return tuple(item for item in self.metrics if item.flaws)

    @property
    def passed(self) -> bool:
        """Whether every metric reads numbers, and the right ones."""
        return not self.flawed and self.objective_captured


def examine(
    definitions: Sequence[Mapping[str, str]], lines: Iterable[Line], *, goal: Goal | None = None, keep: int = KEEP
) -> Examination:
    """Apply `definitions` (as in the request: Name and Regex) to a log, as a training job's output is read.

    Streams: of each metric the first and last `keep` captures are held. Raises re.error for what is not a regex.
    A regex that takes for ever is given up on; what it would have matched from there on is not counted.
    """
    tallies = [Tally(item["Name"], item["Regex"], keep) for item in definitions]
    sample = Sample(_SAMPLE_SIZE)
    with Searcher([tally.regex for tally in tallies]) as searcher:
        for chunk in _chunks(sample.watch(lines)):
            _read(chunk, searcher, tallies)
    others = other_than_its_owner(tallies)
    examined = [_examined(tally, flaws_of(tally, others.get(index)), goal) for index, tally in enumerate(tallies)]
    if any(item.flaws for item in examined):
        suggestions = suggest_from(sample)
        for index, item in enumerate(examined):
            taken = {metric_name(other.name) for other in examined if other.name != item.name}
            left = [each for each in suggestions.found if each.regex and each.metric not in taken]
            proposal = _proposal(item, left)
            absent = proposal is None and any(flaw.code == "never" for flaw in item.flaws)
            examined[index] = replace(item, proposal=proposal, to_print=print_line(item.name) if absent else None)
    return Examination(tuple(examined), goal, sample.total, sample.left_out)


def _chunks(lines: Iterable[Line]) -> Iterator[list[Line]]:
    chunk, size = list[Line](), 0
    for line in lines:
        chunk.append(line)
        size += len(line.text)
        if len(chunk) == _CHUNK_LINES or size >= _CHUNK_CHARACTERS:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _read(chunk: list[Line], searcher: Searcher, tallies: list[Tally]) -> None:
    given_up = set(searcher.slow)
    for found in searcher.search([line.text for line in chunk]):
        line = chunk[found.line]
        tallies[found.regex].add(read_capture(line, found))
    for index, place in searcher.slow.items():
        if index not in given_up:
            tallies[index].slow = chunk[place].number


def _examined(tally: Tally, flaws: tuple[Flaw, ...], goal: Goal | None) -> Examined:
    is_objective = goal is not None and goal.metric == tally.name
    more_is_better = goal.maximizes if goal is not None and is_objective else is_maximized(tally.name)
    best = None if more_is_better is None else tally.highest if more_is_better else tally.lowest
    return Examined(
        name=tally.name,
        regex=tally.regex,
        is_objective=is_objective,
        lines=tally.lines,
        values=tally.values,
        first=tally.first,
        last=tally.last,
        best=best,
        flaws=tuple(dict.fromkeys(flaws)),
        note=_note(tally, best if is_objective else None),
        captures=tally.kept(),
        proposal=None,
        to_print=None,
    )


def _note(tally: Tally, best: Value | None) -> str:
    notes = []
    last = tally.last
    if best and last and math.isfinite(last.number) and best.number != last.number:
        notes.append(
            f"the service uses the last value, {last.number:.6g}, not the best, {best.number:.6g} (line {best.line})"
        )
    if tally.infinite and last and math.isfinite(last.number):
        notes.append(f"{tally.infinite} of {tally.values} values are nan or infinite")
    return "; ".join(notes)


def _proposal(item: Examined, usable: Sequence[Suggestion]) -> Suggestion | None:
    """The suggestion for what this metric is meant to read: by its name, then by what it does read."""
    if not any(flaw.code != "not-finite" for flaw in item.flaws):
        return None
    wanted, read = metric_name(item.name), {capture.printed for capture in item.captures}
    same = [each for each in usable if wanted in (each.metric, metric_name(each.printed))]
    if same:
        return same[0]
    mine = [each for each in usable if each.printed in read] or [each for each in usable if each.role != "counter"]
    likeness = {each.metric: difflib.SequenceMatcher(None, wanted, each.metric).ratio() for each in mine}
    best = max(mine, key=lambda each: likeness[each.metric], default=None)
    if best is None or (best.printed not in read and likeness[best.metric] < _ALIKE):
        return None
    return best
