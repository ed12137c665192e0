"""A request, whoever wrote it, becomes a spec whose request is that very request: nothing is lost."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from spec_strategies import specs

from smtune.errors import SpecError
from smtune.request import Site, from_request, to_request
from smtune.scaffold import list_templates, templates_folder
from smtune.service_model import violations
from smtune.spec import BuiltIn, Continuous, Image, Integer, TuningSpec, dump_spec, load_spec

SOME = examples(80)
FIX = "\n    give the members of CreateHyperParameterTuningJob, with TrainingJobDefinition or TrainingJobDefinitions"
LEAST: dict[str, Any] = {
    "HyperParameterTuningJobName": "a",
    "HyperParameterTuningJobConfig": {"Strategy": "Bayesian", "ResourceLimits": {"MaxParallelTrainingJobs": 1}},
    "TrainingJobDefinition": {
        "AlgorithmSpecification": {"TrainingImage": "i", "TrainingInputMode": "File"},
        "RoleArn": "arn:aws:iam::000000000000:role/x",
        "OutputDataConfig": {"S3OutputPath": "s3://b/o"},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    },
}


def request_with(path: str, value: Any) -> dict[str, Any]:
    """LEAST with `value` at a dotted path."""
    request = copy.deepcopy(LEAST)
    *parents, key = path.split(".")
    target = request
    for parent in parents:
        target = target.setdefault(parent, {})
    target[key] = value
    return request


def as_json(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def complaint(request: Any) -> str:
    with pytest.raises(SpecError) as caught:
        from_request(request)
    return str(caught.value)


@SOME
@given(specs(raw=False))
def test_the_request_of_any_spec_comes_back(spec: TuningSpec) -> None:
    request = to_request(spec)
    assert as_json(to_request(from_request(request))) == as_json(request)


@pytest.mark.parametrize("name", list_templates())
@pytest.mark.parametrize("site", [Site(), Site(region="eu-west-1", account="123456789012", role="r", bucket="b")])
def test_the_request_of_a_template_comes_back_at_any_site(name: str, site: Site) -> None:
    request = to_request(load_spec(templates_folder() / name / "spec.yaml"), site)
    spec = from_request(request)
    assert to_request(spec) == request
    assert spec.raw == {}


numbers = st.sampled_from(["0.50", "1", "1.0", "1e-3", " 2", "+3", "007", "1_0", "10", "-4.5E+1", ".5"])
words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=6)
unknown: st.SearchStrategy[Any] = st.recursive(
    st.booleans() | st.integers(-3, 3) | st.floats(-1, 1) | words,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(words, inner, max_size=2),
    max_leaves=4,
)


@st.composite
def ranges(draw: st.DrawFn) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for kind in draw(st.sets(st.sampled_from(["Continuous", "Integer"]))):
        pairs = {"Continuous": [("0.50", "1"), ("1e-5", "1.0"), ("-3", " 2")], "Integer": [("1", "5"), ("01", "1e3")]}
        items = []
        for low, high in draw(st.lists(st.sampled_from(pairs[kind]), max_size=2)):
            scale = draw(st.sampled_from([None, "Auto", "Linear", "Sideways"]))
            item = {"Name": draw(words), "MinValue": low, "MaxValue": high}
            items.append(item | ({"ScalingType": scale} if scale else {}))
        result[f"{kind}ParameterRanges"] = items
    if draw(st.booleans()):
        values = draw(st.lists(words | numbers, min_size=1, max_size=3, unique=True))
        result["CategoricalParameterRanges"] = [{"Name": draw(words), "Values": values}]
    if draw(st.booleans()):
        result["AutoParameters"] = [{"Name": "x", "ValueHint": "1"}]
    return result


@st.composite
def channels(draw: st.DrawFn) -> dict[str, Any]:
    source: dict[str, Any] = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": draw(words)}}
    if draw(st.booleans()):
        source = {"FileSystemDataSource": {"FileSystemId": "f" * 11, "FileSystemAccessMode": "ro",
                                           "FileSystemType": "EFS", "DirectoryPath": "/"}}  # fmt: skip
    elif draw(st.booleans()):
        source["S3DataSource"] |= {"S3DataDistributionType": draw(st.sampled_from(["FullyReplicated", "Shuffled"]))}
    channel: dict[str, Any] = {"ChannelName": draw(words), "DataSource": source}
    if draw(st.booleans()):
        channel |= {"ContentType": draw(words), "InputMode": draw(st.sampled_from(["Pipe", "Turbo"]))}
    if draw(st.booleans()):
        channel |= {"CompressionType": draw(st.sampled_from(["None", "Zstd"])), "ShuffleConfig": {"Seed": 1}}
    return channel


EXTRAS: dict[str, st.SearchStrategy[Any]] = {
    "Tags": st.lists(st.fixed_dictionaries({"Key": words, "Value": words}), max_size=3),
    "Autotune": st.just({"Mode": "Enabled"}),
    "WarmStartConfig": st.just(
        {
            "ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": "p"}],
            "WarmStartType": "TransferLearning",
        }
    ),
    "FutureField": unknown,
    "HyperParameterTuningJobConfig.Strategy": st.sampled_from(["Random", "Hyperband", "Telepathy"]),
    "HyperParameterTuningJobConfig.RandomSeed": st.integers(0, 9),
    "HyperParameterTuningJobConfig.TrainingJobEarlyStoppingType": st.sampled_from(["Off", "Auto", "Maybe"]),
    "HyperParameterTuningJobConfig.ParameterRanges": ranges(),
    "HyperParameterTuningJobConfig.HyperParameterTuningJobObjective": st.fixed_dictionaries(
        {"Type": st.sampled_from(["Maximize", "Minimize", "Match"]), "MetricName": words}
    ),
    "HyperParameterTuningJobConfig.ResourceLimits.MaxNumberOfTrainingJobs": st.integers(1, 9),
    "HyperParameterTuningJobConfig.TuningJobCompletionCriteria": st.just({"TargetObjectiveMetricValue": 0.5}),
    "TrainingJobDefinition.StaticHyperParameters": st.dictionaries(words, words | numbers, max_size=3),
    "TrainingJobDefinition.Environment": st.dictionaries(words, words, max_size=2),
    "TrainingJobDefinition.InputDataConfig": st.lists(channels(), max_size=3),
    "TrainingJobDefinition.AlgorithmSpecification.TrainingInputMode": st.sampled_from(["Pipe", "FastFile", "Turbo"]),
    "TrainingJobDefinition.AlgorithmSpecification.AlgorithmName": words,
    "TrainingJobDefinition.AlgorithmSpecification.MetricDefinitions": st.lists(
        st.fixed_dictionaries({"Name": words, "Regex": words}), max_size=2
    ),
    "TrainingJobDefinition.VpcConfig": st.just({"SecurityGroupIds": ["sg"], "Subnets": ["a", "b"]}),
    "TrainingJobDefinition.OutputDataConfig.KmsKeyId": words,
    "TrainingJobDefinition.EnableNetworkIsolation": st.booleans(),
    "TrainingJobDefinition.EnableManagedSpotTraining": st.booleans(),
    "TrainingJobDefinition.ResourceConfig": st.fixed_dictionaries(
        {"VolumeSizeInGB": st.integers(0, 50)},
        optional={
            "InstanceType": st.sampled_from(["ml.m5.large", "ml.x99.huge"]),
            "InstanceCount": st.integers(0, 3),
            "VolumeKmsKeyId": words,
            "KeepAlivePeriodInSeconds": st.just(60),
        },
    ),
    "TrainingJobDefinition.CheckpointConfig": st.just({"S3Uri": "s3://b/c", "LocalPath": "/opt/ml/checkpoints"}),
    "TrainingJobDefinition.RetryStrategy": st.just({"MaximumRetryAttempts": 3}),
    "TrainingJobDefinition.Surprise": unknown,
}


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    request = copy.deepcopy(LEAST)
    for path in sorted(draw(st.sets(st.sampled_from(sorted(EXTRAS)), max_size=8))):
        *parents, key = path.split(".")
        target = request
        for parent in parents:
            target = target.setdefault(parent, {})
        target[key] = draw(EXTRAS[path])
    return request


@examples(250)
@given(requests())
def test_a_request_with_odd_new_and_unknown_fields_comes_back(request: dict[str, Any]) -> None:
    before = as_json(request)
    spec = from_request(request)
    assert as_json(to_request(spec)) == before
    assert as_json(request) == before  # reading changes nothing
    assert as_json(to_request(load_spec(dump_spec(spec)))) == before  # through a file, too


@pytest.mark.parametrize("path", EXTRAS)
def test_every_odd_field_is_well_formed(path: str) -> None:
    # What the test above is made of is not refused for another reason.
    assert path.count("TrainingJobDefinition") < 2
    assert [item for item in violations("CreateHyperParameterTuningJobRequest", LEAST) if item.is_malformed] == []


def test_what_a_friendly_key_says_becomes_that_key() -> None:
    request = request_with("HyperParameterTuningJobConfig.RandomSeed", 7)
    request["Tags"] = [{"Key": "team", "Value": "ml"}]
    request["HyperParameterTuningJobConfig"]["ParameterRanges"] = {
        "ContinuousParameterRanges": [
            {"Name": "eta", "MinValue": "0.01", "MaxValue": "0.5", "ScalingType": "Logarithmic"}
        ],
        "IntegerParameterRanges": [{"Name": "depth", "MinValue": "2", "MaxValue": "10"}],
    }
    request["TrainingJobDefinition"]["StaticHyperParameters"] = {"rounds": "200", "flag": "true", "text": "0.50"}
    spec = from_request(request)
    assert spec.seed == 7
    assert spec.tags == {"team": "ml"}
    assert spec.hyperparameters == {
        "rounds": 200,
        "flag": True,
        "text": "0.50",
        "eta": Continuous(min=0.01, max=0.5, scale="log"),
        "depth": Integer(min=2, max=10),
    }


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("FutureField", {"a": [1, True, 1.0]}),
        ("TrainingJobDefinition.ResourceConfig.InstancePlacementConfig", {"EnableMultipleJobs": True}),
        ("TrainingJobDefinition.ResourceConfig.SelectedInstanceType", "ml.m5.large"),
        ("TrainingJobDefinition.AlgorithmSpecification.TrainingInputMode", "Turbo"),
        ("HyperParameterTuningJobConfig.Strategy", "Telepathy"),
    ],
)
def test_what_no_friendly_key_says_stays_in_raw(path: str, value: Any) -> None:
    raw: Any = from_request(request_with(path, value)).raw
    for part in path.split("."):
        raw = raw[part]
    assert as_json(raw) == as_json(value)


def test_numbers_are_read_and_their_spelling_is_kept() -> None:
    items = [{"Name": "eta", "MinValue": "0.50", "MaxValue": "1"}]
    spec = from_request(request_with("HyperParameterTuningJobConfig.ParameterRanges.ContinuousParameterRanges", items))
    assert spec.hyperparameters == {"eta": Continuous(min=0.5, max=1.0)}
    raw = spec.raw["HyperParameterTuningJobConfig"]["ParameterRanges"]
    assert raw == {"ContinuousParameterRanges": {"eta": {"MinValue": "0.50"}}}


def test_a_continuous_range_with_whole_bounds_says_so() -> None:
    items = [{"Name": "eta", "MinValue": "0", "MaxValue": "1"}, {"Name": "alpha", "MinValue": "0", "MaxValue": "0.5"}]
    request = request_with("HyperParameterTuningJobConfig.ParameterRanges.ContinuousParameterRanges", items)
    text = dump_spec(from_request(request))
    assert "eta: {min: 0, max: 1, type: continuous}" in text
    assert "alpha: {min: 0, max: 0.5}" in text
    assert "ContinuousParameterRanges" not in text
    assert to_request(load_spec(text)) == request


@pytest.mark.parametrize(
    ("image", "algorithm"),
    [
        (
            "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1",
            BuiltIn(builtin="xgboost", version="1.7-1"),
        ),
        (
            # Another region's: the same spec would name another image here.
            "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:1.7-1",
            Image(image="141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:1.7-1"),
        ),
        ("mine:1", Image(image="mine:1")),
    ],
)
def test_the_image_of_a_builtin_algorithm_becomes_its_name(image: str, algorithm: object) -> None:
    request = request_with("TrainingJobDefinition.AlgorithmSpecification.TrainingImage", image)
    assert from_request(request).algorithm == algorithm


@pytest.mark.parametrize("value", [None, [], "text", 5, True, b"bytes"])
def test_what_is_no_mapping_is_no_request(value: Any) -> None:
    assert complaint(value) == f"request: a request is a mapping of members to values{FIX}"


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({}, f"request: no TrainingJobDefinition{FIX}"),
        ({"TrainingJobDefinitions": []}, f"request: no TrainingJobDefinition{FIX}"),
        (
            {key: value for key, value in LEAST.items() if key != "HyperParameterTuningJobName"},
            f"request: HyperParameterTuningJobName: Member must not be null{FIX}",
        ),
        (
            {**LEAST, "TrainingJobDefinition": "x"},
            f"request: TrainingJobDefinition: Member must be of type structure{FIX}",
        ),
        (
            {**LEAST, "Tags": {"a": "b"}},
            f"request: Tags: Member must be of type list{FIX}",
        ),
        (
            {**LEAST, "Tags": [{"Key": "a"}]},
            f"request: Tags[0].Value: Member must not be null{FIX}",
        ),
        ({**LEAST, "Tags": None}, "request: Tags: null is no value\n    leave the member out"),
        ({**LEAST, "New": {"a": [None]}}, "request: New.a[0]: null is no value\n    leave the member out"),
        (
            request_with("HyperParameterTuningJobConfig.RandomSeed", "7"),
            f"request: HyperParameterTuningJobConfig.RandomSeed: Member must be of type integer{FIX}",
        ),
        (
            request_with("TrainingJobDefinition.StaticHyperParameters", {"a": 1}),
            f"request: TrainingJobDefinition.StaticHyperParameters.a: Member must be of type string{FIX}",
        ),
        (
            {**LEAST, "HyperParameterTuningJobName": "a_b"},
            (
                "request: name: 'a_b' is not a job name: "
                "at most 32 letters, digits and hyphens, with a letter or digit "
                "at both ends\n    write name: a-b"
            ),
        ),
    ],
)
def test_what_is_no_such_request_gets_one_clear_error(request_: Any, message: str) -> None:
    assert complaint(request_) == message


@pytest.mark.parametrize(
    ("kind", "item"),
    [
        ("IntegerParameterRanges", {"Name": "depth", "MinValue": "abc", "MaxValue": "5"}),
        ("ContinuousParameterRanges", {"Name": "eta", "MinValue": "0.5", "MaxValue": "0.5"}),
    ],
)
def test_a_range_that_a_spec_refuses_stays_in_raw(kind: str, item: dict[str, str]) -> None:
    request = request_with(f"HyperParameterTuningJobConfig.ParameterRanges.{kind}", [item])
    spec = from_request(request)
    assert spec.hyperparameters == {}
    assert to_request(spec) == request


def test_every_missing_member_is_named_at_once() -> None:
    with pytest.raises(SpecError) as caught:
        from_request({"TrainingJobDefinition": {}})
    assert [problem.path for problem in caught.value.problems] == [
        "HyperParameterTuningJobName",
        "HyperParameterTuningJobConfig",
        "TrainingJobDefinition.AlgorithmSpecification",
        "TrainingJobDefinition.RoleArn",
        "TrainingJobDefinition.OutputDataConfig",
        "TrainingJobDefinition.StoppingCondition",
    ]


@examples(100)
@given(requests(), st.data())
def test_a_broken_request_is_a_spec_error_or_comes_back(request: dict[str, Any], data: st.DataObject) -> None:
    request = copy.deepcopy(request)  # parts of it are shared with later examples
    target: Any = request
    while isinstance(target, dict) and target:
        key = data.draw(st.sampled_from(sorted(target)))
        if not isinstance(target[key], dict) or data.draw(st.booleans()):
            target[key] = data.draw(st.none() | unknown)
            break
        target = target[key]
    try:
        spec = from_request(request)
    except SpecError as error:
        assert 0 < len(str(error)) < 5000  # noqa: PT017
    else:
        assert as_json(to_request(spec)) == as_json(request)
