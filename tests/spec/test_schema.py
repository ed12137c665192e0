"""The JSON Schema for editors: whole, with words and an example for every key, and never stricter than `load_spec`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from examples import examples
from hypothesis import given
from jsonschema import Draft202012Validator
from spec_strategies import specs

from smtune.cli.main import main
from smtune.scaffold import templates_folder
from smtune.spec import TuningSpec, dump_spec
from smtune.spec.schema import DIALECT, spec_schema
from smtune.spec.yaml import parse_yaml

SCHEMA = spec_schema()
FILES = [*(Path(__file__).parents[1] / "golden").glob("*.yaml"), *templates_folder().glob("*/spec.yaml")]


def check(value: Any, part: dict[str, Any] | None = None) -> list[str]:
    """What the schema, or a part of it, has against `value`."""
    used = SCHEMA if part is None else {**part, "$defs": SCHEMA["$defs"]}
    return [error.message for error in Draft202012Validator(used).iter_errors(value)]


def keys() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, model in {"spec": SCHEMA, **SCHEMA["$defs"]}.items():
        for key, part in model.get("properties", {}).items():
            yield f"{name}.{key}", part


def test_it_is_a_schema_of_its_dialect() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == DIALECT


def test_every_key_of_every_model_is_in_it() -> None:
    found = dict(keys())
    assert {f"spec.{name}" for name in TuningSpec.model_fields} <= set(found)
    assert {
        "Compute.flexible",
        "Security.isolation",
        "Channel.file_system",
        "Auto.hint",
        "Hyperband.max_resource",
    } <= set(found)


@pytest.mark.parametrize("key", [name for name, _ in keys()])
def test_every_key_has_a_description_and_an_example_that_it_accepts(key: str) -> None:
    part = dict(keys())[key]
    assert part["description"].endswith((".", ":", "?"))
    assert part["examples"]
    for example in part["examples"]:
        assert check(example, part) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_what_is_a_spec_passes(file: Path) -> None:
    assert check(parse_yaml(file.read_text(encoding="utf-8"), source="").data) == []


@examples(40)
@given(specs())
def test_whatever_a_spec_can_say_passes(spec: TuningSpec) -> None:
    assert check(parse_yaml(dump_spec(spec), source="").data) == []


def test_a_channel_may_be_its_uri_alone() -> None:
    data = {"channels": {"train": "s3://b/t"}, "test": "s3://b/test"}
    assert check(data, {"$ref": "#/$defs/Channels"}) == []


def test_a_reference_stands_for_any_value() -> None:
    good: dict[str, Any] = {"name": "a", "algorithm": {"image": "i"}, "objective": {"maximize": "m"}}
    said = {"limits": {"jobs": "${env:JOBS:int:-20}"}, "strategy": "${env:HOW}", "compute": {"spot": "${env:S:bool}"}}
    ranges = {"hyperparameters": {"eta": {"min": "${env:LOW:float}", "max": 1}}}
    assert check({**good, **said, **ranges}) == []
    assert check({**good, "limits": {"jobs": "twenty"}}) != []


@pytest.mark.parametrize(
    "wrong",
    [
        {"nmae": "a"},
        {"strategy": "bayesain"},
        {"limits": {"jobs": "20"}},
        {"limits": {"jobs": 0}},
        {"hyperparameters": {"eta": {"min": "a", "max": 1}}},
        {"hyperparameters": {"eta": [1, 2]}},
        {"algorithm": {"builtin": "xgboost"}},
        {"compute": {"instanse": "ml.m5.large"}},
        {"data": {"channels": {}}},
    ],
)
def test_an_editor_shows_what_is_wrong(wrong: dict[str, Any]) -> None:
    good: dict[str, Any] = {"name": "a", "algorithm": {"image": "i"}, "objective": {"maximize": "m"}}
    assert check(good) == []
    assert check({**good, **wrong}) != []


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == SCHEMA
