"""What the best model of a tuning job is worth: its score on held-out rows, and bias, variance or mismatch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import boto3

from smtune.corroborate import Corroboration, corroborate
from smtune.diagnosis import Diagnosis, Group, Loss, Measured, Number, diagnose_metrics
from smtune.diagnosis.interval import CONFIDENCE
from smtune.diagnosis.level import SETS
from smtune.diagnosis.reference import Human
from smtune.errors import SmtuneError
from smtune.evaluate import Evaluation, RowSet, definition_of, evaluate, quantity_of
from smtune.local.objects import parse_uri
from smtune.plan import HELD_OUT_TAGS, SPEC_TAG
from smtune.progress.look import tags_of
from smtune.results import Best
from smtune.service import translated
from smtune.spec import BuiltIn, DiagnosisSpec, Table, TuningSpec, load_spec


@dataclass(frozen=True)
class Known:
    """What the caller knows of a tuning job. Each wins over what the job remembers of its spec."""

    human_error: Human = None
    """As a loss: 1 - accuracy."""
    baseline: Number | None = None
    metrics: Mapping[str, str] = field(default_factory=dict)
    """By set, the name of the metric; else the spec's, or those that go with the objective."""
    rows: Mapping[str, int] = field(default_factory=dict)
    one_pool: bool | None = None
    confidence: float | None = None

    @property
    def is_judgement(self) -> bool:
        """Whether it says what losses are measured against."""
        return any(each is not None for each in (self.human_error, self.baseline, self.confidence))


@dataclass(frozen=True)
class Memory:
    """What a tuning job remembers of its launch."""

    spec: TuningSpec | None = None
    held_out: Mapping[str, str] = field(default_factory=dict)
    """Set that no training job saw -> where it is."""


@dataclass(frozen=True)
class Examination:
    """What was found, and what could not be."""

    evaluation: Evaluation | None
    """On test."""
    train_dev: Evaluation | None
    diagnosis: Diagnosis | None
    corroborations: tuple[Corroboration, ...]
    """Of each mismatch in the diagnosis: what the rows themselves say."""
    notes: tuple[str, ...]


def examine(
    session: boto3.Session,
    job: Mapping[str, Any],
    best: Best | None,
    known: Known = Known(),
    spec: TuningSpec | None = None,
) -> Examination:
    """Score the best model on the rows its job held out, and diagnose it. `job` is the description of the tuning job.

    `spec` stands for the one that the job kept where that cannot be read.
    What cannot be done is a note, not an error: the tuning job's own results stand. Raises UsageError for what `known`
    has that no loss can be measured against.
    """
    notes: list[str] = []
    memory = _remembered(session, job, spec, notes)
    scores = _evaluate(session, memory, best, notes)
    diagnosis = _diagnose(memory, best, scores, _Case(job, known, notes))
    found = _corroborated(session, memory, best, diagnosis, notes)
    return Examination(scores.get("test"), scores.get("train_dev"), diagnosis, found, tuple(notes))


def _remembered(session: boto3.Session, job: Mapping[str, Any], given: TuningSpec | None, notes: list[str]) -> Memory:
    """The spec and the held-out data of a job, which its tags name."""
    tags = tags_of(session, job["HyperParameterTuningJobArn"])
    if SPEC_TAG not in tags:
        return Memory()
    held_out = {name: tags[tag] for name, tag in HELD_OUT_TAGS.items() if tag in tags}
    try:
        with translated():
            bucket, key = parse_uri(tags[SPEC_TAG])
            text = session.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode("utf-8", "replace")
        return Memory(load_spec(f"{text}\n"), held_out)  # a text of one line would be a file's name
    except SmtuneError as error:
        notes.append(f"the job's spec at {tags[SPEC_TAG]} cannot be read: {error}")
        return Memory() if given is None else Memory(given, held_out)


def _evaluate(session: boto3.Session, memory: Memory, best: Best | None, notes: list[str]) -> Mapping[str, Evaluation]:
    """By set, the best model's score on what was held out."""
    if memory.spec is None or best is None:
        return {}
    if "test" not in memory.held_out:
        notes.append("no test metrics: the spec holds no test set out")
    found = {}
    for name, uri in memory.held_out.items():
        try:
            found[name] = evaluate(session, memory.spec, best, RowSet(name, uri))
        except SmtuneError as error:
            notes.append(f"no {name} metrics: {error}")
    return found


@dataclass(frozen=True)
class _Case:
    job: Mapping[str, Any]
    known: Known
    notes: list[str]


