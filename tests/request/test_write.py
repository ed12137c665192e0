"""The request of each golden spec, compared whole. Only `SMTUNE_UPDATE_GOLDEN=1 pytest` rewrites them."""

from __future__ import annotations

import difflib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from examples import examples
from hypothesis import given
from pydantic import BaseModel, ValidationError
from spec_strategies import specs

from smtune.errors import SpecError
from smtune.request import Site, to_request
from smtune.request.write import held_out
from smtune.scaffold import list_templates, templates_folder
from smtune.service_model import violations
from smtune.spec import TuningSpec, load_spec

GOLDEN = Path(__file__).parent.parent / "golden"
TEMPLATES = {f"template-{name}": templates_folder() / name / "spec.yaml" for name in list_templates()}
SPECS = {file.stem: file for file in sorted(GOLDEN.glob("*.yaml"))} | TEMPLATES
# conftest clears SMTUNE_* before each test; this is what the caller said.
UPDATE = os.environ.get("SMTUNE_UPDATE_GOLDEN") == "1"

DATA = "s3://sagemaker-us-east-1-000000000000/smtune/a/data"
# What a request cannot carry: it says where things are here, what is done before or after, or what replaces what.
NOT_IN_A_REQUEST = {
    "TuningSpec.apiVersion": "the file's own version",
    "Image.program": "stands in for the image on this machine",
    "ScriptSource.source_dir": "is packed and uploaded",
    "Table.source": "is split and uploaded",
    "Table.label": "is laid out before the upload",
    "Table.layout": "is laid out before the upload",
    "Table.split": "is done before the upload",
    "Split.train": "is done before the upload",
    "Split.validation": "is done before the upload",
    "Split.test": "is done before the upload",
    "Split.train_dev": "is done before the upload",
    "Split.stratify": "is done before the upload",
    "Split.group": "is done before the upload",
    "Split.time": "is done before the upload",
    "Split.seed": "is done before the upload",
    "Channels.test": "no training job sees it",
    "Channels.train_dev": "no training job sees it",
    "DiagnosisSpec.human_error": "is for the diagnosis",
    "DiagnosisSpec.human_cases": "is for the diagnosis",
    "DiagnosisSpec.people": "is for the diagnosis",
    "People.label": "is for the diagnosis",
    "People.error": "is for the diagnosis",
    "People.cases": "is for the diagnosis",
    "DiagnosisSpec.rows": "is for the diagnosis",
    "SetRows.train": "is for the diagnosis",
    "SetRows.train_dev": "is for the diagnosis",
    "SetRows.validation": "is for the diagnosis",
    "SetRows.test": "is for the diagnosis",
    "DiagnosisSpec.one_pool": "is for the diagnosis",
    "DiagnosisSpec.roles": "is for the diagnosis",
    "DiagnosisSpec.confidence": "is for the diagnosis",
    "DiagnosisSpec.baseline": "is for the diagnosis",
    "MetricNames.test": "is for the evaluation after tuning",
    "MetricNames.train_dev": "is for the evaluation after tuning",
    "Limits.budget": "lowers the limits when a job is planned",
}


@pytest.mark.parametrize("name", SPECS)
def test_the_request_is_the_golden_one(name: str) -> None:
    golden = GOLDEN / f"{name}.request.json"
    text = json.dumps(to_request(load_spec(SPECS[name])), indent=2) + "\n"
    if UPDATE:
        golden.write_text(text, encoding="utf-8")
    expected = golden.read_text(encoding="utf-8")
    difference = difflib.unified_diff(expected.splitlines(), text.splitlines(), "golden", "now", lineterm="")
    assert text == expected, "\n" + "\n".join(difference)


def test_every_golden_request_has_its_spec() -> None:
    assert {file.name.removesuffix(".request.json") for file in GOLDEN.glob("*.request.json")} == set(SPECS)


@pytest.mark.parametrize("name", SPECS)
def test_the_service_takes_a_golden_request(name: str) -> None:
    request = to_request(load_spec(SPECS[name]))
    assert [item.sentence for item in violations("CreateHyperParameterTuningJobRequest", request)] == []


