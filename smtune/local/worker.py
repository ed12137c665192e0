"""The process that runs one tuning job to its end: `python -m smtune.local.worker JOB`.

It holds a lock on the job for as long as it lives, so the kernel tells everybody else when it has died. Everything it
knows is in the store: killed at any point, the next worker runs the unfinished training jobs again and goes on.
SIGTERM and SIGINT only ask it to leave: its loop looks at that ten times a second.
"""

from __future__ import annotations

import hashlib
import logging
import math
import os
import shutil
import signal
import sqlite3
import sys
import tarfile
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from smtune.errors import SmtuneError
from smtune.local.contract import available_cpus
from smtune.local.ending import abandon, end_training_job, fail_training_job, stop_training_job
from smtune.local.history import History
from smtune.local.lock import worker_lock
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
_FAILURES_WITHOUT_SUCCESS = 5
_ALL_FAILED = "Please take a look at the training job failures to get more details."
_TOLD_TO_LEAVE = 143


class Worker:
    """One tuning job's loop: start, watch, end, until its limits are reached or somebody stops it."""

    def __init__(self, store: Store, settings: Settings, job: TuningJob) -> None:
        self.store = store
        self.job = job
        self.limits: Mapping[str, Any] = job.config["ResourceLimits"]
        self.parallel = int(self.limits["MaxParallelTrainingJobs"])
        self.workshop = _open_workshop(store, settings, job, self.parallel)
        self.history = History(store.training_jobs(job.name))
        self.running: dict[str, Trial] = {}
        self.leaving = False
        # The clock may be set while the job runs: it is asked once, for the time before this worker.
        self._began = time.monotonic() - max(0.0, time.time() - job.created)

    def leave(self, *_: object) -> None:
        """Told by a signal: end soon, at a point where everything that runs is known. Only a flag is set here."""
        self.leaving = True

    def run(self) -> None:
        """To the end of the tuning job, or until told to leave."""
        self._describe_itself()
        self._resume()
        while not self.leaving and not self._has_ended():
            time.sleep(_TICK_SECONDS)

    def _has_ended(self) -> bool:
        """One look at everything; whether it was the last."""
        self.job = self.store.tuning_job(self.job.name) or self.job
        self._watch()
        if self.job.status == "Stopping" or self._is_overdue():
            self._stop_all()
        else:
            self._stop_some()
            self._fill()
        if self.running or self.leaving or not (self.job.status == "Stopping" or self._is_exhausted()):
            return False
        self._finish()
        return True

    def _describe_itself(self) -> None:
        from smtune.local.search import describe_search

        most = self.limits.get("MaxNumberOfTrainingJobs", 1)
        isolation = "bubblewrap" if self.workshop.bubblewrap else "SM paths only"
        notes = {"search": describe_search(self.job.config["Strategy"], most), "isolation": isolation}
        self.store.change_tuning_job(self.job.name, notes=notes)

    def _resume(self) -> None:
        """Run again what a dead worker left unfinished, from its start and with the same configuration."""
        for training in self.store.running_training_jobs(self.job.name):
            if self.leaving:
                return
            kill_leftovers(self.workshop.settings.training_folder(self.job.name, training.name))
            again = None
            if self.job.status != "Stopping":
                again = self.store.change_training_job(training.name, only_if=("InProgress",), **_starting())
            if again is None:  # it was to be stopped
                observed = self.store.observations(training.name)
                self._save(stop_training_job(training, observed, self.job.objective[0]))
                continue
            self.store.forget_observations(again.name)
            self._start(again)

    def _fill(self) -> None:
        """Start training jobs until as many run as may."""
        while not self.leaving and len(self.running) < self.parallel and not self._is_exhausted():
            number = len(self.history) + 1
            training = TrainingJob(
                name=free_name(self.store, self.job.name, number),
                tuning_job=self.job.name,
                number=number,
                config=next_configuration(self.job, self.history.jobs()),
                created=time.time(),
                tags=self.job.all_tags,
                **_starting(),
            )
            self._save(training)
            self._start(training)

    def _start(self, training: TrainingJob) -> None:
        self.history.put(training)
        try:
            with suppress(FileNotFoundError):
                shutil.rmtree(self.workshop.settings.training_folder(self.job.name, training.name))
            self.running[training.name] = Trial(plan_trial(self.workshop, self.job, training))
        except (SmtuneError, OSError, ValueError, tarfile.TarError) as error:
            self._save(fail_training_job(training, f"InternalServerError: cannot start: {error}"))

    def _save(self, training: TrainingJob) -> None:
        self.store.save_training_job(training)
        self.history.put(training)

    def _watch(self) -> None:
        for name, trial in list(self.running.items()):
            code = trial.poll()
            observed = trial.drain()
            if observed:
                self.store.add_observations(name, observed)
            if code is not None:
                del self.running[name]
                self.history.put(end_training_job(self.store, self.workshop.storage, self.job, trial, code))

    def _stop_all(self) -> None:
        for name, trial in self.running.items():
            if trial.stopping is None:
                trial.stop()
                self.store.change_training_job(name, status="Stopping", modified=time.time())

    def _stop_some(self) -> None:
        """Stop what StopTrainingJob asked for."""
        for training in self.store.running_training_jobs(self.job.name) if self.running else ():
            if training.status == "Stopping" and training.name in self.running:
                self.running[training.name].stop()

    def kill_all(self) -> None:
        """Leave no process behind, however the worker ends; what was unfinished runs again with the next one."""
        for trial in self.running.values():
            trial.kill()

    def _is_exhausted(self) -> bool:
        most = self.limits.get("MaxNumberOfTrainingJobs", math.inf)
        return len(self.history) >= most or self._is_hopeless() or self._is_overdue()

    def _is_overdue(self) -> bool:
        return bool(time.monotonic() - self._began > self.limits.get("MaxRuntimeInSeconds", math.inf))

    def _is_hopeless(self) -> bool:
        return self.history.count("Failed") >= _FAILURES_WITHOUT_SUCCESS and not self.history.count("Completed")

    def _finish(self) -> None:
        now, tried = time.time(), len(self.history)
        status, reason = "Completed", None
        if self.job.status == "Stopping":
            status = "Stopped"
        elif self._is_hopeless():
            status, reason = "Failed", f"No training job succeeded after {tried} attempts. {_ALL_FAILED}"
        elif tried and self.history.count("Failed") == tried:
            status, reason = "Failed", f"All training jobs failed. {_ALL_FAILED}"
        self.store.change_tuning_job(self.job.name, status=status, failure_reason=reason, ended=now, modified=now)


