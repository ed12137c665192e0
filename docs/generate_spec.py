"""Writes the tables of docs/spec.md from the spec's own model: `python docs/generate_spec.py`. A test compares the two.

A table stands between `<!-- table: NAME -->` and `<!-- end -->`; the words around them are written by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from smtune.request.fields import CHANNEL, DEFINITION, JOB
from smtune.spec import (
    AlgorithmEntry,
    Auto,
    BuiltIn,
    Categorical,
    Channel,
    Channels,
    Checkpoints,
    Completion,
    Compute,
    Continuous,
    DiagnosisSpec,
    FileSystem,
    Hyperband,
    Image,
    InstanceGroup,
    InstanceOption,
    InstancePreference,
    Limits,
    MetricNames,
    Objective,
    Resource,
    Script,
    ScriptSource,
    Security,
    Split,
    Table,
    TuningSpec,
    WarmStart,
)
from smtune.spec.objective import People, SetRows

TARGET = Path(__file__).with_name("spec.md")
TABLES: Mapping[str, tuple[tuple[str, type[BaseModel]], ...]] = {
    "top": (("", TuningSpec),),
    "algorithm": (
        ("algorithm.", BuiltIn),
        ("algorithm.", Image),
        ("algorithm.", Resource),
        ("algorithm.", Script),
        ("algorithm.script.", ScriptSource),
    ),
    "objective": (("objective.", Objective),),
    "hyperparameters": tuple(("hyperparameters.NAME.", kind) for kind in (Continuous, Categorical, Auto)),
    "limits": (("limits.", Limits),),
    "completion": (("completion.", Completion),),
    "hyperband": (("hyperband.", Hyperband),),
    "warm_start": (("warm_start.", WarmStart),),
    "compute": (
        ("compute.", Compute),
        ("compute.groups[].", InstanceGroup),
        ("compute.flexible[].", InstanceOption),
        ("compute.preferences[].", InstancePreference),
    ),
    "checkpoints": (("checkpoints.", Checkpoints),),
    "security": (("security.", Security),),
    "table": (("data.", Table), ("data.split.", Split)),
    "channels": (
        ("data.", Channels),
        ("data.channels.NAME.", Channel),
        ("data.channels.NAME.file_system.", FileSystem),
    ),
    "diagnosis": (
        ("diagnosis.", DiagnosisSpec),
        ("diagnosis.people[].", People),
        ("diagnosis.rows.", SetRows),
        ("diagnosis.metrics.", MetricNames),
    ),
    "algorithms": (("algorithms[].", AlgorithmEntry),),
}
_TYPES: Mapping[Any, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    Any: "value",
    NoneType: "",
}
_KINDS = {"hyperparameters": "name: value or range", "channels": "name: channel", "raw": "mapping"}
# What is more than a renaming, or is sent by nobody.
_REQUEST = {
    "algorithm": "AlgorithmSpecification",
    "algorithm.builtin": "TrainingImage",
    "algorithm.version": "TrainingImage",
    "algorithm.image": "TrainingImage",
    "algorithm.arn": "AlgorithmName",
    "algorithm.input_mode": "TrainingInputMode",
    "algorithm.script": "TrainingImage",
    "algorithm.script.framework": "TrainingImage",
    "algorithm.script.version": "TrainingImage",
    "algorithm.script.image": "TrainingImage",
    "algorithm.script.entry_point": "StaticHyperParameters.sagemaker_program",
    "algorithm.script.source_dir": "StaticHyperParameters.sagemaker_submit_directory",
    "algorithms": "TrainingJobDefinitions",
    "objective": "HyperParameterTuningJobObjective",
    "objective.maximize": "MetricName",
    "objective.minimize": "MetricName",
    "hyperparameters": "ParameterRanges",
    "hyperparameters.NAME.min": "MinValue",
    "hyperparameters.NAME.max": "MaxValue",
    "hyperparameters.NAME.type": "ContinuousParameterRanges",
    "hyperparameters.NAME.scale": "ScalingType",
    "hyperparameters.NAME.values": "CategoricalParameterRanges",
    "hyperparameters.NAME.hint": "AutoParameters",
    "data": "InputDataConfig",
    "data.channels": "InputDataConfig",
    "compute": "ResourceConfig",
    "compute.shared_config": "HyperParameterTuningResourceConfig",
    "raw": "any",
}


def generate() -> str:
    """The page, with every table as the model has it now."""
    text = TARGET.read_text(encoding="utf-8")
    return re.sub(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", _filled, text, flags=re.DOTALL)


def _filled(match: re.Match[str]) -> str:
    head = "| key | type | default | meaning | request |\n|---|---|---|---|---|\n"
    rows = "\n".join(_rows(match[2]))
    return f"{match[1]}\n{head}{rows}\n\n{match[3]}"


def _rows(table: str) -> Iterator[str]:
    seen = set[str]()
    for prefix, model in TABLES[table]:
        for name, field in model.model_fields.items():
            key = f"{prefix}{name}"
            if key not in seen:
                seen.add(key)
                kind = _KINDS.get(name) or _type(field)
                cells = (f"`{key}`", kind, _default(field), field.description or "", _request(key))
                yield f"| {' | '.join(cells)} |"


def _type(field: FieldInfo) -> str:
    return _name(field.annotation) + _bound(field)


def _name(kind: Any) -> str:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _name(arguments[0])
    if origin is Literal:
        return ", ".join(f"`{json.dumps(choice) if isinstance(choice, bool) else choice}`" for choice in arguments)
    if origin in (Union, UnionType):
        names = dict.fromkeys(name for name in map(_name, arguments) if name)
        return "mapping" if "mapping" in names else " or ".join(names)
    if origin is tuple:
        return "list"
    if origin is Mapping:
        return f"name: {_name(arguments[1])}"
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return "mapping"
    return _TYPES[kind]


def _bound(field: FieldInfo) -> str:
    low = next((item.ge for item in field.metadata if hasattr(item, "ge")), None)
    return f", at least {low}" if low is not None and low > 1 else ""


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is PydanticUndefined or value is None or value == () or value == {} or isinstance(value, BaseModel):
        return "-"
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def _request(key: str) -> str:
    if key in _REQUEST:
        return f"`{_REQUEST[key]}`"
    plain = key.removeprefix("algorithms[].")
    if plain in _REQUEST:
        return f"`{_REQUEST[plain]}`"
    channel = key.removeprefix("data.channels.NAME.")
    whole = () if key.startswith("algorithms[].") else JOB
    fields = CHANNEL if channel != key else (*whole, *DEFINITION)
    found = [field.path for field in fields if ".".join(field.keys) in (plain, channel)]
    return f"`{'.'.join(found[0][-2:])}`" if found else "-"


if __name__ == "__main__":
    TARGET.write_text(generate(), encoding="utf-8")
