"""What is known of tuning jobs, on disk: one SQLite file a tuning job, below $XDG_CACHE_HOME/smtune/results.

Only what cannot change is believed: training jobs that are over, their curves, and the whole when the tuning job is.
A file that is no cache, is of another version, or is of an earlier job of the same name is made anew. Losing it costs
calls, nothing else: what cannot be written is not an error.
"""

from __future__ import annotations

import glob
import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from smtune.folders import cache_folder
from smtune.results.record import Record

Json = dict[str, Any]
Answer = TypeVar("Answer")
_VERSION = 1
_BUSY_SECONDS = 10.0
_FLOAT = 8
"""Bytes."""
_OF_TUNING_JOBS = (
    *("HyperParameterTuningJobArn", "HyperParameterTuningJobConfig", "HyperParameterTuningJobName"),
    *("HyperParameterTuningJobStatus", "CreationTime"),
)
_OF_TRAINING_JOBS = ("TrainingJobName", "TrainingJobStatus", "CreationTime")
_SCHEMA = """
CREATE TABLE tuning_job (id INTEGER PRIMARY KEY CHECK (id = 1), created REAL NOT NULL, description TEXT NOT NULL,
    is_whole INTEGER NOT NULL) STRICT;
CREATE TABLE training_jobs (name TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
CREATE TABLE curves (training_job TEXT NOT NULL, asked TEXT NOT NULL, metric TEXT NOT NULL, source TEXT NOT NULL,
    times BLOB NOT NULL, points BLOB NOT NULL, PRIMARY KEY (training_job, asked, metric)) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Known:
    """What the cache has of a tuning job."""

    description: Json
    records: Mapping[str, Record]
    is_whole: bool
    """Whether nothing can be added: the tuning job was over, and every training job is there."""


@dataclass(frozen=True)
class StoredCurve:
    """All points of one metric of one training job; bytes of 64-bit floats."""

    training_job: str
    asked: str
    """Where the caller wanted it from: auto, cloudwatch or logs."""
    metric: str
    source: str
    """Where it is from: cloudwatch or logs."""
    times: bytes
    """Seconds since the epoch."""
    points: bytes


def results_folder() -> Path:
    """Where results are kept."""
    return cache_folder() / "results"


class Cache:
    """The cache of one tuning job. Any number of processes may read and write it at once."""

    def __init__(self, file: Path) -> None:
        self.file = file

    @classmethod
    def of(cls, endpoint: str, arn: str) -> Cache:
        """That of the job `arn` (region and account are in it) behind `endpoint`: a test server is not AWS."""
        region, account = arn.split(":")[3:5]
        name = arn.rpartition("/")[2]
        where = hashlib.sha256(f"{endpoint}\n{arn}".encode()).hexdigest()[:12]
        return cls(results_folder() / region / account / f"{name}-{where}.db")

    @classmethod
    def named(cls, endpoint: str, region: str, tuning_job: str) -> list[Cache]:
        """Those of all accounts that have a job of this name behind `endpoint` in `region`."""
        files = sorted(results_folder().glob(f"{region}/*/{glob.escape(tuning_job.lower())}-*.db"))
        found = [(cls(file), cls(file).load()) for file in files]
        # The name of another job may go on where this one's ends; its file says whose it is.
        return [
            cache
            for cache, known in found
            if known
            and cache.file == cls.of(endpoint, known.description["HyperParameterTuningJobArn"]).file
            and known.description["HyperParameterTuningJobName"].lower() == tuning_job.lower()
        ]

    def load(self) -> Known | None:
        """What is known; None where nothing is, or nothing that can be read."""

        def read(db: sqlite3.Connection) -> Known | None:
            row = db.execute("SELECT description, is_whole FROM tuning_job").fetchone()
            if row is None:
                return None
            rows = db.execute("SELECT name, record FROM training_jobs").fetchall()
            known = Known(json.loads(row[0]), {name: _record(text) for name, text in rows}, bool(row[1]))
            _refuse_other(known)
            return known

        return self._transact(read) if self.file.is_file() else None

    def store(self, description: Json, records: Mapping[str, Record], *, is_whole: bool) -> None:
        """Remember a tuning job as it is now, in place of what was known."""
        created = float(description["CreationTime"])
        rows = [(record.name, json.dumps(vars(record))) for record in records.values()]

        def write(db: sqlite3.Connection) -> None:
            old = db.execute("SELECT created FROM tuning_job").fetchone()
            if old and old[0] != created:
                db.execute("DELETE FROM curves")  # of an earlier job of this name
            db.execute("DELETE FROM training_jobs")
            values = (created, json.dumps(description), is_whole)
            db.execute("INSERT OR REPLACE INTO tuning_job VALUES (1, ?, ?, ?)", values)
            db.executemany("INSERT INTO training_jobs VALUES (?, ?)", rows)

        self._transact(write)

    def load_curves(self, asked: str) -> list[StoredCurve]:
        """All curves that were asked for in this way."""

        def read(db: sqlite3.Connection) -> list[StoredCurve]:
            rows = db.execute("SELECT * FROM curves WHERE asked = ?", (asked,)).fetchall()
            return [_curve(*row) for row in rows]

        return (self._transact(read) if self.file.is_file() else None) or []

    def store_curves(self, curves: Iterable[StoredCurve]) -> None:
        """Add curves of training jobs that are over."""
        rows = [(c.training_job, c.asked, c.metric, c.source, c.times, c.points) for c in curves]
        if rows:
            insert = "INSERT OR REPLACE INTO curves VALUES (?, ?, ?, ?, ?, ?)"
            self._transact(lambda db: db.executemany(insert, rows))

    def _transact(self, use: Callable[[sqlite3.Connection], Answer]) -> Answer | None:
        """What `use` returns, whole or not at all; None where the file cannot be used. A broken one is taken away."""
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with closing(sqlite3.connect(self.file, timeout=_BUSY_SECONDS, isolation_level=None)) as db:
                db.execute("PRAGMA synchronous = OFF")  # what a power cut breaks is made anew
                db.execute("BEGIN IMMEDIATE")
                _prepare(db)
                answer = use(db)
                db.execute("COMMIT")
                return answer
        except (OSError, sqlite3.OperationalError):
            return None  # locked for too long, a full disk, a folder that nobody may write to
        except (sqlite3.DatabaseError, ValueError, KeyError, TypeError):
            self._discard()
            return None

    def _discard(self) -> None:
        for suffix in ("", "-journal"):
            self.file.with_name(self.file.name + suffix).unlink(missing_ok=True)


def _prepare(db: sqlite3.Connection) -> None:
    """Make the tables, whatever another version left."""
    if db.execute("PRAGMA user_version").fetchone()[0] == _VERSION:
        return
    for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        db.execute(f'DROP TABLE "{table}"')
    for statement in filter(str.strip, _SCHEMA.split(";")):
        db.execute(statement)
    db.execute(f"PRAGMA user_version = {_VERSION}")


def _refuse_other(known: Known) -> None:
    """Raise KeyError or TypeError for JSON that is not of a tuning job: then the file is not used."""
    asked = [
        (known.description, _OF_TUNING_JOBS),
        *((record.job, _OF_TRAINING_JOBS) for record in known.records.values()),
    ]
    for answer, members in asked:
        for member in members:
            answer[member]


def _curve(*row: Any) -> StoredCurve:
    curve = StoredCurve(*row)
    if len(curve.times) != len(curve.points) or len(curve.times) % _FLOAT:
        message = f"no whole points of {curve.metric}"
        raise ValueError(message)
    return curve


def _record(text: str) -> Record:
    fields = json.loads(text)
    tuned = fields.pop("tuned")
    return Record(**fields, tuned=None if tuned is None else tuple(tuned))