def _diagnose(memory: Memory, best: Best | None, scores: Mapping[str, Evaluation], case: _Case) -> Diagnosis | None:
    if best is None:
        return None
    names = _scored(_names(memory.spec, best, case.known), scores)
    found = {**best.metrics, **{name: value for score in scores.values() for name, value in score.metrics.items()}}
    values = {place: found[name] for place, name in names.items() if name in found}
    if "train" not in values or "validation" not in values:
        missing = [name for place, name in names.items() if place not in values and place not in HELD_OUT_TAGS]
        case.notes.append(
            f"no diagnosis: it needs the same error on train and validation; not reported: {', '.join(missing)}"
        )
        return None
    rows = {**_spec_rows(memory.spec), **case.known.rows}
    rows |= {place: score.rows for place, score in scores.items() if names.get(place) in score.metrics}
    measured: dict[str, Loss] = {place: Measured(value, rows.get(place)) for place, value in values.items()}
    judge = partial(_judged, measured, names["validation"], memory.spec, best)
    try:
        return judge(case)
    except SmtuneError as error:
        if case.known.is_judgement and _is_possible(judge, replace(case, known=Known())):
            raise  # what the caller said is at fault
        case.notes.append(f"no diagnosis: {error}")
        return None


def _corroborated(
    session: boto3.Session, memory: Memory, best: Best | None, diagnosis: Diagnosis | None, notes: list[str]
) -> tuple[Corroboration, ...]:
    if diagnosis is None or best is None or memory.spec is None:
        return ()
    found: list[Corroboration] = []
    try:
        found.extend(corroborate(session, diagnosis, memory.spec, best, memory.held_out))
    except SmtuneError as error:
        notes.append(f"the rows of the sets were not compared: {error}")  # those before stay
    return tuple(found)


def _is_possible(judge: Callable[[_Case], Diagnosis], case: _Case) -> bool:
    try:
        judge(case)
    except SmtuneError:
        return False
    return True


def _judged(values: Mapping[str, Loss], metric: str, spec: TuningSpec | None, best: Best, case: _Case) -> Diagnosis:
    known, said = case.known, spec.diagnosis if spec else None
    algorithm = definition_of(spec, best).algorithm if spec else None
    drawn = isinstance(spec.data, Table) and spec.data.is_one_pool if spec else False
    drawn = said.one_pool if said and said.one_pool is not None else drawn
    return diagnose_metrics(
        values,
        metric=metric,
        human_error=_people(spec) if known.human_error is None else known.human_error,
        baseline_error=(said.baseline if said else None) if known.baseline is None else known.baseline,
        algorithm=algorithm.builtin if isinstance(algorithm, BuiltIn) else None,
        roles=said.roles if said else {},
        one_pool=drawn if known.one_pool is None else known.one_pool,
        jobs=case.job.get("TrainingJobStatusCounters", {}).get("Completed") or None,
        confidence=_confidence(known, said),
    )


def _confidence(known: Known, said: DiagnosisSpec | None) -> float:
    if known.confidence is not None:
        return known.confidence
    return said.confidence if said and said.confidence is not None else CONFIDENCE


def _people(spec: TuningSpec | None) -> Human:
    """Human level as the spec has it."""
    said = spec.diagnosis if spec else None
    if said is None:
        return None
    if said.people:
        return [Group(group.label, Measured(group.error, group.cases)) for group in said.people]
    return None if said.human_error is None else Measured(said.human_error, said.human_cases)


def _spec_rows(spec: TuningSpec | None) -> dict[str, int]:
    said = spec.diagnosis.rows if spec and spec.diagnosis else None
    return {} if said is None else {name: rows for name in SETS if (rows := getattr(said, name)) is not None}


def _names(spec: TuningSpec | None, best: Best, known: Known) -> dict[str, str]:
    """The metric's name on each set: the caller's, the spec's, or what goes with the objective."""
    said = spec.diagnosis.metrics if spec and spec.diagnosis else None
    named: dict[str, str] = {place: name for place in SETS if said is not None and (name := getattr(said, place))}
    named = {**(named or {"validation": best.metric, "train": _like(best.metric, "train")}), **known.metrics}
    unseen = {place: _like(named.get("validation", best.metric), place) for place in HELD_OUT_TAGS}
    return {**unseen, **named}


def _scored(names: Mapping[str, str], scores: Mapping[str, Evaluation]) -> dict[str, str]:
    """With what was scored here: a spec may call it `error` on test, and what is scored is `test:error`."""
    found = {place: _like(names[place], place) for place in scores}
    return {**names, **{place: name for place, name in found.items() if name in scores[place].metrics}}


def _like(metric: str, place: str) -> str:
    """The name of the same quantity on another set."""
    return f"{place}:{quantity_of(metric)}"
