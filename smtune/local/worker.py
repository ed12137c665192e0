"""The process that runs one tuning job to its end: `python -m smtune.local.worker JOB`.

It holds a lock on the job for as long as it lives, so the kernel tells everybody else when it has died. Everything it
knows is in the store: killed at any point, the next worker runs the unfinished training jobs again and goes on.
"""

from __future__ import annotations

import dataclasses
import fcntl
import hashlib
import logging
import math
import os
import shutil
import signal
import sqlite3
import sys
import tarfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any

from smtune.errors import SmtuneError
from smtune.local.contract import available_cpus
from smtune.local.ending import end_training_job, fail_training_job, stop_training_job
from smtune.local.planning import Workshop, plan_trial
from smtune.local.records import TrainingJob, Transition, TuningJob
from smtune.local.sandbox import find_bubblewrap
from smtune.local.settings import Settings
from smtune.local.storage import open_storage
from smtune.local.store import Store
from smtune.local.trial import Trial, kill_leftovers
from smtune.naming import training_job_name

log = logging.getLogger(__name__)
_TICK_SECONDS = 0.1
_leaving = threading.Event()
_PATIENCE_SECONDS = 1.0
_FAILURES_WITHOUT_SUCCESS = 5
_ALL_FAILED = "Please take a look at the training job failures to get more details."


class Worker:
    """One tuning job's loop: start, watch, end, until its limits are reached or somebody stops it."""

    def __init__(self, store: Store, settings: Settings, job: TuningJob) -> None:
        self.store = store
        self.job = job
        self.limits: Mapping[str, Any] = job.config["ResourceLimits"]
        parallel = int(self.limits["MaxParallelTrainingJobs"])
        bubblewrap = find_bubblewrap() if settings.sandbox else None
        storage = open_storage(settings.objects, job.s3_endpoint)
        self.workshop = Workshop(settings, storage, store.programs(), bubblewrap, min(parallel, available_cpus()))
        self.parallel = parallel
        self.running: dict[str, Trial] = {}

    def run(self) -> None:
        """To the end of the tuning job."""
        self._describe_itself()
        self._resume()
        while True:
            if _leaving.is_set():
                _leave()
            self.job = self.store.tuning_job(self.job.name) or self.job
            self._watch()
            jobs = self.store.training_jobs(self.job.name)
            self._stop_some(jobs)
            if self.job.status == "Stopping" or self._is_overdue():
                self._stop_all()
            else:
                self._fill(jobs)
            if not self.running and (self.job.status == "Stopping" or self._is_exhausted(jobs)):
                self._finish(self.store.training_jobs(self.job.name))
                return
            time.sleep(_TICK_SECONDS)

    def _describe_itself(self) -> None:
        from smtune.local.search import describe_search

        most = self.limits.get("MaxNumberOfTrainingJobs", 1)
        isolation = "bubblewrap" if self.workshop.bubblewrap else "SM paths only"
        notes = {"search": describe_search(self.job.config["Strategy"], most), "isolation": isolation}
        self.store.change_tuning_job(self.job.name, notes=notes)

    def _resume(self) -> None:
        """Run again what a dead worker left unfinished, from its start and with the same configuration."""
        for training in self.store.training_jobs(self.job.name):
            if training.is_running:
                folder = self.workshop.settings.training_folder(self.job.name, training.name)
                kill_leftovers(folder)
                if "Stopping" in (self.job.status, training.status):
                    self.store.save_training_job(stop_training_job(training))
                    continue
                shutil.rmtree(folder, ignore_errors=True)
                self.store.forget_observations(training.name)
                self._start(dataclasses.replace(training, transitions=(), status="InProgress"))

    def _fill(self, jobs: list[TrainingJob]) -> None:
        """Start training jobs until as many run as may."""
        while len(self.running) < self.parallel and not self._is_exhausted(jobs):
            self._start_next(jobs)
            jobs = self.store.training_jobs(self.job.name)

    def _start_next(self, jobs: list[TrainingJob]) -> None:
        now = time.time()
        number = len(jobs) + 1
        training = TrainingJob(
            name=free_name(self.store, self.job.name, number),
            tuning_job=self.job.name,
            number=number,
            config=next_configuration(self.job, jobs),
            created=now,
            modified=now,
            tags=self.job.all_tags,
        )
        self._start(training)

    def _start(self, training: TrainingJob) -> None:
        now = time.time()
        steps = (
            Transition("Starting", now, "Starting the training job"),
            Transition("Training", now, "Training in progress"),
        )
        started = dataclasses.replace(training, started=now, modified=now, transitions=steps)
        self.store.save_training_job(started)
        try:
            self.running[training.name] = Trial(plan_trial(self.workshop, self.job, started))
        except (SmtuneError, OSError, ValueError, tarfile.TarError) as error:
            self.store.save_training_job(fail_training_job(started, f"InternalServerError: cannot start: {error}"))

    def _watch(self) -> None:
        for name, trial in list(self.running.items()):
            code = trial.poll()
            observed = trial.drain()
            if code is None:
                if observed:
                    self.store.add_observations(name, observed)
                continue
            self.store.add_observations(name, observed)
            del self.running[name]
            end_training_job(self.store, self.workshop.storage, self.job, trial, code)

    def _stop_all(self) -> None:
        for name, trial in self.running.items():
            if trial.stopping is None:
                trial.stop()
                self.store.change_training_job(name, status="Stopping", modified=time.time())

    def _stop_some(self, jobs: list[TrainingJob]) -> None:
        """Stop what StopTrainingJob asked for."""
        for training in jobs:
            if training.status == "Stopping" and training.name in self.running:
                self.running[training.name].stop()

    def kill_all(self) -> None:
        """Leave no process behind, however the worker ends; what was unfinished runs again with the next one."""
        for trial in self.running.values():
            trial.kill()

    def _is_exhausted(self, jobs: list[TrainingJob]) -> bool:
        most = self.limits.get("MaxNumberOfTrainingJobs", math.inf)
        return len(jobs) >= most or self._is_hopeless(jobs) or self._is_overdue()

    def _is_overdue(self) -> bool:
        return bool(time.time() - self.job.created > self.limits.get("MaxRuntimeInSeconds", math.inf))

    def _is_hopeless(self, jobs: list[TrainingJob]) -> bool:
        failed = sum(training.status == "Failed" for training in jobs)
        return failed >= _FAILURES_WITHOUT_SUCCESS and not any(training.status == "Completed" for training in jobs)

    def _finish(self, jobs: list[TrainingJob]) -> None:
        now = time.time()
        status, reason = "Completed", None
        if self.job.status == "Stopping":
            status = "Stopped"
        elif self._is_hopeless(jobs):
            status, reason = "Failed", f"No training job succeeded after {len(jobs)} attempts. {_ALL_FAILED}"
        elif jobs and all(training.status == "Failed" for training in jobs):
            status, reason = "Failed", f"All training jobs failed. {_ALL_FAILED}"
        self.store.change_tuning_job(self.job.name, status=status, failure_reason=reason, ended=now, modified=now)


