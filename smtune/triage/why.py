"""Why a tuning job's training jobs failed: one list call for 100 of them, and the logs of a few for each cause."""

from __future__ import annotations

from collections.abc import Mapping

import boto3

from smtune.errors import ServiceError
from smtune.logs import tail
from smtune.patience import Line, Terms
from smtune.secrecy import hide, presentable, secret_values
from smtune.triage.causes import find_entry
from smtune.triage.collect import Collected, Definition, collect
from smtune.triage.model import Failure, Group, Triage
from smtune.triage.region import find_region
from smtune.triage.remedy import settings_for
from smtune.triage.verdict import Verdict, judge_log, judge_reason

_BRIEF = 120.0
_TAIL = 300
_GROUPS_READ = 10
_READ = 2
_READ_IF_UNKNOWN = 6
_LINE_END = 1_000
Case = tuple[Definition, Failure]


def why(session: boto3.Session, tuning_job: str, *, terms: Terms | None = None) -> Triage:
    """Group the failed training jobs of a tuning job by cause; raises ServiceError, ConfigurationError.

    A training job has failed that the service says has, that completed without an objective, or that a time limit
    stopped. Logs are read for 2 of each cause (6 where the service gives none), the last 300 lines.
    """
    line = Line(session, terms or Terms(patience=_BRIEF))
    found = collect(line, tuning_job)
    notes: list[str] = []
    judged = _judge(line, found, notes)
    groups = [_group(verdict, cases, found) for verdict, cases in judged]
    groups.sort(key=lambda group: (-group.count, group.cause.id, group.detail))
    reason = found.job.get("FailureReason")
    own = find_entry(_cut(reason)) if reason and not groups else None
    return Triage(
        tuning_job=tuning_job,
        status=found.job["HyperParameterTuningJobStatus"],
        failure_reason=presentable(reason, secret_values(found.job)) if reason else None,
        own_cause=own.cause if own else None,
        total=found.total,
        succeeded=sum(len(items) for items in found.good.values()),
        groups=tuple(groups),
        notes=tuple(notes),
    )


def _judge(line: Line, found: Collected, notes: list[str]) -> list[tuple[Verdict, list[Case]]]:
    """A verdict for all failures: by their reasons first, then by the logs of a few of each group."""
    first: dict[tuple[str, str, str], tuple[Verdict, list[Case]]] = {}
    for case in found.failures:
        verdict = judge_reason(_cut(case[1].reason))
        first.setdefault((*verdict.key, case[0].name), (verdict, []))[1].append(case)
    last: dict[tuple[str, str, str], tuple[Verdict, list[Case]]] = {}
    for number, (verdict, cases) in enumerate(sorted(first.values(), key=lambda each: -len(each[1]))):
        read = number < _GROUPS_READ and verdict.wants_log
        for refined, some in _refine(line, verdict, cases, notes) if read else [(verdict, cases)]:
            last.setdefault((*refined.key, cases[0][0].name), (refined, []))[1].extend(some)
    if len(first) > _GROUPS_READ:
        notes.append(f"logs were read for the {_GROUPS_READ} largest groups only")
    return list(last.values())


def _refine(line: Line, verdict: Verdict, cases: list[Case], notes: list[str]) -> list[tuple[Verdict, list[Case]]]:
    """The group as it is after some logs were read; it falls apart where they tell different causes."""
    is_unknown = verdict.cause.id == "unknown"
    chosen = cases[: _READ_IF_UNKNOWN if is_unknown else _READ]
    told: dict[tuple[str, str], tuple[Verdict, list[Case]]] = {}
    for definition, failure in chosen:
        refined = judge_log(verdict, _log(line, failure.training_job, notes), definition)
        told.setdefault(refined.key, (refined, []))[1].append((definition, failure))
    rest = cases[len(chosen) :]
    if rest and (len(told) == 1 or not is_unknown):
        # As many say the same: the others, whose reasons are alike, are taken to be of the same cause.
        max(told.values(), key=lambda each: len(each[1]))[1].extend(rest)
    elif rest:
        told.setdefault(verdict.key, (verdict, []))[1].extend(rest)
        notes.append(f"{len(rest)} training jobs give no reason, and their logs were not read")
    return list(told.values())


def _log(line: Line, training_job: str, notes: list[str]) -> list[str]:
    try:
        return [_cut(text) for each in tail(line, training_job, _TAIL) for text in each.text.split("\n")]
    except ServiceError as error:
        note = f"logs could not be read ({error.code}): the causes rest on the service's reasons alone"
        if note not in notes:
            notes.append(note)
        return []


def _cut(text: str) -> str:
    """A line without its middle where it is too long to be a message: the patterns would take minutes for 1 MB."""
    return text if len(text) <= 2 * _LINE_END else f"{text[:_LINE_END]} ... {text[-_LINE_END:]}"


def _group(verdict: Verdict, cases: list[Case], found: Collected) -> Group:
    definition = cases[0][0]
    failed = [failure.hyperparameters for _, failure in cases]
    secrets = secret_values(found.job)
    region = find_region(failed, _good(found, definition), definition.kinds)
    return Group(
        cause=verdict.cause,
        detail=hide(verdict.detail, secrets),
        training_jobs=tuple(failure.training_job for _, failure in cases),
        lines=tuple(hide(each, secrets) for each in verdict.lines),
        region=region,
        settings=tuple(settings_for(verdict.cause.id, region, definition.raw, found.job)),
    )


def _good(found: Collected, definition: Definition) -> tuple[Mapping[str, str], ...]:
    return found.good.get(definition.name, ())
