"""What all training jobs teach: importance as bars, the rest as sentences. Nothing else here knows the history."""

from __future__ import annotations

import boto3

from smtune.errors import ServiceError, SpecError
from smtune.history import Lessons, Observation, study
from smtune.recall import histories, histories_of
from smtune.reporting.model import Bar, Lesson
from smtune.results import Trials

_WITH_CURVES = 500
"""Of more training jobs the curves are not read: they say little that 500 do not, and take long."""


def lessons_of(session: boto3.Session, trials: Trials) -> tuple[Lessons, ...]:
    """One for each algorithm that has training jobs. Curves that cannot be read are left out."""
    try:
        many = len(trials.records) > _WITH_CURVES
        found = histories(trials, {}) if many else histories_of(session, trials.name)
    except (ServiceError, SpecError):
        found = histories(trials, {})
    return tuple(study(history) for history in found if history.runs)


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
