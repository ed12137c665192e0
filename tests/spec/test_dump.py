"""dump_spec and load_spec are inverses, and readers of YAML 1.1 read the same values."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from spec_strategies import TRAPS, finite, specs, texts

from smtune.scaffold import list_templates, templates_folder
from smtune.spec import TuningSpec, dump_spec, load_spec

yaml: Any = import_module("yaml")  # PyYAML, a reader of YAML 1.1
SOME = examples(60)
MANY = examples(150)


def spec_of(**changes: Any) -> TuningSpec:
    fields = {"name": "a", "algorithm": {"image": "i"}, "objective": {"maximize": "m"}}
    return TuningSpec.model_validate({**fields, **changes})


def plain(value: Any) -> Any:
    """Tuples as lists, and channels of nothing but a URI as that, so that what a reader gives can be compared."""
    if isinstance(value, dict):
        if "channels" in value:
            short = {name: item["uri"] if set(item) == {"uri"} else item for name, item in value["channels"].items()}
            value = {**value, "channels": short}
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


@SOME
@given(specs())
def test_what_is_dumped_loads_to_the_same_spec(spec: TuningSpec) -> None:
    loaded = load_spec(dump_spec(spec))
    assert loaded == spec
    assert repr(loaded) == repr(spec)  # `==` takes 1, 1.0 and True for the same


@SOME
@given(specs())
def test_a_reader_of_yaml_1_1_reads_the_same_values(spec: TuningSpec) -> None:
    expected = plain({"apiVersion": spec.apiVersion, **spec.model_dump(exclude_defaults=True)})
    assert repr(yaml.safe_load(dump_spec(spec))) == repr(expected)


@MANY
@given(st.sampled_from(TRAPS) | texts | finite | st.integers() | st.booleans())
def test_a_value_survives_both_readers(value: Any) -> None:
    text = dump_spec(spec_of(hyperparameters={"x": value}, raw={"y": [value]}))
    first, second = load_spec(text), yaml.safe_load(text)
    assert repr(first.hyperparameters["x"]) == repr(second["hyperparameters"]["x"]) == repr(value)
    assert repr(first.raw["y"]) == repr(second["raw"]["y"]) == repr([value])


def test_a_reference_is_written_as_it_is_and_other_text_is_not() -> None:
    spec = spec_of(environment={"A": "${env:B}", "DEEP": "secret"}, hyperparameters={"x": {"values": ["a", "b"]}})
    references: Any = {("environment", "DEEP"): "${env:DEEP:-x}", ("hyperparameters", "x", "values", 1): "${env:Q}"}
    data = yaml.safe_load(dump_spec(spec, references))
    assert data["environment"] == {"A": "$${env:B}", "DEEP": "${env:DEEP:-x}"}
    assert data["hyperparameters"] == {"x": {"values": ["a", "${env:Q}"]}}


@MANY
@given(st.sampled_from(TRAPS) | texts)
def test_a_key_survives_both_readers(key: str) -> None:
    text = dump_spec(spec_of(environment={key: "x"}))
    assert load_spec(text).environment == yaml.safe_load(text)["environment"] == {key: "x"}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1e-05, "1.0e-05"),
        (1e22, "1.0e+22"),
        (0.5, "0.5"),
        (1.0, "1.0"),
        (-0.0, "-0.0"),
        (1, "1"),
        (True, "true"),
        ("true", "'true'"),
        ("yes", "'yes'"),
        ("on", "'on'"),
        ("1:30", "'1:30'"),
        ("0123", "'0123'"),
        ("1e-05", "'1e-05'"),
        ("2020-01-01", "'2020-01-01'"),
        ("=", "'='"),
        ("", "''"),
        ("it's", "'it''s'"),
        ("validation:auc", "validation:auc"),
        ("1.7-1", "1.7-1"),
        ("s3://bucket/key", "s3://bucket/key"),
        ("arn:aws:iam::1:role/x", "arn:aws:iam::1:role/x"),
        ("gbtree", "gbtree"),
        (r"loss=(\S+)", r"'loss=(\S+)'"),
        ("two\nlines", r'"two\nlines"'),
    ],
)
def test_a_value_is_quoted_only_where_a_reader_would_mistake_it(value: object, written: str) -> None:
    assert dump_spec(spec_of(hyperparameters={"x": value})).endswith(f"hyperparameters: {{x: {written}}}\n")


def test_what_equals_its_default_is_left_out_and_small_mappings_stand_on_one_line() -> None:
    spec = spec_of(
        strategy="bayesian",
        limits={"jobs": 20, "parallel": 1},
        hyperparameters={
            "eta": {"min": 0.01, "max": 0.5, "scale": "log"},
            "depth": {"min": 2, "max": 10},
            "booster": {"values": ["gbtree", "dart"]},
            "objective": "binary:logistic",
        },
        algorithm={"image": "i", "input_mode": "File"},
        metrics={"loss": r"loss=(\S+)"},
    )
    assert (
        dump_spec(spec)
        == """\
apiVersion: smtune/v1
name: a
algorithm: {image: i}
objective: {maximize: m}
metrics: {loss: 'loss=(\\S+)'}
hyperparameters:
  eta: {min: 0.01, max: 0.5, scale: log}
  depth: {min: 2, max: 10}
  booster: {values: [gbtree, dart]}
  objective: binary:logistic
limits: {jobs: 20}
"""
    )


def test_no_text_is_folded() -> None:
    text = " ".join(["word"] * 500)
    assert f"role: {text}\n" in dump_spec(spec_of(role=text))


@pytest.mark.parametrize("name", list_templates())
def test_every_template_survives(name: str) -> None:
    spec = load_spec(templates_folder() / name / "spec.yaml")
    assert load_spec(dump_spec(spec)) == spec


def test_text_that_looks_like_a_reference_stays_text() -> None:
    spec = load_spec("name: a\nalgorithm: {image: i}\nobjective: {maximize: m}\nenvironment: {A: '$${env:HOME}'}\n")
    assert spec.environment == {"A": "${env:HOME}"}
    assert load_spec(dump_spec(spec)) == spec


def test_digits_without_end_are_text() -> None:
    spec = spec_of(role="9" * 400)
    assert load_spec(dump_spec(spec)) == spec
