"""The engine's memory: one SQLite file (WAL) for many processes. A killed writer leaves whole transactions only."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from smtune.errors import SmtuneError
from smtune.local.records import TrainingJob, Transition, TuningJob
from smtune.local.settings import DELETED
from smtune.metrics import Observation

_VERSION = 1
_SCHEMA = """
CREATE TABLE tuning_jobs (name TEXT PRIMARY KEY COLLATE NOCASE, record TEXT NOT NULL) STRICT;
CREATE TABLE training_jobs (
    name TEXT PRIMARY KEY, tuning_job TEXT NOT NULL REFERENCES tuning_jobs(name), number INTEGER NOT NULL,
    record TEXT NOT NULL, UNIQUE (tuning_job, number)) STRICT;
CREATE TABLE observations (
    training_job TEXT NOT NULL, name TEXT NOT NULL, step INTEGER NOT NULL, value REAL, time REAL NOT NULL,
    PRIMARY KEY (training_job, name, step)) STRICT, WITHOUT ROWID;
CREATE TABLE programs (image TEXT PRIMARY KEY, program TEXT NOT NULL) STRICT;
"""
_BUSY_SECONDS = 30.0


class AlreadyExistsError(SmtuneError):
    """A tuning job of this name is there already (names are not case-sensitive)."""


class Store:
    """Jobs, training jobs, metric values. Every method is one transaction."""

    def __init__(self, path: Path) -> None:
        """The memory in the file `path`, made by the first write; raises SmtuneError for a file that is none."""
        self._path = path
        self._local = threading.local()
        if path.exists():
            self._connect()

    # tuning jobs

    def create_tuning_job(self, job: TuningJob) -> None:
        """Remember a new job; raises AlreadyExistsError."""
        try:
            with self._transaction() as db:
                db.execute("INSERT INTO tuning_jobs VALUES (?, ?)", (job.name, _to_json(job)))
        except sqlite3.IntegrityError:
            raise AlreadyExistsError(job.name) from None

    def tuning_job(self, name: str) -> TuningJob | None:
        rows = self._read("SELECT record FROM tuning_jobs WHERE name = ?", name)
        return TuningJob(**json.loads(rows[0][0])) if rows else None

    def tuning_jobs(self) -> list[TuningJob]:
        """All that are not deleted."""
        rows = self._read("SELECT record FROM tuning_jobs WHERE instr(name, ?) = 0", DELETED)
        return [TuningJob(**json.loads(row[0])) for row in rows]

    def change_tuning_job(self, name: str, *, only_if: tuple[str, ...] | None = None, **changes: Any) -> bool:
        """Change fields of a job, if its status is among `only_if`; tells whether it did."""
        with self._transaction() as db:
            row = db.execute("SELECT record FROM tuning_jobs WHERE name = ?", (name,)).fetchone()
            job = TuningJob(**json.loads(row[0]))
            if only_if is not None and job.status not in only_if:
                return False
            changed = dataclasses.replace(job, **changes)
            db.execute("UPDATE tuning_jobs SET record = ? WHERE name = ?", (_to_json(changed), name))
            return True

    def delete_tuning_job(self, name: str, *, only_if: tuple[str, ...]) -> bool:
        """Free the name of a job whose status is among `only_if`; its training jobs stay. Tells whether it did."""
        with self._transaction() as db:
            row = db.execute("SELECT record FROM tuning_jobs WHERE name = ?", (name,)).fetchone()
            job = TuningJob(**json.loads(row[0])) if row else None
            if job is None or job.status not in only_if:
                return False
            aside = dataclasses.replace(job, name=f"{job.name}{DELETED}{uuid.uuid4().hex}")
            db.execute(
                "UPDATE tuning_jobs SET name = ?, record = ? WHERE name = ?", (aside.name, _to_json(aside), name)
            )
            db.execute(
                "UPDATE training_jobs SET tuning_job = ?, record = json_set(record, '$.tuning_job', ?) "
                "WHERE tuning_job = ? COLLATE NOCASE",
                (aside.name, aside.name, name),
            )
            return True

    # training jobs

    def change_training_job(self, name: str, *, only_if: tuple[str, ...] | None = None, **changes: Any) -> bool:
        """Change fields of a training job, if its status is among `only_if`; tells whether it did."""
        with self._transaction() as db:
            row = db.execute("SELECT record FROM training_jobs WHERE name = ?", (name,)).fetchone()
            job = _training_job(row[0])
            if only_if is not None and job.status not in only_if:
                return False
            changed = dataclasses.replace(job, **changes)
            db.execute("UPDATE training_jobs SET record = ? WHERE name = ?", (_to_json(changed), name))
            return True

    def save_training_job(self, job: TrainingJob, observations: Iterable[Observation] = ()) -> None:
        """Remember a training job, new or changed, together with what it has just printed."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO training_jobs VALUES (?, ?, ?, ?) "
                "ON CONFLICT (name) DO UPDATE SET record = excluded.record",
                (job.name, job.tuning_job, job.number, _to_json(job)),
            )
            _insert_observations(db, job.name, observations)

    def training_job(self, name: str) -> TrainingJob | None:
        """Found in any case: ARNs hold it in lower case."""
        query = "SELECT record FROM training_jobs WHERE name = ?"
        rows = self._read(query, name) or self._read(f"{query} COLLATE NOCASE", name)
        return _training_job(rows[0][0]) if rows else None

    def training_jobs(self, tuning_job: str) -> list[TrainingJob]:
        """All of a tuning job's, by number."""
        query = "SELECT record FROM training_jobs WHERE tuning_job = ? COLLATE NOCASE ORDER BY number"
        return [_training_job(row[0]) for row in self._read(query, tuning_job)]

    def all_training_jobs(self) -> list[TrainingJob]:
        """Those of every tuning job, deleted ones' too."""
        return [_training_job(row[0]) for row in self._read("SELECT record FROM training_jobs ORDER BY name")]

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
        rows = self._read(query, training_job)
        return [
            Observation(name, float("nan") if value is None else value, time, step) for name, value, time, step in rows
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

    def _read(self, query: str, *parameters: str) -> list[Any]:
        # Looking must not leave a file behind where nothing has ever run.
        return self._connect().execute(query, parameters).fetchall() if self._path.exists() else []

    def _connect(self) -> sqlite3.Connection:
        """This thread's connection, to a database that is ours."""
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is not None:
            return db
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            db = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            self._make(db)
        except sqlite3.OperationalError as error:
            message = f"cannot open {self._path}: {error}"
            raise SmtuneError(message) from error
        except sqlite3.DatabaseError as error:
            message = f"{self._path} is not smtune's database ({error}): move it away, or use another SMTUNE_HOME"
            raise SmtuneError(message) from error
        self._local.db = db
        return db

    def _make(self, db: sqlite3.Connection) -> None:
        """Create the tables of a new database, once, whoever else is opening it; refuse another version's."""
        with _whole(db):
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                for statement in filter(str.strip, _SCHEMA.split(";")):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {_VERSION}")
            elif version != _VERSION:
                message = f"{self._path} is of another version of smtune (format {version}): use another SMTUNE_HOME"
                raise SmtuneError(message)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with _whole(self._connect()) as db:
            yield db

    def close(self) -> None:
        """Close this thread's connection."""
        db = self._local.__dict__.pop("db", None)
        if db is not None:
            db.close()


@contextmanager
def _whole(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield db
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _insert_observations(db: sqlite3.Connection, training_job: str, observations: Iterable[Observation]) -> None:
    rows = [(training_job, item.name, item.step, item.value, item.time) for item in observations]
    if rows:
        db.executemany("INSERT OR REPLACE INTO observations VALUES (?, ?, ?, ?, ?)", rows)


def _to_json(record: TuningJob | TrainingJob) -> str:
    return json.dumps(dataclasses.asdict(record))


def _training_job(text: str) -> TrainingJob:
    fields: dict[str, Any] = json.loads(text)
    fields["transitions"] = tuple(Transition(**item) for item in fields["transitions"])
    metrics: Mapping[str, list[float]] = fields["final_metrics"]
    fields["final_metrics"] = {name: (value, time) for name, (value, time) in metrics.items()}
    return TrainingJob(**fields)
