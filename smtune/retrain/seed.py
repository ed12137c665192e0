"""What makes one training differ from the next: the algorithm's own seed, or what it draws by itself. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smtune.algorithms.images import parse_image
from smtune.errors import UsageError
from smtune.local.programs.catalog import jumpstart_algorithm
from smtune.request.write import PROGRAM, SUBMIT_DIRECTORY

Hyperparameters = Mapping[str, str]
_OWN = {"xgboost": "seed", "catboost": "random_seed"}
"""Built-in algorithm -> its seed, where its documents name one."""
_FIXED = {"lightgbm": "LightGBM", "autogluon-tabular": "AutoGluon-Tabular"}
"""Those whose scripts start from the same seed every time, and take none."""
_USUAL = frozenset({"seed", "random_seed", "random_state", "randomstate", "rng_seed", "manual_seed", "global_seed"})
"""What scripts call it, in lower case."""
_SHARES = ("subsample", "colsample_bytree", "colsample_bylevel", "colsample_bynode")
_LARGEST = 2**31 - 1
_WAYS = (
    "name the script's own: --seed-hyperparameter NAME; "
    "or, if its trainings differ by themselves, change nothing: --no-seed"
)


@dataclass(frozen=True)
class Seeding:
    """How the repeats of all configurations are made to differ."""

    hyperparameter: str | None
    """None: nothing is changed, and each training draws for itself."""
    notes: tuple[str, ...] = ()


def seeding(definition: Mapping[str, Any], trainings: Mapping[str, Hyperparameters]) -> Seeding:
    """How training jobs of one definition get another seed.

    `trainings`: of each original its hyperparameters. Raises UsageError where repeats would all be equal, or nobody
    says what the seed is called.
    """
    some = next(iter(trainings.values()))
    name = builtin_of(definition, some)
    if name in _FIXED:
        message = (
            f"the built-in {_FIXED[name]} takes no seed and starts from the same one each time: repeats would all be "
            "equal, and there is no luck of training in its values"
        )
        raise UsageError(message)
    if name == "xgboost":
        return _xgboost(trainings)
    if name in _OWN:
        return Seeding(_OWN[name])
    if name is not None:
        return Seeding(None, (f"{name} takes no seed: its trainings differ by what they draw themselves, if they do",))
    found = [key for key in some if is_usual(key)]
    if len(found) == 1:
        return Seeding(found[0])
    what = f"it has {' and '.join(found)}" if found else "no hyperparameter is called like a seed"
    message = f"which hyperparameter is the seed? {what}: {_WAYS}"
    raise UsageError(message)


def repeats_itself(definition: Mapping[str, Any], hyperparameters: Hyperparameters) -> bool:
    """Whether training again on the same rows is known to give the same model, whatever the seed."""
    name = builtin_of(definition, hyperparameters)
    return name in _FIXED or (name == "xgboost" and not draws(hyperparameters))


def is_usual(hyperparameter: str) -> bool:
    """Whether people call a seed so."""
    return hyperparameter.lower().replace("-", "_") in _USUAL


def builtin_of(definition: Mapping[str, Any], hyperparameters: Hyperparameters) -> str | None:
    """The built-in algorithm of a training job; None for a script, an image of one's own, an algorithm resource."""
    source = jumpstart_algorithm(hyperparameters.get(SUBMIT_DIRECTORY, "").strip('"'))
    if source is not None:
        return source[0]
    parsed = parse_image(definition.get("AlgorithmSpecification", {}).get("TrainingImage", ""))
    is_builtin = parsed is not None and parsed[0].kind == "builtin" and PROGRAM not in hyperparameters
    return parsed[0].name if parsed is not None and is_builtin else None


def draws(hyperparameters: Hyperparameters) -> bool:
    """Whether XGBoost with these hyperparameters draws anything at random, so that the seed matters.

    By default it takes all rows and all columns. See XGBoost's documentation of its parameters.
    """

    def number(name: str, otherwise: float) -> float:
        try:
            return float(hyperparameters.get(name, otherwise))
        except ValueError:
            return otherwise

    booster = hyperparameters.get("booster", "gbtree")
    if "_kfold" in hyperparameters:
        return True
    if booster == "gblinear":
        by_chance = hyperparameters.get("feature_selector") in ("shuffle", "random")
        return by_chance or hyperparameters.get("updater", "shotgun") == "shotgun"
    drops = booster == "dart" and (number("rate_drop", 0) > 0 or number("one_drop", 0) > 0)
    return (drops and number("skip_drop", 0) < 1) or any(number(name, 1) < 1 for name in _SHARES)


def seed_of(place: str, attempt: int, number: int) -> int:
    """The seed of a repeat, the same for every configuration; `place` is the tuning job's ARN."""
    digest = hashlib.sha256(f"{place}/{attempt}/{number}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % _LARGEST + 1


def _xgboost(trainings: Mapping[str, Hyperparameters]) -> Seeding:
    still = [name for name, values in trainings.items() if not draws(values)]
    why = f"XGBoost draws nothing where subsample and colsample_* are 1 (booster {_boosters(trainings)})"
    if len(still) == len(trainings):
        message = f"{why}: the repeats of a configuration would all be equal, whatever the seed; nothing was started"
        raise UsageError(message)
    notes = (f"{why}: the repeats of {', '.join(still)} will all be equal",) if still else ()
    return Seeding(_OWN["xgboost"], notes)


def _boosters(trainings: Mapping[str, Hyperparameters]) -> str:
    return ", ".join(sorted({values.get("booster", "gbtree") for values in trainings.values()}))