def models_in(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], BaseModel]]:
    """Every model in a spec, with its path."""
    if isinstance(value, BaseModel):
        yield path, value
        for name in type(value).model_fields:
            yield from models_in(getattr(value, name), (*path, name))
    elif isinstance(value, dict | list | tuple):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from models_in(item, (*path, key))


CANDIDATES: tuple[Any, ...] = (
    *("zz", "1.5-1", "1.4-2", "2.7.1", "xgboost", "scikit-learn", "s3://b/z", "train:error", "Gzip", "Pipe", "File"),
    *("ShardedByS3Key", "auto", "random", "log", "as-is", 3, 300, 0.0, 0.25, 0.7, True, False, ["a"], None, {}),
    *({"a": "b"}, {"z": 1}, {"z": {"min": 1, "max": 5}}, {"minimize": "z"}, {"jobs": 2}, {"uri": "s3://b/z"}),
    *({"image": "z"}, {"human_error": 0.5}, {"train": "train:error"}, {"source": "z.csv"}, {"channels": {"z": "z"}}),
    *({"train": 0.5, "validation": 0.25, "test": 0.25}, {"instance": "z"}),
    [{"name": "z", "algorithm": {"image": "z"}, "hyperparameters": {}, "objective": {"maximize": "m"}}],
    {"framework": "scikit-learn", "version": "1.2-1", "entry_point": "z.py"},
    *(
        "continuous",
        "ManifestFile",
        "prioritized",
        "gzip",
        "none",
        "EFS",
        "rw",
        "ro",
        "identical",
        "hyperband",
        "None",
        "RecordIO",
    ),
    *({"hint": 1}, {"isolation": True}, {"uri": "s3://b/z", "path": "z"}, {"target": 0.5}, {"max_resource": 9}),
    *({"type": "identical", "parents": ["z"]}, {"id": "z", "type": "EFS", "path": "z", "access": "ro"}),
    [{"name": "z", "instance": "z", "count": 1}],
    [{"instance": "z", "count": 1, "volume_gb": 1}],
    [{"instance": "z", "count": 1}],
)


def fields_that_matter(spec: TuningSpec, known: set[str]) -> set[str]:
    """`known`, and each field for which some other value gives another request, or a refusal."""
    before, values, found = to_request(spec), spec.model_dump(), set(known)
    for path, model in models_in(spec):
        for name in type(model).model_fields:
            field = f"{type(model).__name__}.{name}"
            if field not in found and any(
                _request_with(values, (*path, name), value) not in (None, before) for value in CANDIDATES
            ):
                found.add(field)
    return found


def _request_with(values: dict[str, Any], path: tuple[str | int, ...], value: Any) -> dict[str, Any] | None:
    try:
        return to_request(TuningSpec.model_validate(_changed(values, path, value)))
    except ValidationError:
        return None
    except SpecError as error:
        return {"refused": str(error)}


