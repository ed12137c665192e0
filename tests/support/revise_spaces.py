"""Search spaces, training jobs drawn from them at random, and hypothesis strategies for both."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from smtune.revise import Trial
from smtune.spec import Categorical, Continuous, Integer, TuningSpec
from smtune.spec.ranges import Scalar, encode

Objective = Callable[[Mapping[str, Any]], float]


def space(hyperparameters: Mapping[str, Any], **changes: Any) -> TuningSpec:
    """A spec that minimizes `loss` over these ranges."""
    fields = {
        "name": "toy",
        "algorithm": {"image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1"},
        "objective": {"minimize": "loss"},
        "metrics": {"loss": r"loss=(\S+)"},
        "hyperparameters": hyperparameters,
        "strategy": "random",
        "limits": {"jobs": 20, "parallel": 2},
    }
    return TuningSpec.model_validate({**fields, **changes})


def draw(spec: TuningSpec, objective: Objective, jobs: int, seed: int = 0) -> list[Trial]:
    """Training jobs of a random search."""
    chance = random.Random(seed)  # noqa: S311
    configurations = [
        {name: _value(range_, chance) for name, range_ in spec.definitions[0].ranges.items()} for _ in range(jobs)
    ]
    return [Trial({name: _sent(value) for name, value in each.items()}, objective(each)) for each in configurations]


def at(name: str, values: Sequence[float], objective: Callable[[float], float]) -> list[Trial]:
    """A training job at each of `values` of one hyperparameter."""
    return [Trial({name: value}, objective(value)) for value in values]


def failed(name: str, values: Sequence[Scalar]) -> list[Trial]:
    """A failed training job at each of `values`."""
    return [Trial({name: value}, None, "Failed") for value in values]


def _value(range_: Any, chance: random.Random) -> Any:
    if isinstance(range_, Categorical):
        return chance.choice(range_.values)
    if isinstance(range_, Integer):
        return chance.randint(range_.min, range_.max)
    if range_.scale == "log":
        return min(max(math.exp(chance.uniform(math.log(range_.min), math.log(range_.max))), range_.min), range_.max)
    return chance.uniform(range_.min, range_.max)


def _sent(value: Any) -> Any:
    """As the results have it: the text of a choice, a number of a range."""
    return encode(value) if isinstance(value, bool | str) else value


_small = st.floats(-1e6, 1e6, allow_subnormal=False).map(lambda number: float(f"{number:.6g}"))
_positive = st.floats(1e-9, 1e9).map(lambda number: float(f"{number:.6g}"))
_shares = st.floats(0, 0.999999).map(lambda number: float(f"{number:.6g}"))
_whole = st.integers(-1000, 1000)
_counts = st.integers(1, 10**6)


def _pairs(numbers: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, Any]]:
    pairs = st.tuples(numbers, numbers).filter(lambda pair: pair[0] != pair[1])
    return pairs.map(lambda pair: (min(pair), max(pair)))


_scales = st.sampled_from([None, "auto", "linear"])
ranges = (
    st.builds(lambda ends, scale: Continuous(min=ends[0], max=ends[1], scale=scale), _pairs(_small), _scales)
    | _pairs(_positive).map(lambda ends: Continuous(min=ends[0], max=ends[1], scale="log"))
    | _pairs(_shares).map(lambda ends: Continuous(min=ends[0], max=ends[1], scale="reverse-log"))
    | st.builds(lambda ends, scale: Integer(min=ends[0], max=ends[1], scale=scale), _pairs(_whole), _scales)
    | _pairs(_counts).map(lambda ends: Integer(min=ends[0], max=ends[1], scale="log"))
    | st.lists(st.sampled_from(["a", "b", "c", True, 5, 0.5]), min_size=1, max_size=5, unique_by=repr).map(
        lambda values: Categorical(values=tuple(values))
    )
)
spaces = st.dictionaries(st.sampled_from(["rate", "depth", "mix", "kind"]), ranges, min_size=1, max_size=4).map(space)


@st.composite
def rounds(draw_: Any) -> tuple[TuningSpec, list[Trial]]:
    """A space, and training jobs that ended in every way, at least one of them with an objective."""
    spec = draw_(spaces)
    seed, jobs = draw_(st.integers(0, 10**6)), draw_(st.integers(1, 40))
    chance = random.Random(seed)  # noqa: S311
    trials = draw(spec, lambda _: round(chance.gauss(0, 1), 2), jobs, seed)
    share = draw_(st.sampled_from([0.0, 0.3, 0.8]))
    ended = [Trial(each.hyperparameters, None, "Failed") if chance.random() < share else each for each in trials[1:]]
    return spec, [trials[0], *ended]
