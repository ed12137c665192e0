"""The training jobs of one tuning job that are at work on this machine, from their data's download to their artifacts.

What is slow and no program's (downloads, packing) runs beside the loop that watches them.
"""

from __future__ import annotations

import functools
import os
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from smtune.errand import Errand
from smtune.errors import SmtuneError
from smtune.local.clock import Clock
from smtune.local.ending import end_training_job, fail_training_job, stop_training_job
from smtune.local.planning import Workshop
from smtune.local.records import TrainingJob, Transition, TuningJob
from smtune.local.settings import LOG
from smtune.local.store import Store
from smtune.local.trial import Trial, TrialPlan
from smtune.local.ways import MachineWays, Ways
from smtune.metrics import Observation

_PATIENCE = 0.01
"""Seconds that a look waits for an errand: most take less, and the next look would come later."""
_LAST_WORDS = 5.0
"""Seconds that a leaving worker gives to the artifacts of what has ended."""
_WITHOUT_INSTANCES = ("Starting", "Interrupted")
_CANNOT_START = (SmtuneError, OSError, ValueError, tarfile.TarError)


@dataclass
class Place:
    """A training job at work: first its errand for data, then its trial, at last the errand of its end."""

    training: TrainingJob
    preparing: Errand[TrialPlan]
    trial: Trial | None = None
    ending: Errand[TrainingJob] | None = None
    stops: str | None = None
    """Why it was told to stop."""
    began: float = 0.0
    """When its trial was started."""
    steps: int = 0
    """How many of the trial's own secondary statuses are stored."""


@dataclass(frozen=True)
class News:
    """What a look at the training jobs has brought."""

    ended: list[TrainingJob] = field(default_factory=list)
    observed: list[tuple[TrainingJob, list[Observation]]] = field(default_factory=list)


class Floor:
    """Starts, watches, stops and ends training jobs."""

    def __init__(
        self, store: Store, workshop: Workshop, job: TuningJob, clock: Clock, ways: Ways | None = None
    ) -> None:
        """`ways`: this machine's, if not given."""
        self.ways: Ways = ways or MachineWays()
        self._store = store
        self._clock = clock
        self._workshop = workshop
        self._job = job
        self._places: dict[str, Place] = {}

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, name: str) -> bool:
        return name in self._places

    def running(self) -> list[TrainingJob]:
        """Those whose program runs and was not told to stop."""
        return [each.training for each in self._places.values() if each.trial and not each.ending and not each.stops]

    @property
    def is_settled(self) -> bool:
        """Whether everybody's trial runs: none is still to be started or to be ended."""
        return all(place.trial is not None and place.ending is None for place in self._places.values())

    def start(self, training: TrainingJob) -> None:
        """Begin with a training job that is stored already."""
        self._places[training.name] = Place(training, self.ways.errand(lambda: self._prepare(training)))

    def look(self) -> News:
        """One look at everybody: what they printed, and who has ended."""
        news = News()
        for name, place in list(self._places.items()):
            ended = self._look_at(place, news)
            if ended is not None:
                del self._places[name]
                news.ended.append(ended)
        return news

    def stop(self, name: str, reason: str) -> None:
        """Ask a training job to end; the second time changes nothing."""
        place = self._places[name]
        if place.stops is None and place.ending is None:
            place.stops = reason
            self._step(place, "Stopping", reason, status="Stopping")
            if place.trial is not None:
                place.trial.stop()

    def stop_all(self, reason: str) -> None:
        for name in list(self._places):
            self.stop(name, reason)

    def kill_all(self) -> None:
        """Leave no process behind."""
        for place in self._places.values():
            if place.trial is not None:
                place.trial.kill()
            if place.ending is not None:
                place.ending.is_done(_LAST_WORDS)

    def _prepare(self, training: TrainingJob) -> TrialPlan:
        _clear(self._workshop.settings.training_folder(self._job.name, training.name))
        return self.ways.prepare(self._workshop, self._job, training)

    def _look_at(self, place: Place, news: News) -> TrainingJob | None:
        """The training job, if it has ended."""
        if place.ending is not None:
            return place.ending.result() if place.ending.is_done(_PATIENCE) else None
        if place.trial is None:
            return self._open(place) if place.preparing.is_done(_PATIENCE) else None
        code = place.trial.poll()
        self._note_steps(place, place.trial)
        observed = place.trial.drain()
        if observed:
            self._store.add_observations(place.training.name, observed)
            news.observed.append((place.training, observed))
        if code is not None:
            if place.training.transitions[-1].status not in _WITHOUT_INSTANCES:
                self._step(place, "Uploading", "Uploading generated training model")
            place.ending = self.ways.errand(functools.partial(self._end, place.trial, code))
            return self._look_at(place, news)
        return None

    def _open(self, place: Place) -> TrainingJob | None:
        """Start the program, now that its data is there; the training job, if that has failed."""
        training = place.training
        try:
            plan = place.preparing.result()
            if not place.stops:
                place.trial = self.ways.start(plan)
        except _CANNOT_START as error:
            return self._save(
                fail_training_job(training, f"InternalServerError: cannot start: {error}", self._clock.now())
            )
        if place.trial is None:
            return self._save(
                stop_training_job(training, (), self._job.definition_of(training).objective, self._clock.now())
            )
        place.began = self._clock.now()
        self._note_steps(place, place.trial)
        return None

    def _note_steps(self, place: Place, trial: Trial) -> None:
        """Store the secondary statuses that the trial has got since the last look."""
        steps = self.ways.steps(trial, place.began)
        for step in steps[place.steps :]:
            self._store_step(place, step)
        place.steps = len(steps)

    def _step(self, place: Place, secondary: str, message: str, **changes: Any) -> None:
        self._store_step(place, Transition(secondary, self._clock.now(), message), **changes)

    def _store_step(self, place: Place, step: Transition, **changes: Any) -> None:
        steps = (*place.training.transitions, step)
        if step.status == "Downloading" and place.training.started is None:
            changes["started"] = step.start  # its instances are there
        changed = self._store.change_training_job(
            place.training.name, transitions=steps, modified=step.start, **changes
        )
        place.training = changed or place.training

    def _save(self, training: TrainingJob) -> TrainingJob:
        self._store.save_training_job(training)
        return training

    def _end(self, trial: Trial, code: int) -> TrainingJob:
        return end_training_job(self._store, self._workshop.storage, self._job, trial, code, self._clock)


def iterate_values(observed: list[Observation], metric: str | None) -> Iterator[float]:
    """The values of one metric among what was observed."""
    return (item.value for item in observed if item.name == metric)


def _clear(folder: Path) -> None:
    """Remove what an earlier attempt left; its log becomes empty, but is there for whoever is just reading it."""
    for path in folder.iterdir() if folder.exists() else ():
        if path.name == LOG and path.is_file():
            os.truncate(path, 0)
        elif path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
