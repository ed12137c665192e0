"""The engine's memory: jobs, training jobs, metric values. Every method is one transaction."""

from __future__ import annotations

import dataclasses
import sqlite3
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from smtune.errors import SmtuneError
from smtune.local import rows
from smtune.local.database import Database
from smtune.local.records import Entry, Parent, Tally, TrainingJob, TuningJob
from smtune.local.settings import DELETED
from smtune.metrics import Observation
from smtune.statuses import RUNNING

_NAMED = "WHERE tuning_job = ? OR instr(lower(tuning_job), ?) = 1 ORDER BY name"


class AlreadyExistsError(SmtuneError):
    """A tuning job of this name is there already (names are not case-sensitive)."""


class Store:
    """What the engine and its workers know."""

    def __init__(self, path: Path) -> None:
        """The memory in the file `path`, made by the first write; raises SmtuneError for a file that is none."""
        self._database = Database(path)
        self._read = self._database.read
        self._transaction = self._database.transaction
        self.close = self._database.close
        self.compact = self._database.compact

    # tuning jobs

    def create_tuning_job(
        self, job: TuningJob, parents: Iterable[Parent] = (), only: TrainingJob | None = None
    ) -> None:
        """Remember a new job, what it knows of those that it learns from, and the only training job that it is to have.

        All of it or nothing, whenever the process ends. Raises AlreadyExistsError.
        """
        try:
            with self._transaction() as db:
                db.execute("INSERT INTO tuning_jobs VALUES (?, ?)", (job.name, rows.tuning_job_record(job)))
                known = [(job.name, place, rows.parent_record(each)) for place, each in enumerate(parents)]
                db.executemany("INSERT INTO parents VALUES (?, ?, ?)", known)
                if only is not None:
                    _save_training_job(db, only)
        except sqlite3.IntegrityError:
            raise AlreadyExistsError(job.name) from None

    def tuning_job(self, name: str) -> TuningJob | None:
        found = self._read("SELECT record FROM tuning_jobs WHERE name = ?", name)
        return rows.tuning_job(found[0][0]) if found else None

    def parents(self, tuning_job: str) -> list[Parent]:
        """What a job that started warm knows of its parents."""
        found = self._read("SELECT record FROM parents WHERE tuning_job = ? ORDER BY place", tuning_job)
        return [rows.parent(row[0]) for row in found]

    def tuning_jobs(self) -> list[TuningJob]:
        """All that are not deleted."""
        found = self._read("SELECT record FROM tuning_jobs WHERE instr(name, ?) = 0", DELETED)
        return [rows.tuning_job(row[0]) for row in found]

    def all_tuning_jobs(self) -> list[TuningJob]:
        """Deleted ones, too, and those that hold a training job of nobody's tuning."""
        return [rows.tuning_job(row[0]) for row in self._read("SELECT record FROM tuning_jobs ORDER BY rowid")]

    def forget_tuning_job(self, name: str) -> None:
        """Remove everything about a tuning job, its training jobs and their metric values included."""
        mine = "(SELECT name FROM training_jobs WHERE tuning_job = ?)"
        with self._transaction() as db:
            db.execute(f"DELETE FROM observations WHERE training_job IN {mine}", (name,))  # noqa: S608  no input
            for table in ("training_jobs", "parents"):
                db.execute(f"DELETE FROM {table} WHERE tuning_job = ?", (name,))  # noqa: S608
            db.execute("DELETE FROM tuning_jobs WHERE name = ?", (name,))

    def change_tuning_job(self, name: str, *, only_if: tuple[str, ...] | None = None, **changes: Any) -> bool:
        """Change fields of a job, if there is one whose status is among `only_if`; tells whether it did."""
        with self._transaction() as db:
            job = _tuning_job(db, name)
            if job is None or (only_if is not None and job.status not in only_if):
                return False
            changed = rows.tuning_job_record(dataclasses.replace(job, **changes))
            db.execute("UPDATE tuning_jobs SET record = ? WHERE name = ?", (changed, name))
            return True

    def delete_tuning_job(self, name: str, *, only_if: tuple[str, ...]) -> bool:
        """Free the name of a job whose status is among `only_if`; its training jobs stay. Tells whether it did."""
        with self._transaction() as db:
            job = _tuning_job(db, name)
            if job is None or job.status not in only_if:
                return False
            aside = dataclasses.replace(job, name=f"{job.name}{DELETED}{uuid.uuid4().hex}")
            record = rows.tuning_job_record(aside)
            db.execute("UPDATE tuning_jobs SET name = ?, record = ? WHERE name = ?", (aside.name, record, name))
            db.execute("UPDATE training_jobs SET tuning_job = ? WHERE tuning_job = ?", (aside.name, name))
            db.execute("UPDATE parents SET tuning_job = ? WHERE tuning_job = ?", (aside.name, name))
            return True

    # training jobs

    def save_training_job(self, job: TrainingJob, observations: Iterable[Observation] = ()) -> None:
        """Remember a training job, new or changed, together with what it has just printed."""
        with self._transaction() as db:
            _save_training_job(db, job)
            _insert_observations(db, job.name, observations)

    def change_training_job(
        self, name: str, *, only_if: tuple[str, ...] | None = None, **changes: Any
    ) -> TrainingJob | None:
        """Change fields of a training job, if its status is among `only_if`; returns it as it is then, or None."""
        with self._transaction() as db:
            row = db.execute(f"{rows.TRAINING_JOBS} WHERE name = ?", (name,)).fetchone()
            job = None if row is None else rows.training_job(row)
            if job is None or (only_if is not None and job.status not in only_if):
                return None
            changed = dataclasses.replace(job, **changes)
            _save_training_job(db, changed)
            return changed

    def training_job(self, name: str) -> TrainingJob | None:
        """Found in any case: ARNs hold it in lower case."""
        found = self._training_jobs("WHERE name = ?", name)
        return found[0] if found else None

    def training_jobs(self, tuning_job: str) -> list[TrainingJob]:
        """All of a tuning job's, by number."""
        return self._training_jobs("WHERE tuning_job = ? ORDER BY number", tuning_job)

    def running_training_jobs(self, tuning_job: str) -> list[TrainingJob]:
        """Those of a tuning job that have not ended, by number."""
        # The plus keeps SQLite from the index of the numbers: it would read every training job there ever was.
        return self._training_jobs("WHERE tuning_job = ? AND status IN (?, ?) ORDER BY +number", tuning_job, *RUNNING)

    def all_training_jobs(self) -> list[TrainingJob]:
        """Those of every tuning job, deleted ones' too."""
        return self._training_jobs("ORDER BY name")

    def training_jobs_named(self, tuning_job: str) -> list[TrainingJob]:
        """Those of every tuning job that had this name, deleted ones too; by name."""
        return self._training_jobs(_NAMED, tuning_job, f"{tuning_job.lower()}{DELETED}")

    def best_training_job(self, job: TuningJob) -> TrainingJob | None:
        """The completed training job with the best objective; the first of equals.

        Where none has completed under Hyperband, the best of those that were stopped: it may stop all of them.
        """
        order = f"ORDER BY objective {'DESC' if job.maximize else 'ASC'}, number LIMIT 1"
        for status in ("Completed", "Stopped") if job.config["Strategy"] == "Hyperband" else ("Completed",):
            condition = f"WHERE tuning_job = ? AND status = ? AND objective IS NOT NULL {order}"
            found = self._training_jobs(condition, job.name, status)
            if found:
                return found[0]
        return None

    def _training_jobs(self, rest: str, *parameters: str) -> list[TrainingJob]:
        return [rows.training_job(row) for row in self._read(f"{rows.TRAINING_JOBS} {rest}", *parameters)]

    # training jobs without their records: what a look at thousands can afford

    def entries(self, tuning_job: str) -> list[Entry]:
        """A tuning job's training jobs, by number."""
        return [
            rows.entry(row) for row in self._read(f"{rows.ENTRIES} WHERE tuning_job = ? ORDER BY number", tuning_job)
        ]

    def entries_named(self, tuning_job: str) -> list[Entry]:
        """Those of every tuning job that had this name, deleted ones too; by name."""
        deleted = f"{tuning_job.lower()}{DELETED}"
        return [rows.entry(row) for row in self._read(f"{rows.ENTRIES} {_NAMED}", tuning_job, deleted)]

    def all_entries(self) -> list[Entry]:
        """The training jobs of every tuning job, deleted ones' too."""
        return [rows.entry(row) for row in self._read(f"{rows.ENTRIES} ORDER BY name")]

    def objectives(self, tuning_job: str) -> list[float | None]:
        """Those of the training jobs that are over, in the order of their end."""
        query = "SELECT objective FROM training_jobs WHERE tuning_job = ? AND seconds IS NOT NULL ORDER BY modified"
        return [row[0] for row in self._read(query, tuning_job)]

    def tally(self, tuning_job: str) -> Tally:
        """A tuning job's training jobs, counted."""
        statuses: dict[str, int] = {}
        objectives: dict[str, int] = {}
        latest, total = 0.0, 0
        counts = self._read(
            "SELECT status, objective_status, count(*), max(modified), total(seconds) FROM training_jobs "
            "WHERE tuning_job = ? GROUP BY status, objective_status",
            tuning_job,
        )
        for status, objective_status, count, modified, seconds in counts:
            statuses[status] = statuses.get(status, 0) + count
            objectives[objective_status] = objectives.get(objective_status, 0) + count
            latest, total = max(latest, modified), total + int(seconds)
        return Tally(statuses, objectives, latest, total)

    # what they print

    def add_observations(self, training_job: str, observations: Iterable[Observation]) -> None:
        with self._transaction() as db:
            _insert_observations(db, training_job, observations)

    def forget_observations(self, training_job: str) -> None:
        """Before a training job is run again from its start."""
        with self._transaction() as db:
            db.execute("DELETE FROM observations WHERE training_job = ?", (training_job,))

    def observations(self, training_job: str) -> list[Observation]:
        """Every metric value a training job printed, by metric and step."""
        query = "SELECT name, value, time, step FROM observations WHERE training_job = ? ORDER BY name, step"
        return [
            Observation(name, float("nan") if value is None else value, time, step)
            for name, value, time, step in self._read(query, training_job)
        ]

    def metric_names(self) -> list[tuple[str, str]]:
        """(training job, metric) of every value that was ever printed."""
        return self._read("SELECT DISTINCT training_job, name FROM observations ORDER BY training_job, name")

    # what runs in the place of an image

    def register_program(self, image: str, program: str) -> None:
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO programs VALUES (?, ?)", (image, program))

    def programs(self) -> dict[str, str]:
        return dict(self._read("SELECT image, program FROM programs"))


def _tuning_job(db: sqlite3.Connection, name: str) -> TuningJob | None:
    row = db.execute("SELECT record FROM tuning_jobs WHERE name = ?", (name,)).fetchone()
    return None if row is None else rows.tuning_job(row[0])


def _save_training_job(db: sqlite3.Connection, job: TrainingJob) -> None:
    db.execute(rows.SAVE_TRAINING_JOB, rows.training_job_row(job))


def _insert_observations(db: sqlite3.Connection, training_job: str, observations: Iterable[Observation]) -> None:
    found = [(training_job, item.name, item.step, item.value, item.time) for item in observations]
    if found:
        db.executemany("INSERT OR REPLACE INTO observations VALUES (?, ?, ?, ?, ?)", found)
