"""A tuning job's ancestors, described: a warm start reads only the jobs that it names, so all have to be known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import boto3

from smtune.clone.running import PATIENCE, Running, describe
from smtune.errors import ServiceError
from smtune.patience import Line, Terms
from smtune.revise.extend import Family

_MOST = 20
_GONE = ("ResourceNotFound", "ResourceNotFoundException", "ValidationException")


def find_family(session: boto3.Session, job: Running, terms: Terms | None = None) -> Family:
    """`job`, the tuning jobs that it started warm from, those that these did, and so on: the nearest first.

    An ancestor that is deleted, and those beyond twenty, are told of in the notes. Raises ServiceError.
    """
    line = Line(session, terms or PATIENCE)
    members: dict[str, Mapping[str, Any]] = {job.name: job.description}
    notes: list[str] = []
    waiting = _parents(job.description)
    while waiting:
        name = waiting.pop(0)
        if name in members:
            continue
        if len(members) > _MOST:
            notes.append(f"ancestor {name} and those behind it were not looked at: there are more than {_MOST}")
            break
        try:
            members[name] = describe(line, name)
        except ServiceError as error:
            if error.code not in _GONE:
                raise
            notes.append(f"ancestor {name} left out: it is not there any more ({error.code})")
            continue
        waiting += [parent for parent in _parents(members[name]) if parent not in waiting]
    return Family(members, tuple(notes))


def _parents(description: Mapping[str, Any]) -> list[str]:
    started = description.get("WarmStartConfig") or {}
    return [item["HyperParameterTuningJobName"] for item in started.get("ParentHyperParameterTuningJobs", ())]
