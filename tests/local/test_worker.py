"""A worker in trouble: told to leave at a bad moment, clocks that are set, stops while nobody runs the job."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest
from local_jobs import Run

from smtune.local import ways as ways_module
from smtune.local.ending import abandon
from smtune.local.launcher import Launcher
from smtune.local.lock import worker_lock
from smtune.local.process_trial import ProcessTrial
from smtune.local.records import TrainingJob
from smtune.local.runners import start_trial
from smtune.local.settings import Settings
from smtune.local.storage import FolderStorage
from smtune.local.store import Store
from smtune.local.tuning import Tuning
from smtune.local.worker import run
from smtune.metrics import Observation

SLEEPS = "import time\nprint('score=1', flush=True)\ntime.sleep(600)"


@pytest.fixture
def parked(submit: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Launches tuning jobs that nobody runs."""
    monkeypatch.setenv("SMTUNE_SANDBOX", "off")

    def launch(script: str = SLEEPS, **changes: Any) -> str:
        with monkeypatch.context() as patch:
            patch.setattr(Launcher, "ensure_worker", lambda *_: None)
            return submit(script, changes={"limits": {"jobs": 1}, **changes})

    return launch


@pytest.fixture
def _signals() -> Iterator[None]:
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def worker_of(name: str) -> Tuning:
    settings = Settings.from_environment()
    store = Store(settings.database)
    job = store.tuning_job(name)
    assert job is not None
    return Tuning(store, settings, job)


def training(name: str, number: int, **changes: Any) -> TrainingJob:
    now = time.time()
    known: dict[str, Any] = {"config": {"dose": "0.5"}, "created": now, "modified": now, "started": now}
    return TrainingJob(f"{name}-{number:03d}-x", name, number, **{**known, **changes})


