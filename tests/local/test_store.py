"""The store keeps whole transactions, for many processes at once."""

from __future__ import annotations

import gc
import math
import multiprocessing
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from smtune.errors import SmtuneError
from smtune.local.database import whole
from smtune.local.records import Tally, TrainingJob, Transition, TuningJob
from smtune.local.store import AlreadyExistsError, Store
from smtune.metrics import Observation

JOB = TuningJob(
    name="job", request={"HyperParameterTuningJobConfig": {"a": [1, {"b": "ü"}]}}, created=1.5, modified=2.5
)
TRAINING = TrainingJob(
    name="job-001",
    tuning_job="job",
    number=1,
    config={"eta": "0.1"},
    created=3.0,
    modified=4.0,
    transitions=(Transition("Starting", 3.0, "…"), Transition("Training", 3.5, "")),
    final_metrics={"auc": (0.5, 9.0), "bad": (math.inf, 9.5)},
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "deep" / "state.db")


def test_what_is_stored_comes_back_equal(store: Store) -> None:
    store.create_tuning_job(JOB)
    store.save_training_job(TRAINING)

    assert store.tuning_job("job") == JOB
    assert store.tuning_jobs() == [JOB]
    assert store.training_job("job-001") == TRAINING
    assert store.training_jobs("job") == [TRAINING]
    assert store.tuning_job("other") is None
    assert store.training_job("other") is None


def test_names_are_taken_whatever_their_case(store: Store) -> None:
    store.create_tuning_job(JOB)
    with pytest.raises(AlreadyExistsError):
        store.create_tuning_job(TuningJob(name="JOB", request={}, created=0, modified=0))


def test_a_change_can_be_conditional(store: Store) -> None:
    store.create_tuning_job(JOB)

    assert store.change_tuning_job("job", only_if=("InProgress",), status="Stopping")
    assert not store.change_tuning_job("job", only_if=("InProgress",), status="Failed")
    changed = store.tuning_job("job")
    assert changed is not None
    assert changed.status == "Stopping"


def test_values_that_are_no_numbers_are_kept(store: Store) -> None:
    store.create_tuning_job(JOB)
    store.save_training_job(TRAINING)
    values = [Observation("auc", value, 1.0, step) for step, value in enumerate([0.5, math.nan, math.inf, -math.inf])]
    store.add_observations("job-001", values)
    found = store.observations("job-001")

    assert [item.value for item in found if not math.isnan(item.value)] == [0.5, math.inf, -math.inf]
    assert math.isnan(found[1].value)
    store.forget_observations("job-001")
    assert store.observations("job-001") == []


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    store.create_tuning_job(JOB)
    twice = TrainingJob(name="other", tuning_job="job", number=1, config={}, created=0, modified=0)
    store.save_training_job(TRAINING)
    with pytest.raises(sqlite3.IntegrityError):
        store.save_training_job(twice, [Observation("auc", 1.0, 1.0, 0)])

    assert store.training_jobs("job") == [TRAINING]
    assert store.observations("other") == []


