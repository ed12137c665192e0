"""A spec's file -> everything wrong with it: its form, the rules, and the request against the service's own model."""

from __future__ import annotations

import re
from pathlib import Path

from smtune.errors import Problem, SpecError, dotted, shown
from smtune.request import to_request
from smtune.rules import broken_rules
from smtune.service_model import Violation, violations
from smtune.spec import load_document
from smtune.spec.explain import nearest
from smtune.spec.load import Loaded
from smtune.spec.yaml import Path as Keys

_CHOICES_SHOWN = 8
_DEFINITION = re.compile(r"^TrainingJobDefinition(?:s\[\d+\])?")
# Where a part of the request comes from; the longest beginning counts. `...` stands for one algorithm's definition.
_ORIGINS: dict[str, Keys] = {
    "HyperParameterTuningJobName": ("name",),
    "HyperParameterTuningJobConfig.ResourceLimits": ("limits",),
    "HyperParameterTuningJobConfig.HyperParameterTuningJobObjective": ("objective",),
    "HyperParameterTuningJobConfig.ParameterRanges": ("hyperparameters",),
    "HyperParameterTuningJobConfig.RandomSeed": ("seed",),
    "Tags": ("tags",),
    "....DefinitionName": ("name",),
    "....TuningObjective": ("objective",),
    "....HyperParameterRanges": ("hyperparameters",),
    "....StaticHyperParameters": ("hyperparameters",),
    "....AlgorithmSpecification": ("algorithm",),
    "....AlgorithmSpecification.MetricDefinitions": ("metrics",),
    "....RoleArn": ("role",),
    "....OutputDataConfig": ("output",),
    "....ResourceConfig": ("compute",),
    "....ResourceConfig.InstanceType": ("compute", "instance"),
    "....ResourceConfig.InstanceCount": ("compute", "count"),
    "....ResourceConfig.VolumeSizeInGB": ("compute", "volume_gb"),
    "....StoppingCondition": ("compute",),
    "....InputDataConfig": ("data",),
    "....Environment": ("environment",),
}


def check_file(path: Path) -> tuple[Problem, ...]:
    """All problems, in the order of the file; empty when there are none."""
    try:
        loaded = load_document(path)
    except SpecError as error:
        return error.problems
    problems = []
    for broken in broken_rules(loaded.spec):
        line, column = loaded.document.place(broken.path)
        problems.append(Problem(line, column, dotted(broken.path), broken.message, broken.fix, broken.rule))
    if not problems:
        found = violations("CreateHyperParameterTuningJobRequest", to_request(loaded.spec))
        problems = [_problem(item, loaded) for item in found]
    return tuple(sorted(problems))


def _problem(item: Violation, loaded: Loaded) -> Problem:
    keys = _origin(item.path, loaded)
    line, column = loaded.document.place(keys)
    if not item.choices:
        return Problem(line, column, dotted(keys), item.sentence, "the service refuses this request", "model")
    near = nearest(str(item.value), item.choices)
    listed = ", ".join(item.choices[:_CHOICES_SHOWN]) + (", ..." if len(item.choices) > _CHOICES_SHOWN else "")
    fix = f"did you mean {near}?" if near else f"the service takes: {listed}"
    return Problem(line, column, dotted(keys), f"the service does not know {shown(item.value)}", fix, "model")


def _origin(path: Keys, loaded: Loaded) -> Keys:
    """The spec's keys that a part of the request comes from; none for what they do not say."""
    places = loaded.document.places
    several = path[0] == "TrainingJobDefinitions"
    base: Keys = ("algorithms", *path[1:2]) if several else ()
    for end in range(len(path), 0, -1):
        if ("raw", *path[:end]) in places:
            return ("raw", *path[:end])
        keys = _ORIGINS.get(_DEFINITION.sub("...", dotted(path[:end])))
        if keys is not None:
            # An algorithm of several has its own keys, or the whole spec's.
            own = [(*base, *keys, *path[end:]), (*base, *keys), (*keys, *path[end:]), keys]
            return next((each for each in own if each in places), base)
    return base
