"""An objective that nobody has to train for: a smooth random function over the search space, with learning curves.

It says nothing about a model. It is there so that a search has something to find: one function for each seed, with
values between 0 and 1, some noise, and a curve that gets flatter the longer a training job trains.
"""

from __future__ import annotations

import functools
import hashlib
import math
import random
from collections.abc import Mapping, Sequence
from typing import Any

from smtune.local.stage.script import Cue, Script
from smtune.search.resource import EPOCHS

_WAVES = 32
_ROUGHNESS = 2.5
"""How often a wave changes over a whole range, about."""
_NOISE = 0.01
_VALUES = 10
"""Of a curve, where the request says nothing of epochs."""
_MOST_VALUES = 100
_LENGTHS = (*EPOCHS, "num_round", "num_boost_round", "n_estimators", "rounds")


def surrogate_curve(cue: Cue, seed: int = 0, length: int | None = None) -> tuple[float, ...]:
    """The objective of a training job while it trains; the same for the same seed and hyperparameters.

    `length`: how many values it has; if not given, what the hyperparameters tell.
    """
    chance = random.Random(_digest(seed, cue.config))  # noqa: S311  no secret
    quality = surrogate_quality(cue, seed)
    speed = 2.0 + 4.0 * chance.random()
    count = length or curve_length(cue.hyperparameters)
    whole = 1.0 - math.exp(-speed)
    shares = [(1.0 - math.exp(-speed * (index + 1) / count)) / whole for index in range(count)]
    values = [0.4 + (quality - 0.4) * share + chance.gauss(0.0, _NOISE) for share in shares]
    return tuple(
        round(min(max(value, 0.0), 1.0) if cue.maximize else 1.0 - min(max(value, 0.0), 1.0), 6) for value in values
    )


def surrogate_quality(cue: Cue, seed: int = 0) -> float:
    """How good a configuration is, from 0 to 1: higher is better, whatever the objective's direction."""
    point = _point(cue)
    waves = _waves(len(point), _digest(seed, cue.definition.get("DefinitionName", "")))
    total = sum(math.cos(phase + math.fsum(a * x for a, x in zip(turns, point, strict=True))) for turns, phase in waves)
    return 0.5 + 0.5 * math.tanh(0.6 * total / math.sqrt(_WAVES / 2))


def surrogate(cue: Cue) -> Script:
    """A training job of a minute, for whom nobody has written anything."""
    return Script(curve=surrogate_curve(cue))


def curve_length(hyperparameters: Mapping[str, str]) -> int:
    """How many values a training job prints: its epochs or rounds, if its hyperparameters tell, up to a hundred."""
    said = (hyperparameters.get(name, "") for name in _LENGTHS)
    return min(next((int(text) for text in said if text.isdecimal() and int(text) > 0), _VALUES), _MOST_VALUES)


def _point(cue: Cue) -> Sequence[float]:
    """Where the configuration lies in the unit cube of its ranges; a category by chance, but always the same."""
    from smtune.search.space import Space  # it brings numpy, and whoever writes curves has no use for it

    if not cue.config:
        return (0.5,)
    space = Space.of(cue.ranges)
    kinds = {item["Name"] for item in cue.ranges.get("CategoricalParameterRanges", ())}
    coordinates = dict(zip((axis.name for axis in space.axes), space.point(cue.config).tolist(), strict=True))
    return [
        _digest(0, {name: cue.config[name]}) / 2**32 if name in kinds else place for name, place in coordinates.items()
    ]


@functools.lru_cache(maxsize=64)
def _waves(width: int, seed: int) -> tuple[tuple[tuple[float, ...], float], ...]:
    chance = random.Random(seed)  # noqa: S311
    scale = _ROUGHNESS / math.sqrt(width) * 2.0
    return tuple(
        (tuple(chance.gauss(0.0, scale) for _ in range(width)), chance.uniform(0.0, 2.0 * math.pi))
        for _ in range(_WAVES)
    )


def _digest(seed: int, thing: Any) -> int:
    text = repr((seed, sorted(thing.items()) if isinstance(thing, Mapping) else thing))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
