"""Which suggestions there are for a case, the best first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from smtune.diagnosis import Diagnosis, Finding, Remedy
from smtune.diagnosis.levers import Knob, knobs_of, turns
from smtune.diagnosis.model import Gap, Lever, Need
from smtune.errors import SmtuneError
from smtune.history import Lessons
from smtune.revise.model import Trial
from smtune.revise.refine import refine
from smtune.spec import BuiltIn, Definition, TuningSpec
from smtune.spec.document import Path
from smtune.suggest.apply import applied
from smtune.suggest.cost import Effort, tell_cost
from smtune.suggest.model import Suggestion, Suggestions, Support, with_cost
from smtune.suggest.observed import from_lessons, words_for
from smtune.suggest.split import COMPARE, more_training, more_validation, nearer_training, with_train_dev
from smtune.suggest.turn import Turned, turn

_RANK: dict[Support, int] = {"supported": 0, "untested": 1, "undecided": 2, "contradicted": 3}


@dataclass(frozen=True)
class Case:
    """A tuning job that is over, as far as it is known."""

    name: str
    spec: TuningSpec
    diagnosis: Diagnosis | None = None
    lessons: Mapping[str, Lessons] = field(default_factory=dict)
    """By the algorithm's name; empty for the only one."""
    trials: Sequence[Trial] = ()
    best: str = ""
    """The name of the algorithm that the best training job is of, where there are several."""
    effort: Effort | None = None
    """What one training job took; None where nobody knows."""
    notes: tuple[str, ...] = ()
    """What could not be found out."""
    rows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By the name of a gap, what the rows of its two sets say about a mismatch."""

    @property
    def index(self) -> int:
        """Of the best training job's algorithm among the spec's."""
        names = [definition.name for definition in self.spec.definitions]
        return names.index(self.best) if self.best in names else 0

    @property
    def definition(self) -> Definition:
        return self.spec.definitions[self.index]

    @property
    def lesson(self) -> Lessons | None:
        """What the training jobs of the best one's algorithm teach."""
        return self.lessons.get(self.best) or next(iter(self.lessons.values()), None)

    def path(self, name: str) -> Path:
        start: Path = ("algorithms", self.index, "hyperparameters") if self.spec.algorithms else ("hyperparameters",)
        return (*start, name)

    @property
    def knobs(self) -> tuple[Knob, ...]:
        algorithm = self.definition.algorithm
        roles = self.spec.diagnosis.roles if self.spec.diagnosis else {}
        return knobs_of(algorithm.builtin if isinstance(algorithm, BuiltIn) else None, roles)


def suggest(case: Case) -> Suggestions:
    """What to do next: remedies of each finding, then what the training jobs themselves call for.

    Within one finding, what the training jobs speak for comes first and what they speak against last; the findings
    keep their order, for it is the order to act in.
    """
    entries: list[Suggestion] = []
    for finding in case.diagnosis.findings if case.diagnosis else ():
        remedies = [remedy for remedy in case.diagnosis.remedies if remedy.gap == finding.gap.name]  # type: ignore[union-attr]
        found = [_of_remedy(remedy, finding.gap, case) for remedy in remedies]
        entries += [*sorted(found, key=lambda each: _RANK[each.support]), *_told_apart(finding, case.spec)]
    entries += _open_questions(case)
    entries += from_lessons(case.name, case.lesson)
    entries += _narrowed(case)
    headline = case.diagnosis.headline if case.diagnosis else "no diagnosis"
    cost = tell_cost(case.effort, case.spec.limits.jobs)
    return Suggestions(case.name, headline, tuple(with_cost(each, cost) for each in entries), case.notes)


def _of_remedy(remedy: Remedy, gap: Gap, case: Case) -> Suggestion:
    assert case.diagnosis is not None  # noqa: S101  remedies are a diagnosis's
    plain = Suggestion(remedy.title, remedy.why, remedy.finding, _effect(gap, case.diagnosis))
    if remedy.lever is not None:
        return _turned(plain, remedy.lever, case)
    found = _of_data(plain, remedy.need, case)
    seen = case.rows.get(gap.name, ())
    if remedy.need == "like rows":
        return replace(found, evidence=seen)
    return replace(found, evidence=seen[:1]) if remedy.need == "closer rows" else found


def _of_data(plain: Suggestion, need: Need | None, case: Case) -> Suggestion:
    if need == "training rows":
        return more_training(plain, case.spec, case.name)
    if need == "validation rows":
        return more_validation(plain, case.spec)
    if need == "like rows":
        return replace(plain, command=COMPARE)
    if need == "closer rows":
        return nearer_training(plain, case.spec)
    return plain


def _told_apart(finding: Finding, spec: TuningSpec) -> Iterator[Suggestion]:
    """Where validation is newer than training, what is called variance may be a mismatch."""
    if finding.code != "high_variance":
        return
    why = (
        "Validation is of another time than training, so that the gap may be a data mismatch. Rows held out of the "
        "training period tell the two apart; they make no model better."
    )
    found = with_train_dev(Suggestion("Hold out rows of the training period", why, finding.code), spec)
    if found is not None:
        yield found


def _effect(gap: Gap, diagnosis: Diagnosis) -> str:
    """Nothing closes more of a gap than there is of it."""
    if gap.value is None:
        return ""
    more = f" (between {diagnosis.scale.between(gap.interval)})" if gap.interval else ""
    return f"at most the gap itself, {diagnosis.scale.gap(gap.value)}{more}"


def _turned(plain: Suggestion, lever: Lever, case: Case) -> Suggestion:
    found: dict[Path, Turned] = {}
    for knob, direction in turns(lever, case.knobs):
        turned = turn(knob, direction, case.definition, case.lesson)
        if turned is not None:
            found[case.path(knob.name)] = turned
    spec, changes, refused = applied(case.spec, found)
    observed = words_for(lever, case.lesson)
    stays = tuple(each.reason for each in found.values() if each.after is None)
    return replace(
        plain,
        support=_support(list(found.values()), is_observed=bool(observed)),
        evidence=(*observed, *stays, *refused),
        changes=changes,
        spec=spec if changes else None,
    )


def _support(turned: list[Turned], *, is_observed: bool) -> Support:
    """The best that is said for any part of it; what is spoken against is left out of the spec."""
    if is_observed:
        return "supported"
    known: list[Support] = [each.support for each in turned]
    return min(known, key=_RANK.__getitem__, default="untested")


def _open_questions(case: Case) -> Iterator[Suggestion]:
    """Measure what could not be told."""
    if case.diagnosis is None or case.diagnosis.findings:
        return
    (remedy,) = case.diagnosis.remedies
    if remedy.finding == "nothing_material":
        return
    yield _of_data(Suggestion(remedy.title, remedy.why, remedy.finding), remedy.need, case)


def _narrowed(case: Case) -> Iterator[Suggestion]:
    """Search again where the best lie; the last thing to do about a model, and the first about a search."""
    try:
        revision = refine(case.spec, case.trials)
    except SmtuneError:
        return  # no training job has an objective
    if not any(change.path[-2:-1] == ("hyperparameters",) for change in revision.changes):
        return
    why = "Ranges are narrowed to where the best training jobs lie, and widened where the best is at an end."
    at_edge = case.lesson is not None and any(each.is_present for each in case.lesson.of("edge"))
    yield Suggestion(
        title="Search again where the best training jobs are",
        why=why,
        finding="search",
        support="supported" if at_edge else "undecided",
        evidence=revision.notes,
        changes=revision.changes,
        spec=revision.spec,
    )