@pytest.mark.usefixtures("_signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_between_a_programs_start_and_its_being_remembered_leaves_no_orphan(
    parked: Run, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    worker = worker_of(parked())
    started: list[ProcessTrial] = []

    def start(plan: Any) -> ProcessTrial:
        trial = start_trial(plan)
        assert isinstance(trial, ProcessTrial)
        started.append(trial)
        os.kill(os.getpid(), number)
        return trial

    monkeypatch.setattr(ways_module, "start_trial", start)

    assert run(worker) == 143
    assert started[0]._process.wait(10) == -signal.SIGKILL
    left = worker.store.running_training_jobs(worker.job.name)
    assert [item.status for item in left] == ["InProgress"], "the next worker runs it again"


def test_a_worker_that_leaves_starts_nothing_more(parked: Run) -> None:
    worker = worker_of(parked())
    worker.leave()
    worker.run()

    assert worker.store.training_jobs(worker.job.name) == []
    job = worker.store.tuning_job(worker.job.name)
    assert job is not None
    assert job.status == "InProgress"


def test_a_clock_that_is_set_does_not_end_the_job(parked: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = worker_of(parked(limits={"jobs": 1, "runtime_seconds": 3600}))
    now = time.time()
    for jump in (1e6, -1e6):
        monkeypatch.setattr(time, "time", lambda jump=jump: now + jump)
        assert not worker.is_overdue()
    monkeypatch.setattr(time, "time", lambda: now + 4000)
    assert worker_of(worker.job.name).is_overdue(), "what passed before the worker counts"


def test_a_stop_that_came_while_nobody_ran_the_job_is_kept_with_the_values(parked: Run) -> None:
    worker = worker_of(parked("print('score=1')", limits={"jobs": 1}))
    name = worker.job.name
    stopping = training(name, 1, status="Stopping")
    worker.store.save_training_job(stopping, [Observation("score", 0.25, time.time(), 0)])
    worker = worker_of(name)
    worker.run()

    ended = worker.store.training_job(stopping.name)
    assert ended is not None
    assert (ended.status, ended.objective, ended.final_metrics["score"][0]) == ("Stopped", 0.25, 0.25)


def test_what_cannot_be_cleared_away_fails_its_training_job_only(parked: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = worker_of(parked("print('score=1')", limits={"jobs": 2, "parallel": 1}))
    name = worker.job.name
    unfinished = training(name, 1)
    worker.store.save_training_job(unfinished)
    place = worker.workshop.settings.training_folder(name, unfinished.name)
    place.parent.mkdir(parents=True)
    place.write_text("a file where the folder has to be")
    worker = worker_of(name)
    worker.run()

    statuses = [item.status for item in worker.store.training_jobs(name)]
    assert statuses == ["Failed", "Completed"]
    assert "cannot start" in str(worker.store.training_jobs(name)[0].failure_reason)


def test_a_worker_that_died_of_ending_its_job_does_not_begin_it_anew(parked: Run) -> None:
    name = parked(limits={"jobs": 9, "parallel": 2}, completion={"target": 0.5})
    store = Store(Settings.from_environment().database)
    store.save_training_job(training(name, 1, status="Completed", objective=0.9, ended=time.time()))
    store.save_training_job(training(name, 2, status="Stopping"))
    worker = worker_of(name)
    worker.run()

    assert len(store.training_jobs(name)) == 2, "nothing was started"
    assert worker.store.tuning_job(name).status == "Completed"  # type: ignore[union-attr]


@pytest.mark.parametrize(("retries", "ends", "attempts"), [(2, "Completed", 3), (1, "Failed", 2)])
def test_an_error_of_the_engine_s_own_is_tried_again_as_often_as_asked(
    parked: Run, monkeypatch: pytest.MonkeyPatch, retries: int, ends: str, attempts: int
) -> None:
    trouble = iter([OSError("no space"), OSError("no space")])
    keep = FolderStorage.keep

    def failing(storage: FolderStorage, *arguments: Any) -> None:
        error = next(trouble, None)
        if error:
            raise error
        keep(storage, *arguments)

    monkeypatch.setattr(FolderStorage, "keep", failing)
    raw = {"TrainingJobDefinition": {"RetryStrategy": {"MaximumRetryAttempts": retries}}}
    worker = worker_of(parked("print('score=1')", raw=raw))
    worker.run()

    (training,) = worker.store.training_jobs(worker.job.name)
    assert (training.status, training.attempts) == (ends, attempts)
    assert len(worker.store.observations(training.name)) == 1, "those of earlier attempts are forgotten"


def test_a_job_that_cannot_go_on_leaves_no_training_job_running(parked: Run) -> None:
    name = parked()
    store = Store(Settings.from_environment().database)
    store.save_training_job(training(name, 1))
    store.save_training_job(training(name, 2, status="Stopping"))
    abandon(store, name, "InternalServerError: " + "x" * 5000)

    job = store.tuning_job(name)
    assert job is not None
    assert (job.status, job.ended is not None, len(str(job.failure_reason))) == ("Failed", True, 1024)
    assert [item.status for item in store.training_jobs(name)] == ["Failed", "Failed"]


def test_a_look_at_the_job_reads_only_what_runs(parked: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    name = parked(limits={"jobs": 3, "parallel": 1})
    store = Store(Settings.from_environment().database)
    for number in (1, 2):
        store.save_training_job(training(name, number, status="Completed", ended=time.time()))
    worker = worker_of(name)
    monkeypatch.setattr(Store, "training_jobs", None)
    try:
        assert not worker.has_ended()
        assert not worker.has_ended()
        assert len(worker.floor) == 1
    finally:
        worker.kill_all()


def test_the_lock_goes_from_hand_to_hand_so_nobody_starts_a_second_worker(
    parked: Run, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = parked()
    spawned: list[int] = []
    real = os.posix_spawn

    def spawn(*args: Any, **more: Any) -> int:
        spawned.append(real(*args, **more))
        return spawned[-1]

    monkeypatch.setattr(os, "posix_spawn", spawn)
    for _ in range(20):
        Launcher(Settings.from_environment()).ensure_worker(name)
    assert len(spawned) == 1, "the others looked while it was only starting"

    log = settings.job_folder(name) / "worker.log"
    until = time.monotonic() + 30
    while not re.search(rf"worker {spawned[0]} runs {name}$", log.read_text(), re.MULTILINE):
        assert time.monotonic() < until
        time.sleep(0.05)
    os.kill(spawned[0], signal.SIGTERM)
    assert os.waitstatus_to_exitcode(os.waitpid(spawned[0], 0)[1]) in {143, -signal.SIGTERM}
    with worker_lock(settings, name) as free:
        assert free, "the lock died with its worker"
