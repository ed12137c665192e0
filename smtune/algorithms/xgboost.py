"""Questions about the built-in XGBoost: what is legal, what is printed, and how it is found in the log.

`check` gives the messages of the training container in its own words, so that what is refused here is what
the service would refuse. The service stops at the first one; here they all come at once.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping
from typing import Any

from smtune.algorithms.xgboost_rules import dependency_complaints
from smtune.algorithms.xgboost_table import (
    ALIASES,
    DEFAULT_METRICS,
    HYPERPARAMETERS,
    MAXIMIZED,
    METRICS,
    MINIMIZED,
    OBJECTIVE_METRIC,
    REPOSITORY,
    SKLEARN_METRICS,
    VERSION,
    Hyperparameter,
)

__all__ = [
    "ALIASES",
    "DEFAULT_METRICS",
    "HYPERPARAMETERS",
    "MAXIMIZED",
    "METRICS",
    "MINIMIZED",
    "OBJECTIVE_METRIC",
    "REPOSITORY",
    "SKLEARN_METRICS",
    "VERSION",
    "Hyperparameter",
    "check",
    "emitted_metrics",
    "metric_definitions",
    "parsed",
    "training_metrics",
]

_DATA = ("train", "validation")
_THRESHOLDED = ("error", "ndcg", "map")


def metric_definitions() -> list[dict[str, str]]:
    """Every metric's name and regex as AWS declares them; `#011` is the TAB as the service's log shows it."""
    return [
        {"Name": f"{data}:{name}", "Regex": rf".*\[[0-9]+\].*#011{data}-{name}:(\S+)"}
        for data in _DATA
        for name in METRICS
    ]


def check(hyperparameters: Mapping[str, str]) -> tuple[str, ...]:
    """Every complaint of the container about these, the one it would stop at first; empty if it has none."""
    given = _canonical(hyperparameters)
    missing = [
        f"Missing required hyperparameter: {n}" for n, h in HYPERPARAMETERS.items() if h.required and n not in given
    ]
    unreadable, illegal, values = [], [], dict[str, Any]()
    for name, text in given.items():
        if name not in HYPERPARAMETERS:
            unreadable.append(f"Extraneous hyperparameter found: {name}")
            continue
        try:
            value = _parse(HYPERPARAMETERS[name].kind, text)
        except (ValueError, SyntaxError) as error:
            cause = type(error).__name__
            unreadable.append(f"Hyperparameter {name}: could not parse value (caused by {cause})")
            continue
        complaint = _range_complaint(HYPERPARAMETERS[name], value)
        if complaint:
            illegal.append(complaint)
        else:
            values[name] = value
    return (*missing, *unreadable, *illegal, *dependency_complaints(values, given))


def parsed(hyperparameters: Mapping[str, str]) -> dict[str, Any]:
    """The values as the container hands them on, aliases resolved; call it on what `check` accepts only."""
    return {n: _parse(HYPERPARAMETERS[n].kind, text) for n, text in _canonical(hyperparameters).items()}


def training_metrics(hyperparameters: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The metrics a training job computes, in the log's order: XGBoost's own, then scikit-learn's.

    With none of its own asked for, XGBoost prints its default one of the objective all the same.
    """
    wanted = hyperparameters["eval_metric"].split(",") if "eval_metric" in hyperparameters else []
    tuned = hyperparameters.get(OBJECTIVE_METRIC)
    if tuned:
        name = tuned.partition(":")[2]
        wanted = sorted({*wanted, name}) if wanted else [name]
    own = [name for name in wanted if name not in SKLEARN_METRICS] or [_default_metric(hyperparameters)]
    return tuple(dict.fromkeys(own)), tuple(dict.fromkeys(n for n in wanted if n in SKLEARN_METRICS))


def emitted_metrics(hyperparameters: Mapping[str, str], channels: Collection[str]) -> tuple[str, ...]:
    """The metrics the container's log will hold, as in `validation:auc`.

    `tweedie-nloglik` is never among them: XGBoost fails where it is asked for without its `@rho`, which the
    container refuses, and as an objective's default it is printed as `tweedie-nloglik@1.5`.
    """
    own, sklearns = training_metrics(hyperparameters)
    printed = [_printed(name) for name in own if name != "tweedie-nloglik"] + list(sklearns)
    return tuple(f"{data}:{name}" for data in _DATA if data in channels for name in printed)


def _canonical(hyperparameters: Mapping[str, str]) -> dict[str, str]:
    """Without aliases."""
    return {ALIASES.get(name, name): text for name, text in hyperparameters.items()}


def _parse(kind: str, text: str) -> Any:
    readers: dict[str, Callable[[str], Any]] = {
        "int": int,
        "float": float,
        "categorical": str,
        "list": lambda listed: listed.split(","),
    }
    return readers.get(kind, ast.literal_eval)(text)


def _range_complaint(spec: Hyperparameter, value: Any) -> str:
    """The container's message about a value outside the legal range; empty for a legal one."""
    try:
        if spec.name == "eval_metric":
            return _metric_complaint(spec, value)
        legal = _is_legal(spec, value)
    except TypeError as error:
        cause = type(error).__name__
        return f"Hyperparameter {spec.name}: unexpected failure when validating {value} (caused by {cause})"
    if legal:
        return ""
    if spec.kind in ("list", "tuple", "nested"):
        return f"Hyperparameter {spec.name}: value {value} not in range {spec.legal}"
    return f"Hyperparameter {spec.name}: {value} is not in {spec.legal}"


def _is_legal(spec: Hyperparameter, value: Any) -> bool:
    if spec.kind == "categorical":
        return value in spec.choices
    if spec.kind == "list":
        return all(each in spec.choices for each in value)
    if spec.kind == "tuple":
        return all(each in (-1, 0, 1) for each in value)
    if spec.kind == "nested":
        return all(_inside(spec.legal, each) for group in value for each in group)
    return _inside(spec.legal, value)


def _inside(interval: str, value: float) -> bool:
    """Whether a number lies in an interval written as in `(0, 1]`; not-a-number does, as in the container."""
    low, high = (float(end) for end in interval[1:-1].split(", "))
    below = value < low or (interval[0] == "(" and value == low)
    above = value > high or (interval[-1] == ")" and value == high and high != float("inf"))
    return not (below or above)


def _metric_complaint(spec: Hyperparameter, names: list[str]) -> str:
    for name in names:
        if "<function" in name:
            return f"User defined evaluation metric {name} is not supported yet."
        metric, at, threshold = (part.strip() for part in name.partition("@"))
        if at and metric not in _THRESHOLDED:
            return (
                f"Metric '{name}' is not supported. Parameter 'eval_metric' with customized threshold should "
                "be one of these options: 'error', 'ndcg', 'map'."
            )
        if at and not _is_number(threshold):
            return f"Threshold value 't' in '{metric}@t' expects float input."
    if all("@" in name or name in spec.choices for name in names):
        return ""
    return f"Hyperparameter {spec.name}: value {names} not in range {spec.legal}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _default_metric(hyperparameters: Mapping[str, str]) -> str:
    name = DEFAULT_METRICS.get(hyperparameters.get("objective", ""), "rmse")
    if name == "tweedie-nloglik":
        return f"{name}@{float(hyperparameters.get('tweedie_variance_power', '1.5')):g}"
    return name


def _printed(name: str) -> str:
    """XGBoost normalises the threshold of `error@t` and leaves it out where it is the default."""
    metric, at, threshold = name.partition("@")
    if metric != "error" or not at:
        return name
    return metric if float(threshold) == 0.5 else f"{metric}@{float(threshold):g}"