def test_a_training_job_alone_comes_with_its_job_or_not_at_all(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.create_tuning_job(JOB, only=TRAINING)
    assert store.training_jobs("job") == [TRAINING]

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("smtune.local.store._save_training_job", interrupted)
    with pytest.raises(KeyboardInterrupt):
        store.create_tuning_job(replace(JOB, name="other"), only=TRAINING)
    assert store.tuning_job("other") is None


def test_a_transaction_that_cannot_be_committed_is_over(tmp_path: Path) -> None:
    """Else no other could begin on this connection, for as long as its process lives."""
    db = sqlite3.connect(tmp_path / "state.db", isolation_level=None)
    db.executescript(
        "PRAGMA foreign_keys = ON; CREATE TABLE one (a PRIMARY KEY); "
        "CREATE TABLE two (a REFERENCES one (a) DEFERRABLE INITIALLY DEFERRED)"
    )
    with pytest.raises(sqlite3.IntegrityError), whole(db):
        db.execute("INSERT INTO two VALUES (1)")  # found out only at the end
    with whole(db):
        db.execute("INSERT INTO one VALUES (2)")
    assert db.execute("SELECT count(*) FROM two").fetchone() == (0,)
    db.close()


def test_an_error_that_sqlite_rolls_back_itself_is_told_as_it_is(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "state.db", isolation_level=None)
    db.executescript("CREATE TABLE one (a PRIMARY KEY); INSERT INTO one VALUES (1)")
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"), whole(db):
        db.execute("INSERT OR ROLLBACK INTO one VALUES (1)")
    db.close()


def asking(direction: str, strategy: str = "Random") -> TuningJob:
    """A tuning job of the store's, with an objective."""
    objective = {"Type": direction, "MetricName": "score"}
    config = {"Strategy": strategy, "HyperParameterTuningJobObjective": objective}
    request = {"HyperParameterTuningJobConfig": config, "TrainingJobDefinition": {}}
    return replace(JOB, request=request)


def test_where_hyperband_has_stopped_all_the_best_of_them_is_the_best(store: Store) -> None:
    store.create_tuning_job(JOB)
    for number, objective in enumerate([0.5, 0.7, None], start=1):
        stopped = replace(TRAINING, name=f"job-00{number}", number=number, status="Stopped", objective=objective)
        store.save_training_job(stopped)
    assert store.best_training_job(asking("Maximize")) is None
    best = store.best_training_job(asking("Maximize", "Hyperband"))
    assert best is not None
    assert best.name == "job-002"


def test_counts_and_entries_are_those_of_the_records(store: Store) -> None:
    store.create_tuning_job(JOB)
    jobs = [
        replace(TRAINING, status="Completed", objective=0.5, objective_status="Succeeded", started=3.0, ended=7.4),
        replace(TRAINING, name="job-002", number=2, status="Completed", objective=0.7, objective_status="Succeeded"),
        replace(TRAINING, name="job-003", number=3, status="Completed", objective=0.7, objective_status="Succeeded"),
        replace(TRAINING, name="job-004", number=4, status="Failed", objective_status="Failed", modified=99.0),
        replace(TRAINING, name="job-005", number=5, status="Stopping"),
    ]
    for job in jobs:
        store.save_training_job(job)
    tally = store.tally("job")

    assert tally.statuses == {"Completed": 3, "Failed": 1, "Stopping": 1}
    assert tally.objectives == {"Succeeded": 3, "Failed": 1, "Pending": 1}
    assert (tally.modified, tally.seconds) == (99.0, 4)
    assert [entry.name for entry in store.entries("JOB")] == [job.name for job in jobs]
    assert [entry.objective for entry in store.all_entries()] == [0.5, 0.7, 0.7, None, None]
    assert store.best_training_job(asking("Maximize")) == jobs[1], "the first of equals"
    assert store.best_training_job(asking("Minimize")) == jobs[0]
    assert store.running_training_jobs("job") == jobs[4:]
    assert store.tally("other") == Tally()


def test_training_jobs_of_a_deleted_job_are_what_they_were(store: Store) -> None:
    store.create_tuning_job(replace(JOB, status="Completed"))
    diverged = replace(TRAINING, final_metrics={"auc": (math.nan, 9.0), "loss": (math.inf, 9.0)})
    store.save_training_job(diverged)
    assert store.delete_tuning_job("JOB", only_if=("Completed",))
    kept = store.training_job("JOB-001")

    assert kept is not None
    assert math.isnan(kept.final_metrics["auc"][0])
    assert kept.final_metrics["loss"] == (math.inf, 9.0)
    assert kept.tuning_job.startswith("job#")
    assert store.training_jobs("job") == []


def test_what_is_not_there_is_not_changed(store: Store) -> None:
    store.create_tuning_job(JOB)

    assert not store.change_tuning_job("other", status="Stopping")
    assert store.change_training_job("other", status="Stopping") is None


def test_a_connection_is_closed_with_its_thread_or_its_store(tmp_path: Path) -> None:
    """Python 3.13 complains of one that nobody closes."""

    def opened(name: str) -> bool:
        return any(link.is_symlink() and link.readlink().name == name for link in Path("/proc/self/fd").iterdir())

    store = Store(tmp_path / "thread.db")
    thread = threading.Thread(target=store.create_tuning_job, args=(JOB,))
    thread.start()
    thread.join()
    gc.collect()
    assert not opened("thread.db")

    other = Store(tmp_path / "cycle.db")
    other.create_tuning_job(JOB)
    assert opened("cycle.db")
    other.__dict__["itself"] = other
    del other
    gc.collect()
    assert not opened("cycle.db")


def test_another_versions_file_is_refused(store: Store, tmp_path: Path) -> None:
    store.create_tuning_job(JOB)
    db = sqlite3.connect(tmp_path / "deep" / "state.db")
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(SmtuneError, match=r"another version of smtune \(format 99\): use another SMTUNE_HOME"):
        Store(tmp_path / "deep" / "state.db")


def test_a_file_that_is_no_database_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_text("this is not a database, and longer than a header of one would be" * 20)
    with pytest.raises(SmtuneError, match=r"state\.db is not smtune's database"):
        Store(tmp_path / "state.db")


def _write(path: Path, worker: int, count: int) -> None:
    store = Store(path)
    for number in range(count):
        name = f"job-{worker}-{number}"
        store.save_training_job(
            TrainingJob(name=name, tuning_job="job", number=worker * count + number, config={}, created=0, modified=0),
            [Observation("auc", 1.0, 1.0, step) for step in range(5)],
        )
    store.close()


def _open(path: Path) -> None:
    Store(path).register_program("image", "program")


def test_many_processes_write_at_once(store: Store, tmp_path: Path) -> None:
    store.create_tuning_job(JOB)
    path = tmp_path / "deep" / "state.db"
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_write, args=(path, worker, 25)) for worker in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert [worker.exitcode for worker in workers] == [0] * 4
    assert len(store.training_jobs("job")) == 100


def test_looking_leaves_nothing_behind(tmp_path: Path) -> None:
    store = Store(tmp_path / "state" / "state.db")

    assert store.tuning_jobs() == []
    assert store.tuning_job("job") is None
    assert store.programs() == {}
    assert list(tmp_path.iterdir()) == []


def test_opening_at_once_makes_one_database(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    openers = [context.Process(target=_open, args=(tmp_path / "new" / "state.db",)) for _ in range(4)]
    for opener in openers:
        opener.start()
    for opener in openers:
        opener.join()

    assert [opener.exitcode for opener in openers] == [0] * 4
