"""A spec -> the metric definitions of one of its algorithms, and its goal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from smtune.algorithms import xgboost
from smtune.errors import Problem, SpecError, UsageError, dotted
from smtune.metric_lab.examine import Examination, Goal
from smtune.request import to_request
from smtune.rules.regex import as_python, compiled
from smtune.spec import BuiltIn, TuningSpec


@dataclass(frozen=True)
class Subject:
    """What to examine."""

    definitions: tuple[Mapping[str, str], ...]
    """As in the request, what `raw` says included."""
    goal: Goal
    built_in: bool = False
    """AWS's own definitions: the log holds those of them that `eval_metric` asks for."""


def subject_of(spec: TuningSpec, algorithm: str | None = None) -> Subject:
    """The metrics of the algorithm of this name; of a spec with one algorithm, the name is None.

    Raises UsageError for an unknown name, or where the service has the definitions; SpecError for a broken regex.
    """
    index = _index(spec, algorithm)
    request = to_request(spec)
    definition = request["TrainingJobDefinitions"][index] if spec.algorithms else request["TrainingJobDefinition"]
    objective = definition.get("TuningObjective") or request["HyperParameterTuningJobConfig"].get(
        "HyperParameterTuningJobObjective", {}
    )
    goal = Goal(objective.get("MetricName", ""), objective.get("Type") == "Maximize")
    own = tuple(definition["AlgorithmSpecification"].get("MetricDefinitions", ()))
    _check(own, ("algorithms", index, "metrics") if spec.algorithms and not spec.metrics else ("metrics",))
    code = spec.definitions[index].algorithm
    if own or not (isinstance(code, BuiltIn) or "AlgorithmName" in definition["AlgorithmSpecification"]):
        return Subject(own, goal)
    if isinstance(code, BuiltIn) and code.builtin == "xgboost":
        return Subject(tuple(xgboost.metric_definitions()), goal, built_in=True)
    name = f"the built-in {code.builtin}" if isinstance(code, BuiltIn) else "this algorithm resource"
    message = f"{name} has metric definitions of its own, which the service knows: there is no regex of yours to test"
    raise UsageError(message)


def without_absent(examination: Examination) -> Examination:
    """For a built-in algorithm: the metrics that its log has, and the objective. Its regexes cannot be put right."""
    kept = [item for item in examination.metrics if item.lines or item.is_objective]
    fix = "ask for it with the hyperparameter eval_metric; a TAB of the log is #011 to the regex"
    metrics = [
        replace(item, proposal=None, to_print=None, flaws=tuple(replace(flaw, fix=fix) for flaw in item.flaws))
        if not item.lines
        else replace(item, proposal=None, to_print=None)
        for item in kept
    ]
    return replace(examination, metrics=tuple(metrics))


def _index(spec: TuningSpec, algorithm: str | None) -> int:
    names = [definition.name for definition in spec.definitions]
    if not spec.algorithms:
        if algorithm is not None:
            message = "--algorithm names one of `algorithms`, and this spec has a single one: leave it out"
            raise UsageError(message)
        return 0
    if algorithm is None and len(names) > 1:
        message = (
            f"name the algorithm whose log this is: --algorithm {names[0]}; there are {', '.join(map(str, names))}"
        )
        raise UsageError(message)
    if algorithm is not None and algorithm not in names:
        message = f"--algorithm {algorithm} is not in the spec; there are {', '.join(map(str, names))}"
        raise UsageError(message)
    return names.index(algorithm) if algorithm is not None else 0


def _check(definitions: tuple[Mapping[str, Any], ...], path: tuple[str | int, ...]) -> None:
    problems = []
    for item in definitions:
        pattern = compiled(item["Regex"])
        if isinstance(pattern, str):
            java = not isinstance(compiled(as_python(item["Regex"])), str)
            what = (
                "write it without what only Java's engine has, to test it" if java else "check brackets and backslashes"
            )
            where, fix = dotted((*path, item["Name"])), what
            problems.append(Problem(0, 0, where, f"not a regular expression: {pattern}", fix, "R21"))
    if problems:
        raise SpecError(tuple(problems))
