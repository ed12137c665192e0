"""Records <-> rows of the database: what is counted, filtered or sorted by is a column, the rest JSON."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from smtune.local.records import Entry, Parent, TrainingJob, Transition, TuningJob

_COLUMNS = ("name", "tuning_job", "number", "status", "objective_status", "objective", "created", "modified")
TRAINING_JOBS = """SELECT
    name, tuning_job, number, status, objective_status, objective, created, modified, record FROM training_jobs"""
"""Finds rows for `training_job`."""
ENTRIES = "SELECT name, status, created, modified, objective, tuning_job FROM training_jobs"
"""Finds rows for `entry`."""
SAVE_TRAINING_JOB = """INSERT INTO training_jobs VALUES (
    :name, :tuning_job, :number, :status, :objective_status, :objective, :created, :modified, :seconds, :record)
    ON CONFLICT (name) DO UPDATE SET
    status = excluded.status, objective_status = excluded.objective_status, objective = excluded.objective,
    modified = excluded.modified, seconds = excluded.seconds, record = excluded.record"""
"""Takes what `training_job_row` makes."""


def tuning_job(text: str) -> TuningJob:
    return TuningJob(**json.loads(text))


def tuning_job_record(job: TuningJob) -> str:
    return json.dumps(dataclasses.asdict(job))


def parent(text: str) -> Parent:
    fields = json.loads(text)
    return Parent(**{**fields, "tried": tuple((config, value) for config, value in fields["tried"])})


def parent_record(parent: Parent) -> str:
    return json.dumps(dataclasses.asdict(parent))


def training_job(row: tuple[Any, ...]) -> TrainingJob:
    fields: dict[str, Any] = {**dict(zip(_COLUMNS, row, strict=False)), **json.loads(row[-1])}
    fields["transitions"] = tuple(Transition(**item) for item in fields["transitions"])
    fields["final_metrics"] = {name: (value, time) for name, (value, time) in fields["final_metrics"].items()}
    return TrainingJob(**fields)


def training_job_row(job: TrainingJob) -> dict[str, Any]:
    """Column -> value."""
    fields = dataclasses.asdict(job)
    columns = {name: fields.pop(name) for name in _COLUMNS}
    return {**columns, "seconds": job.seconds, "record": json.dumps(fields)}


def entry(row: tuple[Any, ...]) -> Entry:
    return Entry(*row)
