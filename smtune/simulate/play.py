"""A request -> its search, played on a clock of its own in a folder that is gone afterwards. No network, no account."""

from __future__ import annotations

import hashlib
import random
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from smtune.errors import Problem, SmtuneError, SpecError, UsageError
from smtune.estimate import JobMinutes, Tariff
from smtune.estimate.minutes import STARTUP
from smtune.local.answers import ServiceAnswerError
from smtune.local.api import TuningService
from smtune.local.records import TuningJob
from smtune.local.settings import SCRIPTED, Settings
from smtune.local.stage import Cue, Script, ScriptError, Stage, read_values
from smtune.local.stage.surrogate import curve_length, surrogate_curve
from smtune.local.store import Store
from smtune.search.resource import read_halving
from smtune.simulate.model import Simulation
from smtune.simulate.objective import Objective
from smtune.simulate.past import bring_parents, missing_parent, parent_names
from smtune.simulate.tell import Told, told

Json = Mapping[str, Any]
_START = 1_767_225_600.0
_MOST_JOBS = 10_000


@dataclass(frozen=True)
class Scene:
    """What a simulation depends on besides the request."""

    source: str
    tariff: Tariff
    minutes: JobMinutes = field(default_factory=JobMinutes)
    """What one whole training job takes."""
    objective: Objective | None = None
    """None: a smooth random function."""
    said: str = ""
    """The objective as the user wrote it."""
    known: Store | None = None
    """Where the tuning jobs are that a warm start may name."""
    heard: Callable[[int], None] = lambda _: None
    """Is told now and then how many training jobs have begun."""


def simulate(request: Json, scene: Scene) -> Simulation:
    """Play the tuning job of `request`; raises SpecError for one that the service would refuse, UsageError.

    A warm start's parents are those of `scene.known`; it is left out, and that is noted, where one is not there.
    """
    missing = missing_parent(scene.known, parent_names(request))
    if missing is not None:
        request = {name: value for name, value in request.items() if name != "WarmStartConfig"}
    with tempfile.TemporaryDirectory(prefix="smtune-simulation-") as folder:
        settings = Settings(Path(folder), sandbox=False, runner=SCRIPTED)
        director = _Director(request, scene)
        stage = Stage(settings, director, _START)
        service = TuningService(settings, stage)
        try:
            notes = _notes(missing, service, request, director, scene)
            job = _play(service, stage, request, scene)
            return told(Told(job, service.store, scene.tariff, scene.minutes, scene.source, scene.said, notes))
        finally:
            stage.close()
            service.store.close()


def _notes(
    missing: str | None, service: TuningService, request: Json, director: _Director, scene: Scene
) -> tuple[str, ...]:
    """Of the warm start, which is made ready if there is one."""
    if missing is not None or scene.known is None or "WarmStartConfig" not in request:
        return () if missing is None else (missing,)
    return (bring_parents(scene.known, service.store, request, director.last_value),)


def _play(service: TuningService, stage: Stage, request: Json, scene: Scene) -> TuningJob:
    name = str(request["HyperParameterTuningJobName"])
    try:
        service.call("CreateHyperParameterTuningJob", dict(request))
        while stage.step():
            begun = sum(service.store.tally(name).statuses.values())
            scene.heard(begun)
            _refuse_endless(begun)
    except ServiceAnswerError as error:
        raise SpecError((Problem(0, 0, "", error.message),), source=scene.source) from None
    except ScriptError as error:
        if isinstance(error.__cause__, SmtuneError):
            raise error.__cause__ from None
        raise UsageError(str(error)) from error
    job = service.store.tuning_job(name)
    assert job is not None  # noqa: S101  it was created above
    return job


def _refuse_endless(begun: int) -> None:
    if begun > _MOST_JOBS:
        message = f"{_MOST_JOBS:,} training jobs have begun, and no end: give limits.jobs, or a longer --job-minutes"
        raise UsageError(message)


class _Director:
    """Every training job takes its own time between low and high, by chance, but the same at each run."""

    def __init__(self, request: Json, scene: Scene) -> None:
        config, halving = request["HyperParameterTuningJobConfig"], read_halving(request)
        self._scene = scene
        self._seed = int(config.get("RandomSeed", 0))
        self._most = None if halving is None else halving.most
        self._is_judged = halving is not None or config.get("TrainingJobEarlyStoppingType") == "Auto"

    def __call__(self, cue: Cue) -> Script:
        chance = random.Random(_digest(self._seed, cue))  # noqa: S311  no secret
        whole = self._most or curve_length(cue.hyperparameters)
        length = min(cue.resource or whole, whole)
        seconds = 60 * _some(self._scene.minutes, chance) * length / whole
        curve = self._curve(cue, length)
        # Where nobody is stopped for its curve, all but its last value would only take time.
        return Script(curve if self._is_judged else curve[-1:], seconds, startup=60 * _some(STARTUP, chance))

    def last_value(self, cue: Cue) -> float:
        """The objective of a training job that was trained to its end."""
        return self._curve(cue, self._most or curve_length(cue.hyperparameters))[-1]

    def _curve(self, cue: Cue, length: int) -> Sequence[float]:
        if self._scene.objective is None:
            return surrogate_curve(cue, self._seed, length)
        return self._scene.objective(read_values(cue.hyperparameters), length)


def _some(minutes: JobMinutes, chance: random.Random) -> float:
    return chance.triangular(minutes.low, minutes.high, minutes.likely)


def _digest(seed: int, cue: Cue) -> int:
    text = repr((seed, cue.definition.get("DefinitionName"), sorted(cue.config.items())))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