def _leave(*_: object) -> None:
    # Where the signal comes in the middle of a destructor, Python drops the exception: the loop looks once more.
    _leaving.set()
    sys.exit(143)


def next_configuration(job: TuningJob, jobs: list[TrainingJob]) -> dict[str, str]:
    """What the job's next training job tries."""
    from smtune.local.search import Question, Trial, suggest
    from smtune.local.space import Space

    states = {"InProgress": "pending", "Stopping": "pending", "Failed": "failed"}
    trials = [
        Trial(item.config, item.objective, states.get(item.status, "finished"))  # type: ignore[arg-type]
        for item in jobs
    ]
    space = Space(job.config["ParameterRanges"])
    return suggest(Question(space, trials, job.config["Strategy"], job.objective[1], seed_of(job)))


def free_name(store: Store, tuning_job: str, number: int) -> str:
    """A training job's name; another one where a deleted tuning job of the same name left its training jobs."""
    name = training_job_name(tuning_job, number)
    while store.training_job(name) is not None:
        name = f"{name[:-8]}{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return name


def seed_of(job: TuningJob) -> int:
    """The request's seed; without one, the job's own, made from its name."""
    seed = job.config.get("RandomSeed")
    return int.from_bytes(job.name.encode(), "big") % 2**32 if seed is None else int(seed)


@contextmanager
def worker_lock(settings: Settings, job: str, *, patience: float = 0.0) -> Iterator[bool]:
    """Hold the job's lock; yields False when another process still has it after `patience` seconds."""
    path = settings.job_folder(job) / "worker.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + patience
    with path.open("w") as file:
        while not _lock(file):
            if time.monotonic() >= until:
                yield False
                return
            time.sleep(_TICK_SECONDS)
        yield True


def _lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def main() -> int:
    """Run the tuning job named on the command line, unless it has ended or has a worker."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    name = sys.argv[1]
    settings = Settings.from_environment()
    store = Store(settings.database)
    # Whoever looks whether there is a worker holds the lock for a moment: that must not send this one away.
    with worker_lock(settings, name, patience=_PATIENCE_SECONDS) as mine:
        job = store.tuning_job(name)
        if not mine or job is None or job.ended is not None:
            return 0
        log.info("worker %d runs %s", os.getpid(), name)
        try:
            signal.signal(signal.SIGTERM, _leave)
            worker = Worker(store, settings, job)
            try:
                worker.run()
            finally:
                worker.kill_all()
        except (OSError, sqlite3.Error):
            # A full disk, say: everything stored so far is whole, and the next look at the job starts a worker.
            log.exception("the worker of %s gave up for now", name)
            return 1
        except Exception as error:
            # A bug here must not make the job look alive for ever, or every look at it start one more worker.
            log.exception("the worker of %s failed", name)
            reason = f"InternalServerError: {type(error).__name__}: {error}; see {settings.job_folder(name)}/worker.log"
            now = time.time()
            store.change_tuning_job(name, status="Failed", failure_reason=reason[:1024], ended=now, modified=now)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