def _changed(values: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """Another value at a path; only what is on the way there is copied."""
    changed: Any = dict(values) if isinstance(values, dict) else list(values)
    key, *rest = path
    changed[key] = _changed(changed[key], tuple(rest), value) if rest else value
    return changed


def all_fields(model: type[BaseModel], seen: set[type[BaseModel]]) -> set[str]:
    """Every field of a model and of the models in it."""
    if model in seen:
        return set()
    seen.add(model)
    own = {f"{model.__name__}.{name}" for name in model.model_fields}
    inner = [kind for field in model.model_fields.values() for kind in _models(field.annotation)]
    return own.union(*(all_fields(kind, seen) for kind in inner))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models(argument)


def test_every_field_of_a_spec_changes_some_golden_request() -> None:
    files = [*GOLDEN.glob("*.yaml"), TEMPLATES["template-quickstart"]]
    reached = set[str]()
    for file in files:
        reached = fields_that_matter(load_spec(file), reached)
    every = all_fields(TuningSpec, set())
    assert {"TuningSpec.seed", "ScriptSource.image", "Channel.distribution", "Categorical.values"} <= every
    assert every - reached == set(NOT_IN_A_REQUEST)


@examples(60)
@given(specs())
def test_a_request_is_made_of_plain_json_and_shares_nothing_with_the_spec(spec: TuningSpec) -> None:
    before = repr(spec)
    request = to_request(spec)
    assert json.loads(json.dumps(request)) == request
    _spoil(request)
    assert repr(spec) == before


def _spoil(value: Any) -> None:
    for item in list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else ():
        _spoil(item)
    if isinstance(value, dict | list):
        value.clear()


def spec_of(**changes: Any) -> TuningSpec:
    fields = {"name": "a", "algorithm": {"image": "i"}, "objective": {"maximize": "m"}}
    return TuningSpec.model_validate({**fields, **changes})


def test_a_seed_of_zero_is_a_seed() -> None:
    assert to_request(spec_of(seed=0))["HyperParameterTuningJobConfig"]["RandomSeed"] == 0
    assert "RandomSeed" not in to_request(spec_of())["HyperParameterTuningJobConfig"]


def test_one_and_several_algorithms_put_objective_and_ranges_where_the_service_wants_them() -> None:
    entry = {"name": "x", "algorithm": {"image": "i"}, "hyperparameters": {"d": {"min": 1, "max": 2}}}
    one = to_request(spec_of(hyperparameters=entry["hyperparameters"]))
    several = to_request(
        TuningSpec.model_validate({"name": "a", "objective": {"maximize": "m"}, "algorithms": [entry]})
    )
    (definition,) = several["TrainingJobDefinitions"]
    config = one["HyperParameterTuningJobConfig"]
    assert definition["TuningObjective"] == config["HyperParameterTuningJobObjective"]
    assert definition["HyperParameterRanges"] == config["ParameterRanges"]
    assert {"ParameterRanges", "HyperParameterTuningJobObjective"} & set(
        several["HyperParameterTuningJobConfig"]
    ) == set()
    assert "TrainingJobDefinition" not in several


def test_a_built_in_algorithm_in_a_frameworks_container_gets_its_objectives_definition() -> None:
    objective = {"minimize": "rmse"}
    lightgbm = spec_of(algorithm={"builtin": "lightgbm", "version": "1.9.0"}, objective=objective)
    (metric,) = to_request(lightgbm)["TrainingJobDefinition"]["AlgorithmSpecification"]["MetricDefinitions"]
    assert (metric["Name"], re.search(metric["Regex"], "[3] validation rmse: 8.3e-05")[1]) == ("rmse", "8.3e-05")  # type: ignore[index]
    own = spec_of(
        algorithm={"builtin": "lightgbm", "version": "1.9.0"}, objective=objective, metrics={"rmse": "r=(.*)"}
    )
    (metric,) = to_request(own)["TrainingJobDefinition"]["AlgorithmSpecification"]["MetricDefinitions"]
    assert metric["Regex"] == "r=(.*)"
    xgboost = spec_of(algorithm={"builtin": "xgboost", "version": "1.7-1"}, objective={"minimize": "validation:rmse"})
    assert "MetricDefinitions" not in to_request(xgboost)["TrainingJobDefinition"]["AlgorithmSpecification"]


def test_the_site_says_where() -> None:
    site = Site(
        region="eu-west-1",
        account="123456789012",
        bucket="mine",
        role="arn:aws:iam::123456789012:role/r",
        channels={"train": "s3://mine/up/train"},
        code="s3://mine/up/code.tar.gz",
    )
    definition = to_request(load_spec(templates_folder() / "scikit-learn" / "spec.yaml"), site)["TrainingJobDefinition"]
    assert definition["RoleArn"] == "arn:aws:iam::123456789012:role/r"
    assert definition["OutputDataConfig"]["S3OutputPath"] == "s3://mine/smtune/diabetes-boosting/output"
    assert definition["StaticHyperParameters"]["sagemaker_submit_directory"] == "s3://mine/up/code.tar.gz"
    uris = [channel["DataSource"]["S3DataSource"]["S3Uri"] for channel in definition["InputDataConfig"]]
    assert uris == ["s3://mine/up/train", "s3://mine/smtune/diabetes-boosting/data/validation/"]
    image = definition["AlgorithmSpecification"]["TrainingImage"]
    assert image == "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py3"


def test_the_specs_own_role_wins_over_the_sites() -> None:
    own = "arn:aws:iam::1:role/own"
    assert to_request(spec_of(role=own), Site(role="site"))["TrainingJobDefinition"]["RoleArn"] == own


@pytest.mark.parametrize(
    ("data", "uris"),
    [
        (None, {}),
        ({"source": "a.csv"}, {"test": f"{DATA}/test/"}),
        ({"source": "a.csv", "split": {"train": 0.5, "validation": 0.5, "test": 0.0}}, {}),
        (
            {"source": "a.csv", "split": {"train": 0.6, "train_dev": 0.1, "time": "day"}},
            {"train_dev": f"{DATA}/train_dev/", "test": f"{DATA}/test/"},
        ),
        ({"channels": {"train": "s3://b/t"}}, {}),
        ({"channels": {"train": "s3://b/t/"}, "test": "s3://b/test"}, {"test": "s3://b/test"}),
        ({"channels": {"train": "a"}, "test": "b"}, {"test": f"{DATA}/test/"}),
        (
            {"channels": {"train": "a"}, "train_dev": "b", "test": {"uri": "s3://b/c"}},
            {"train_dev": f"{DATA}/train_dev/", "test": "s3://b/c"},
        ),
    ],
)
def test_what_is_held_out_is_never_a_channel(data: Any, uris: dict[str, str]) -> None:
    spec = spec_of(data=data)
    assert held_out(spec) == uris
    channels = to_request(spec)["TrainingJobDefinition"].get("InputDataConfig", [])
    assert not {channel["ChannelName"] for channel in channels} & {"test", "train_dev"}
    assert not any(uri in json.dumps(channels) for uri in uris.values())


def test_raw_is_merged_last_and_null_removes() -> None:
    raw = {"TrainingJobDefinition": {"ResourceConfig": {"InstanceType": "ml.x", "VolumeSizeInGB": None}, "New": [1]}}
    definition = to_request(spec_of(raw=raw))["TrainingJobDefinition"]
    assert definition["ResourceConfig"] == {"InstanceType": "ml.x", "InstanceCount": 1}
    assert definition["New"] == [1]


@pytest.mark.parametrize(
    ("given_", "metrics", "sent"),
    [
        (None, {"train": "train:error", "validation": "validation:error"}, "error"),
        (None, {"train": "train:error", "validation": "validation:logloss"}, "error,logloss"),
        ("auc,error", {"train": "train:error"}, "auc,error"),
        ("auc", {"validation": "validation:error"}, "auc,error"),
        (None, {"validation": "validation:auc"}, None),  # the objective is printed anyway
        (None, {}, None),
    ],
)
def test_what_the_diagnosis_reads_is_printed(given_: str | None, metrics: dict[str, str], sent: str | None) -> None:
    static = {"objective": "binary:logistic", "num_round": 5} | ({"eval_metric": given_} if given_ else {})
    spec = spec_of(
        algorithm={"builtin": "xgboost", "version": "1.7-1"},
        objective={"maximize": "validation:auc"},
        hyperparameters=static,
        diagnosis={"metrics": metrics},
    )
    assert to_request(spec)["TrainingJobDefinition"]["StaticHyperParameters"].get("eval_metric") == sent


def test_an_unknown_algorithm_is_a_spec_error() -> None:
    with pytest.raises(SpecError, match="unknown algorithm or framework 'lightbgm'"):
        to_request(spec_of(algorithm={"builtin": "lightbgm", "version": "1"}))
