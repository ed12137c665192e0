"""One tuning job's loop: start training jobs, watch them, stop some early, until limits or criteria are reached."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from smtune.errand import Errand
from smtune.local.attempt import Chooser
from smtune.local.clock import Clock, MachineClock
from smtune.local.closing import Met, closing, is_hopeless, met_criterion
from smtune.local.contract import available_cpus
from smtune.local.early import Nobody, find_judge
from smtune.local.ending import stop_training_job
from smtune.local.floor import Floor, iterate_values
from smtune.local.history import History
from smtune.local.planning import Workshop
from smtune.local.records import TrainingJob, TuningJob
from smtune.local.runners import kill_leftovers
from smtune.local.sandbox import find_bubblewrap
from smtune.local.settings import SCRIPTED, Settings
from smtune.local.storage import open_storage
from smtune.local.store import Store
from smtune.local.ways import Ways
from smtune.naming import training_job_name
from smtune.search.suggest import METHODS

_SHORTEST, _LONGEST = 0.01, 0.1
_PATIENCE = 0.2
"""What a look may come too late, as a part of the time that has passed."""
_INTERNAL = "InternalServerError"


class Tuning:
    """A tuning job at work."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        job: TuningJob,
        clock: Clock | None = None,
        ways: Ways | None = None,
    ) -> None:
        """`clock` and `ways` (how training jobs are prepared and started): this machine's, if not given."""
        self.store = store
        self.clock = clock or MachineClock()
        self.job = job
        self.limits: Mapping[str, Any] = job.config["ResourceLimits"]
        self.parallel = int(self.limits["MaxParallelTrainingJobs"])
        self.workshop = _open_workshop(store, settings, job, self.parallel)
        self.history = History(store.training_jobs(job.name))
        self.floor = Floor(store, self.workshop, job, self.clock, ways)
        self.judge = find_judge(job, self.history)
        self.chooser = Chooser(job, self.history, store.parents(job.name))
        self.leaving = False
        self._enough: Met | None = None
        # The clock may be set while the job runs: it is asked once, for the time before this worker.
        self._began = self.clock.elapsed() - max(0.0, self.clock.now() - job.created)
        self._stirred = self.clock.elapsed()
        self._most = self._count_most()

    def leave(self, *_: object) -> None:
        """Told by a signal: end soon, at a point where everything that runs is known. Only a flag is set here."""
        self.leaving = True

    def run(self) -> None:
        """To the end of the tuning job, or until told to leave."""
        self.begin()
        if self.job.config["Strategy"] == "Bayesian":
            Errand(lambda: import_module("smtune.search.bayesian"))  # takes two seconds, once there is much to learn
        while not self.leaving and not self.has_ended():
            self.clock.sleep(self._pause())

    def begin(self) -> None:
        """What comes before the first look: what another worker has left is taken up again."""
        self._describe_itself()
        self._recall()
        self._enough = met_criterion(self.job, self.history)  # perhaps its last worker has died of stopping the others
        self._resume()

    def has_ended(self) -> bool:
        """One look at everything; whether it was the last."""
        self.job = self.store.tuning_job(self.job.name) or self.job
        self._watch()
        if self._is_closing():
            self.floor.stop_all("the tuning job ends")
        else:
            self._stop_some()
            self._fill()
        if len(self.floor) or self.leaving or not (self._is_closing() or self._is_exhausted()):
            return False
        self._finish()
        return True

    def _pause(self) -> float:
        """Seconds until the next look: a moment after something has happened, more when it has been quiet for long."""
        quiet = self.clock.elapsed() - self._stirred
        return min(max(quiet * _PATIENCE, _SHORTEST), _LONGEST)

    def kill_all(self) -> None:
        """Leave no process behind, however the worker ends; what was unfinished runs again with the next one."""
        self.floor.kill_all()

    def _describe_itself(self) -> None:
        isolation = "bubblewrap" if self.workshop.bubblewrap else "SM paths only"
        if self.job.runner in ("container", SCRIPTED):
            isolation = self.job.runner
        notes = {"search": METHODS[self.job.config["Strategy"]], "isolation": isolation}
        self.store.change_tuning_job(self.job.name, notes=notes)

    def _recall(self) -> None:
        """The curves of those that have ended, where somebody judges by them."""
        if isinstance(self.judge, Nobody):
            return
        for training in self.history.jobs():
            if training.ended is not None:
                metric = self.job.definition_of(training).objective
                self.history.observe(training.number, iterate_values(self.store.observations(training.name), metric))

    def _resume(self) -> None:
        """Run again what a dead worker left unfinished, from its start and with the same configuration."""
        for training in self.store.running_training_jobs(self.job.name):
            if self.leaving:
                return
            kill_leftovers(self.workshop.settings.training_folder(self.job.name, training.name))
            again = None
            if self.job.status != "Stopping":
                again = self.store.change_training_job(training.name, only_if=("InProgress",), **self._starting())
            if again is None:  # it was to be stopped
                observed = self.store.observations(training.name)
                objective = self.job.definition_of(training).objective
                self._save(stop_training_job(training, observed, objective, self.clock.now()))
            else:
                self._start_again(again)

    def _fill(self) -> None:
        """Start training jobs until as many run as may."""
        while not self.leaving and len(self.floor) < self.parallel and not self._is_exhausted():
            number, attempt = len(self.history) + 1, self.chooser.next()
            training = TrainingJob(
                name=self.job.alone or free_name(self.store, self.job.name, number),
                tuning_job=self.job.name,
                number=number,
                config=attempt.config,
                definition=attempt.definition,
                resource=attempt.resource,
                created=self.clock.now(),
                tags=self.job.all_tags,
                **self._starting(),
            )
            self._save(training)
            self.floor.start(training)
            self._stirred = self.clock.elapsed()

    def _starting(self) -> dict[str, Any]:
        """What changes of a training job as it starts."""
        now = self.clock.now()
        steps = self.floor.ways.begin(now)
        has_instances = any(step.status == "Downloading" for step in steps)
        return {"started": now if has_instances else None, "modified": now, "transitions": steps}

    def _save(self, training: TrainingJob) -> None:
        self.store.save_training_job(training)
        self.history.put(training)

    def _start_again(self, training: TrainingJob) -> None:
        self.store.forget_observations(training.name)
        self.history.forget(training.number)
        self.history.put(training)
        self.floor.start(training)

    def _watch(self) -> None:
        news = self.floor.look()
        for training, observed in [] if isinstance(self.judge, Nobody) else news.observed:
            values = iterate_values(observed, self.job.definition_of(training).objective)
            self.history.observe(training.number, values)
        for training in news.ended:
            self._stirred = self.clock.elapsed()
            if not self._is_retried(training):
                self.history.put(training)
        if news.ended and self._enough is None:
            self._enough = met_criterion(self.job, self.history)

    def _is_retried(self, training: TrainingJob) -> bool:
        """Whether a training job that failed by no fault of its own has begun once more (RetryStrategy)."""
        retries = self.job.definition_of(training).body.get("RetryStrategy", {}).get("MaximumRetryAttempts", 0)
        reason = training.failure_reason or ""
        if training.status != "Failed" or not reason.startswith(_INTERNAL):
            return False
        if training.attempts > retries or self._is_closing():
            return False
        changes = {
            **self._starting(),
            "attempts": training.attempts + 1,
            "ended": None,
            "failure_reason": None,
        }
        changes |= {"status": "InProgress", "objective_status": "Pending", "final_metrics": {}}
        again = self.store.change_training_job(training.name, **changes)
        if again is None:
            return False
        self._start_again(again)
        return True

    def _stop_some(self) -> None:
        """Stop what StopTrainingJob asked for, and what is not worth its time."""
        if not len(self.floor):
            return
        for training in self.store.running_training_jobs(self.job.name):
            if training.status == "Stopping" and training.name in self.floor:
                self.floor.stop(training.name, "StopTrainingJob")
        for training in self.floor.running():
            reason = self.judge.reason_to_stop(training)
            if reason is not None:
                self.floor.stop(training.name, reason)

    def _count_most(self) -> float:
        grid = self.chooser.most if self.job.config["Strategy"] == "Grid" else math.inf
        return min(float(self.limits.get("MaxNumberOfTrainingJobs", math.inf)), grid)

    def _is_closing(self) -> bool:
        return self.job.status == "Stopping" or self._enough is not None or self.is_overdue()

    def _is_exhausted(self) -> bool:
        return len(self.history) >= self._most or is_hopeless(self.history)

    def is_overdue(self) -> bool:
        return self.clock.elapsed() >= self.deadline

    @property
    def deadline(self) -> float:
        """When it is overdue, on the clock that only grows."""
        return float(self._began + self.limits.get("MaxRuntimeInSeconds", math.inf))

    def _finish(self) -> None:
        now, end = self.clock.now(), closing(self.job, self.history)
        changes: dict[str, Any] = {"status": end.status, "failure_reason": end.reason, "ended": now, "modified": now}
        if self._enough is not None:
            changes["notes"] = {**self.job.notes, "ended": f"{self._enough.kind}: {self._enough.words}"}
            changes["converged"] = now if self._enough.kind == "converged" else None
        self.store.change_tuning_job(self.job.name, **changes)


def _open_workshop(store: Store, settings: Settings, job: TuningJob, parallel: int) -> Workshop:
    bubblewrap = find_bubblewrap() if settings.sandbox else None
    storage = open_storage(settings.objects, job.s3_endpoint)
    return Workshop(settings, storage, store.programs(), bubblewrap, min(parallel, available_cpus()))


def free_name(store: Store, tuning_job: str, number: int) -> str:
    """A training job's name; another one where a deleted tuning job of the same name left its training jobs."""
    name = training_job_name(tuning_job, number)
    while store.training_job(name) is not None:
        name = f"{name[:-8]}{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return name
