"""The algorithm exists, and takes its hyperparameters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtune.algorithms import xgboost
from smtune.algorithms.images import families
from smtune.rules.case import Broken, Case
from smtune.spec import BuiltIn, Categorical, Definition, Script
from smtune.spec.explain import nearest
from smtune.spec.ranges import encode

_NAMED = re.compile(r"yperparameter(?: found:|:)? (\w+)")


def image(case: Case) -> Iterator[Broken]:
    algorithm = case.definition.algorithm
    if isinstance(algorithm, BuiltIn):
        kind, name, version = "builtin", algorithm.builtin, algorithm.version
    elif isinstance(algorithm, Script) and algorithm.script.image is None:
        kind, name, version = "framework", algorithm.script.framework, algorithm.script.version
    else:
        return
    known = {family.name: family for family in families().values() if family.kind == kind}
    path = case.path("algorithm")
    if name not in known:
        yield Broken("R33", path, f"unknown {kind} {name!r}", f"known: {', '.join(known)}; or name an image")
    elif version not in known[name].versions:
        versions = ", ".join(known[name].versions)
        yield Broken("R33", path, f"{name} has no version {version!r}", f"known: {versions}")


def xgboost_hyperparameters(case: Case) -> Iterator[Broken]:
    algorithm, given = case.definition.algorithm, case.definition.hyperparameters
    if not (isinstance(algorithm, BuiltIn) and algorithm.builtin == "xgboost"):
        return
    for message in _complaints(case.definition):
        named = _NAMED.search(message)
        name = named[1] if named else ""
        path = case.path("hyperparameters", *([name] if name in given else []))
        yield Broken("xgboost", path, message, _fix(message, name))


def _complaints(definition: Definition) -> list[str]:
    """What the container would say about the static values with any value of a range: its ends, or each choice."""
    static = {name: encode(value) for name, value in definition.static.items()}
    place, _, metric = definition.objective.metric.partition(":")
    if place == "validation" and metric in xgboost.METRICS:
        static[xgboost.OBJECTIVE_METRIC] = definition.objective.metric
    ends: dict[str, list[str]] = {}
    for name, value in definition.ranges.items():
        ends[name] = [
            encode(item) for item in (value.values if isinstance(value, Categorical) else (value.min, value.max))
        ]
    typical = {name: values[0] for name, values in ends.items()}
    found = list(xgboost.check({**static, **typical}))
    for name, values in ends.items():
        for text in values[1:]:
            found += xgboost.check({**static, **typical, name: text})
    return list(dict.fromkeys(found))


def _fix(message: str, name: str) -> str:
    if message.startswith("Extraneous"):
        near = nearest(name, xgboost.HYPERPARAMETERS)
        return f"did you mean {near}?" if near else "remove it: the algorithm refuses what it does not know"
    if message.startswith("Missing"):
        return f"add {name}: with a value or a range"
    return "keep every value, and both ends of every range, within what the algorithm takes"