def _open_workshop(store: Store, settings: Settings, job: TuningJob, parallel: int) -> Workshop:
    bubblewrap = find_bubblewrap() if settings.sandbox else None
    storage = open_storage(settings.objects, job.s3_endpoint)
    return Workshop(settings, storage, store.programs(), bubblewrap, min(parallel, available_cpus()))


def _starting() -> dict[str, Any]:
    """What changes of a training job as it starts."""
    now = time.time()
    steps = (
        Transition("Starting", now, "Starting the training job"),
        Transition("Training", now, "Training in progress"),
    )
    return {"started": now, "modified": now, "transitions": steps}


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


def main() -> int:
    """Run the tuning job named on the command line, unless it has ended or has a worker.

    Whoever has the job's lock already and hands it on says so with the number of its descriptor.
    """
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    name, handed = sys.argv[1], [int(word) for word in sys.argv[2:3]]
    settings = Settings.from_environment()
    with worker_lock(settings, name, handed=handed[0] if handed else None) as lock:
        store = Store(settings.database)
        job = store.tuning_job(name)
        if lock is None or job is None or job.ended is not None:
            return 0
        log.info("worker %d runs %s", os.getpid(), name)
        try:
            return _run(Worker(store, settings, job))
        except (OSError, sqlite3.Error):
            # A full disk, say: everything stored so far is whole, and the next look at the job starts a worker.
            log.exception("the worker of %s gave up for now", name)
            return 1
        except Exception as error:
            # A bug here must not make the job look alive for ever, or every look at it start one more worker.
            log.exception("the worker of %s failed", name)
            reason = f"InternalServerError: {type(error).__name__}: {error}; see {settings.job_folder(name)}/worker.log"
            abandon(store, name, reason)
            return 1


def _run(worker: Worker) -> int:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, worker.leave)
    try:
        worker.run()
    finally:
        worker.kill_all()
    return _TOLD_TO_LEAVE if worker.leaving else 0


if __name__ == "__main__":
    sys.exit(main())
