"""The algorithm is named once, and takes its hyperparameters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from smtune.algorithms import xgboost
from smtune.algorithms.builtins import TunedRange, complaints
from smtune.algorithms.xgboost_table import VERSION
from smtune.errors import shown
from smtune.rules.case import PROGRAM, Case, Part
from smtune.rules.rule import Broken, Severity, rule
from smtune.spec.explain import nearest

_NO_ROUNDS = "Missing required hyperparameter: num_round"
"""What every version of the container says."""
_NAMED = re.compile(r"yperparameter(?: found:|:)? (\w+)")


@rule(
    "R33",
    title="A training job runs one image, or one algorithm resource.",
    source="API model, AlgorithmName; terraform-provider-aws",
    fix="keep one of the two",
)
def one_algorithm(case: Case) -> Iterator[Broken]:
    for part in case.parts:
        given = [member for member in ("TrainingImage", "AlgorithmName") if part.algorithm.get(member)]
        if len(given) != 1:
            message = "an image and an algorithm resource" if given else "neither an image nor an algorithm resource"
            fix = "keep one of image and arn" if given else "write algorithm: {builtin: xgboost, version: 1.7-1}"
            yield Broken(part.at("AlgorithmSpecification"), message, fix)


@rule(
    "xgboost",
    title="The built-in XGBoost's container takes every value, and both ends of every range (a warning where the image "
    "is of another version than 1.7-1).",
    source="the container's own code (sagemaker-xgboost-container 1.7-1), in its words",
    fix="keep every value within what the algorithm takes",
)
def xgboost_hyperparameters(case: Case) -> Iterator[Broken]:
    for part in case.parts:
        if part.builtin == "xgboost":
            for message in _xgboost_complaints(part):
                named = _NAMED.search(message)
                name = named[1] if named else ""
                severity, fix = _xgboost_advice(part, message, name)
                yield Broken(part.place_of(name), message, fix, severity)


@rule(
    "builtin",
    title="A built-in algorithm takes the hyperparameters of its documentation, within their legal values.",
    source="developer guide, the algorithm's hyperparameters and tuning pages",
    fix="keep every value within what the algorithm takes",
)
def builtin_hyperparameters(case: Case) -> Iterator[Broken]:
    for part in case.parts:
        if part.builtin:
            ranges = {tuned.name: TunedRange(tuned.kind, tuned.ends) for tuned in part.tuned if tuned.kind != "Auto"}
            hints = {tuned.name: tuned.item["ValueHint"] for tuned in part.tuned if tuned.kind == "Auto"}
            for found in complaints(part.builtin, {**part.static, **hints}, ranges):
                yield Broken(part.place_of(found.hyperparameter), found.message, found.fix, found.severity)


@rule(
    "one-letter",
    title="A script's hyperparameters have two letters or more: the container passes C as -C, not as --C.",
    source="sagemaker-training 5.1.4, mapping.to_cmd_args (the SDK's own driver passes --C)",
    fix="name it with two letters or more, or let argparse know both: '-C', '--C'",
    severity="warning",
)
def one_letter(case: Case) -> Iterator[Broken]:
    for part in case.parts:
        if PROGRAM in part.static or (part.family and part.family.kind == "framework"):
            for name in [*part.static, *(tuned.name for tuned in part.tuned)]:
                if len(name) == 1:
                    message = f"the container passes {shown(name)} as -{name}, not as --{name}: the script may miss it"
                    fix = f"rename it, or let argparse know both: add_argument('-{name}', '--{name}')"
                    yield Broken(part.place_of(name), message, fix)


def _xgboost_complaints(part: Part) -> list[str]:
    """What the container would say about the static values with any value of a range: its ends, or each choice."""
    static = dict(part.static)
    place, _, metric = (part.objective or {}).get("MetricName", "").partition(":")
    if place == "validation" and metric in xgboost.METRICS:
        static[xgboost.OBJECTIVE_METRIC] = f"{place}:{metric}"
    ends = {tuned.name: tuned.ends or (tuned.item["ValueHint"],) for tuned in part.tuned}
    typical = {name: values[0] for name, values in ends.items()}
    found = list(xgboost.check({**static, **typical}))
    for name, values in ends.items():
        for text in values[1:]:
            found += xgboost.check({**static, **typical, name: text})
    return list(dict.fromkeys(found))


def _xgboost_advice(part: Part, message: str, name: str) -> tuple[Severity, str]:
    """How sure a complaint is, and what to do: other versions may take what 1.7-1 refuses."""
    fix = _xgboost_fix(message, name)
    if part.version == VERSION or message == _NO_ROUNDS:
        return "error", fix
    return "warning", f"that is {VERSION}'s rule, {part.version} may have another: {fix}"


def _xgboost_fix(message: str, name: str) -> str:
    if message.startswith("Extraneous"):
        near = nearest(name, xgboost.HYPERPARAMETERS)
        return f"did you mean {near}?" if near else "remove it: the algorithm refuses what it does not know"
    if message.startswith("Missing"):
        return f"add {name}: with a value or a range"
    return "keep every value, and both ends of every range, within what the algorithm takes"
