"""What all training jobs teach: importance as bars, the rest as sentences. Nothing else here knows the history."""

from __future__ import annotations

from smtune.history import Lessons, Observation
from smtune.reporting.model import Bar, Lesson


def bars_of(lessons: tuple[Lessons, ...]) -> tuple[Bar, ...]:
    """The importance of each hyperparameter, where there are training jobs enough to tell."""
    has_several = len(lessons) > 1
    return tuple(
        _bar(each, f"{part.name}: " if has_several else "")
        for part in lessons
        for each in part.of("importance")
        if each.hyperparameter is not None and "share" in each.numbers
    )


def _bar(found: Observation, start: str) -> Bar:
    share, low, high = (float(found.numbers[name] or 0.0) for name in ("share", "low", "high"))
    return Bar(f"{start}{found.hyperparameter}", share, low, high, is_shown=found.is_present)


def sentences_of(lessons: tuple[Lessons, ...]) -> tuple[Lesson, ...]:
    """Every answer with its verdict, what was found first."""
    has_several = len(lessons) > 1
    found = [
        Lesson(each.verdict, f"{part.name}: {each.sentence}" if has_several else each.sentence)
        for part in lessons
        for each in part.observations
    ]
    return tuple(sorted(found, key=lambda each: each.verdict != "present"))
