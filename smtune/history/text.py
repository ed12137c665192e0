"""Lessons as plain text for a terminal: no colour, lines of at most 100 characters."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from smtune.history.direction import Trend, Way
from smtune.history.observation import Code, Observation, Verdict
from smtune.history.study import Lessons
from smtune.history.words import tell_chance, tell_jobs

WIDTH = 100
_WAYS: tuple[Way, ...] = ("up", "down")
_NO_BREAK = "\N{NO-BREAK SPACE}"
_TITLES: dict[str, tuple[Code, ...]] = {
    "Hyperparameters": ("importance", "edge"),
    "Search": ("plateau", "noise", "unstable_jobs"),
    "Training": ("divergence", "unstable_epochs", "still_falling", "overfitting", "gap_misleads"),
    "Budget": ("jobs_left", "runtime_hit", "stopped_early", "epochs_left"),
}
_MARKS: dict[Verdict, str] = {"present": "! ", "absent": "- ", "not enough evidence": "? "}


def render(lessons: Lessons) -> str:
    """Each question's answer, by subject: ! found, - not so, ? cannot be told; then the directions that are shown."""
    of = f" of {lessons.name}" if lessons.name else ""
    teach = "teaches" if lessons.jobs == 1 else "teach"
    head = f"What {tell_jobs(lessons.jobs)}{of} {teach}, {lessons.measured} of them with an objective"
    blocks = [_fill(f"{head} (! found, - not so, ? not enough evidence)")]
    for title, codes in _TITLES.items():
        found = [each for code in codes for each in lessons.of(code)]
        blocks.append([title, *(line for each in _joined(found) for line in _lines(each))])
    shown = [line for each in lessons.trends for line in _direction(each)]
    if shown:
        blocks.append(["Directions", *shown])
    return "\n\n".join("\n".join(lines) for lines in blocks) + "\n"


def _direction(trend: Trend) -> Iterator[str]:
    """The way that is shown to lower the loss, if one is."""
    for way in _WAYS:
        if trend.towards(way) == "supported":
            yield from _fill(trend.tell(way), "  - ")


def _joined(observations: Sequence[Observation]) -> Iterator[Observation]:
    """What cannot be shown to matter in one line."""
    unshown = [each for each in observations if each.code == "importance" and not each.is_present]
    yield from (each for each in observations if each.code == "importance" and each.is_present)
    names = [each.hyperparameter for each in unshown if each.hyperparameter is not None]
    if len(names) > 1:
        chance = min(float(each.numbers["p"] or 0.0) for each in unshown)
        sentence = f"{', '.join(names)}: none can be shown to matter ({tell_chance(chance)} at least)."
        yield Observation("importance", "not enough evidence", sentence)
    else:
        yield from unshown
    yield from (each for each in observations if each.code != "importance")


def _lines(observation: Observation) -> Iterator[str]:
    yield from _fill(observation.sentence, f"  {_MARKS[observation.verdict]}")


def _fill(text: str, lead: str = "") -> list[str]:
    # textwrap breaks at ordinary spaces only: a number stays with its percent sign.
    tied = text.replace(" %", _NO_BREAK + "%")
    lines = textwrap.wrap(tied, WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead))
    return [line.replace(_NO_BREAK, " ") for line in lines]
