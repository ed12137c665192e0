"""What is printed, and which of it is tuned for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtune.algorithms import xgboost
from smtune.rules.case import Broken, Case
from smtune.spec import BuiltIn, Script
from smtune.spec.explain import nearest

MAX_METRICS = 40


def regexes(case: Case) -> Iterator[Broken]:
    if len(case.definition.metrics) > MAX_METRICS:
        message = f"{len(case.definition.metrics)} metrics; the service takes {MAX_METRICS}"
        yield Broken("R20", case.path("metrics"), message, "keep those that you look at")
    for name, regex in case.definition.metrics.items():
        path = case.path("metrics", name)
        try:
            groups = re.compile(regex).groups
        except re.error as error:
            yield Broken("R21", path, f"not a regular expression: {error}", "check brackets and backslashes")
            continue
        if groups != 1:
            fix = "put the number, and nothing else, in one group: (\\S+)"
            yield Broken("R21", path, f"the regex has {groups} groups, not one around the number", fix)


def objective(case: Case) -> Iterator[Broken]:
    algorithm, metrics, metric = case.definition.algorithm, case.definition.metrics, case.definition.objective.metric
    if isinstance(algorithm, BuiltIn) and metrics:
        fix = "remove metrics: the algorithm has its own"
        yield Broken("R22", case.path("metrics"), "a built-in algorithm's metrics cannot be redefined", fix)
    if isinstance(algorithm, BuiltIn) and algorithm.builtin == "xgboost":
        yield from _xgboost_objective(case)
    if (isinstance(algorithm, Script) or metrics) and not isinstance(algorithm, BuiltIn) and metric not in metrics:
        known = ", ".join(metrics) or "none"
        fix = f"add metrics: {{'{metric}': '{metric}=(\\S+)'}} with the words your log prints"
        yield Broken("R22", case.path("objective"), f"{metric!r} is not among the metrics ({known})", fix)


def _xgboost_objective(case: Case) -> Iterator[Broken]:
    metric, path = case.definition.objective.metric, case.path("objective")
    place, _, name = metric.partition(":")
    if place not in {"train", "validation"} or name not in xgboost.METRICS:
        near = nearest(metric, [f"validation:{known}" for known in xgboost.METRICS])
        hint = f"did you mean {near}? " if near else ""
        fix = f"{hint}known: validation: and one of {', '.join(xgboost.METRICS)}"
        yield Broken("R22", path, f"the built-in XGBoost has no metric {metric!r}", fix)
    elif case.definition.objective.maximizes != (xgboost.METRICS[name] == "Maximize"):
        wanted = xgboost.METRICS[name].lower()
        yield Broken("R22", path, f"{metric} is to be {wanted}d", f"write objective: {{{wanted}: {metric}}}")
