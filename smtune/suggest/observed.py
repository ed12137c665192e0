"""What the training jobs' own curves and results call for."""

from __future__ import annotations

from collections.abc import Iterator

from smtune.diagnosis.model import Lever
from smtune.history import Lessons
from smtune.history.observation import Code, Observation
from smtune.suggest.model import Suggestion

_SPEAKS: dict[Lever, tuple[Code, ...]] = {
    "train longer": ("still_falling",),
    "early stopping": ("overfitting",),
}
_DO: dict[Code, tuple[str, str, str]] = {
    "noise": (
        "Train the best configurations again",
        "What separates them may be luck: repeats with other seeds tell skill from it.",
        "smtune verify-best {job}",
    ),
    "unstable_jobs": (
        "Train the best configurations again",
        "Near configurations differ widely, so the best may be lucky.",
        "smtune verify-best {job}",
    ),
    "runtime_hit": (
        "Give training jobs more time",
        "They were ended by the limit before they were done.",
        "raise compute.runtime_seconds, or use a faster instance",
    ),
    "plateau": (
        "Run more training jobs",
        "The search was still finding better ones when it ended.",
        "smtune extend {job} --jobs 20",
    ),
}


def _calls(lessons: Lessons) -> Iterator[Observation]:
    """What asks for something to be done: a plateau does if there is none."""
    for each in lessons.observations:
        if each.verdict == ("absent" if each.code == "plateau" else "present"):
            yield each


def words_for(lever: Lever, lessons: Lessons | None) -> tuple[str, ...]:
    """What the training jobs show for a lever, beside how the loss goes with its hyperparameters."""
    if lessons is None:
        return ()
    return tuple(each.sentence for code in _SPEAKS.get(lever, ()) for each in lessons.of(code) if each.is_present)


def from_lessons(job: str, lessons: Lessons | None) -> Iterator[Suggestion]:
    """One suggestion for each thing that the training jobs call for, each title once."""
    told: set[str] = set()
    for observation in _calls(lessons) if lessons else ():
        known = _DO.get(observation.code)
        if known is None or known[0] in told:
            continue
        title, why, command = known
        told.add(title)
        yield Suggestion(
            title=title,
            why=why,
            finding=observation.code,
            support="supported",
            evidence=(observation.sentence,),
            command=command.format(job=job),
        )
