"""The engine's SQLite file (WAL), for many processes and threads. A killed writer leaves whole transactions only."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from smtune.errors import SmtuneError

_VERSION = 3
_SCHEMA = """
CREATE TABLE tuning_jobs (name TEXT PRIMARY KEY COLLATE NOCASE, record TEXT NOT NULL) STRICT;
CREATE TABLE training_jobs (
    name TEXT PRIMARY KEY COLLATE NOCASE,
    tuning_job TEXT NOT NULL COLLATE NOCASE REFERENCES tuning_jobs(name), number INTEGER NOT NULL,
    status TEXT NOT NULL, objective_status TEXT NOT NULL, objective REAL,
    created REAL NOT NULL, modified REAL NOT NULL, seconds INTEGER,
    record TEXT NOT NULL, UNIQUE (tuning_job, number)) STRICT;
CREATE INDEX training_jobs_counted ON training_jobs (
    tuning_job, status, objective, number, objective_status, modified, seconds);
CREATE TABLE observations (
    training_job TEXT NOT NULL, name TEXT NOT NULL, step INTEGER NOT NULL, value REAL, time REAL NOT NULL,
    PRIMARY KEY (training_job, name, step)) STRICT, WITHOUT ROWID;
CREATE TABLE parents (
    tuning_job TEXT NOT NULL COLLATE NOCASE REFERENCES tuning_jobs(name), place INTEGER NOT NULL,
    record TEXT NOT NULL, PRIMARY KEY (tuning_job, place)) STRICT, WITHOUT ROWID;
CREATE TABLE programs (image TEXT PRIMARY KEY, program TEXT NOT NULL) STRICT;
"""
_BUSY_SECONDS = 30.0


class Database:
    """Connections to the file, one a thread."""

    def __init__(self, path: Path) -> None:
        """The database in the file `path`, made by the first write; raises SmtuneError for a file that is none."""
        self._path = path
        self._local = threading.local()
        if path.exists():
            self._connect()

    def read(self, query: str, *parameters: Any) -> list[Any]:
        """The rows of a query."""
        # Looking must not leave a file behind where nothing has ever run.
        return self._connect().execute(query, parameters).fetchall() if self._path.exists() else []

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All that is done in it, or nothing."""
        with whole(self._connect()) as db:
            yield db

    def compact(self) -> None:
        """Give the space of what was removed back to the disk."""
        if self._path.exists():
            self._connect().execute("VACUUM")

    def close(self) -> None:
        """Close this thread's connection."""
        self._local.__dict__.pop("mine", None)

    def _connect(self) -> sqlite3.Connection:
        """This thread's connection, to a database that is ours."""
        mine: _Connection | None = getattr(self._local, "mine", None)
        if mine is not None:
            return mine.db
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            mine = _Connection(self._path)
            mine.db.execute("PRAGMA journal_mode = WAL")
            mine.db.execute("PRAGMA synchronous = NORMAL")
            self._make(mine.db)
        except sqlite3.OperationalError as error:
            message = f"cannot open {self._path}: {error}"
            raise SmtuneError(message) from error
        except sqlite3.DatabaseError as error:
            message = f"{self._path} is not smtune's database ({error}): move it away, or use another SMTUNE_HOME"
            raise SmtuneError(message) from error
        self._local.mine = mine
        return mine.db

    def _make(self, db: sqlite3.Connection) -> None:
        """Create the tables of a new database, once, whoever else is opening it; refuse another version's."""
        with whole(db):
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                for statement in filter(str.strip, _SCHEMA.split(";")):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {_VERSION}")
            elif version != _VERSION:
                message = f"{self._path} is of another version of smtune (format {version}): use another SMTUNE_HOME"
                raise SmtuneError(message)


class _Connection:
    """Closed as soon as nobody has it any more: its thread is over, the store is gone, or the file is none of ours."""

    def __init__(self, path: Path) -> None:
        # Whoever clears away may be another thread.
        self.db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        # Rather than __del__: of a cycle with both in it, Python may finalize the connection first, and complain of it.
        weakref.finalize(self, self.db.close).atexit = False


@contextmanager
def whole(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """A transaction, which is over afterwards however it ends."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield db
        db.execute("COMMIT")
    finally:
        if db.in_transaction:  # SQLite itself has rolled back some failures, such as a full disk
            db.execute("ROLLBACK")
