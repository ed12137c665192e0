"""The spec as a value: frozen, comparable, and one algorithm read as one of many."""

from __future__ import annotations

from typing import Any

import pytest
from examples import examples
from hypothesis import given
from pydantic import ValidationError
from spec_strategies import specs

from smtune.spec import Channel, Channels, Compute, Integer, Objective, Security, Split, Table, TuningSpec, load_spec

ONE = {
    "name": "a",
    "algorithm": {"image": "i"},
    "objective": {"maximize": "m"},
    "hyperparameters": {"x": {"min": 1, "max": 5}, "y": "static"},
}
SEVERAL: dict[str, Any] = {
    "name": "a",
    "objective": {"maximize": "m"},
    "metrics": {"m": "m=(.*)"},
    "compute": {"instance": "ml.c5.large"},
    "environment": {"A": "1"},
    "algorithms": [
        {"name": "first", "algorithm": {"image": "i"}, "hyperparameters": {}},
        {
            "name": "second",
            "algorithm": {"arn": "arn"},
            "hyperparameters": {"x": {"min": 1, "max": 5}},
            "objective": {"minimize": "n"},
            "metrics": {},
            "compute": {"count": 2},
            "environment": {},
        },
    ],
}


GROUP = {"name": "g", "instance": "ml.m5.large", "count": 1}
OPTION = {"instance": "ml.m5.large", "count": 1, "volume_gb": 1}


def spec_of(**changes: Any) -> TuningSpec:
    return TuningSpec.model_validate({**ONE, **changes})


def refusal(**changes: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        spec_of(**changes)
    (error,) = caught.value.errors()
    return str(error["msg"])


def test_the_defaults() -> None:
    spec = spec_of()
    assert spec.strategy == "bayesian"
    assert spec.early_stopping is None
    assert (spec.limits.jobs, spec.limits.parallel, spec.limits.runtime_seconds) == (None, 1, None)
    assert spec.compute == Compute()
    assert Split() == Split(train=0.7, validation=0.15, test=0.15, seed=0)


def test_a_spec_does_not_change() -> None:
    spec = spec_of()
    with pytest.raises(ValidationError, match="frozen"):
        spec.name = "b"  # type: ignore[misc]


def test_specs_compare_by_value() -> None:
    assert spec_of() == spec_of()
    assert spec_of() != spec_of(seed=0)


def test_one_algorithm_is_a_list_of_one() -> None:
    (definition,) = spec_of(environment={"A": "1"}).definitions
    assert definition.name is None
    assert definition.objective == Objective(maximize="m")
    assert definition.ranges == {"x": Integer(min=1, max=5)}
    assert definition.static == {"y": "static"}
    assert definition.environment == {"A": "1"}


def test_an_algorithm_says_what_the_whole_spec_does_not() -> None:
    first, second = TuningSpec.model_validate(SEVERAL).definitions
    assert (first.name, first.objective.metric, first.objective.maximizes) == ("first", "m", True)
    assert (first.metrics, first.compute.instance, first.environment) == ({"m": "m=(.*)"}, "ml.c5.large", {"A": "1"})
    assert (second.name, second.objective.metric, second.objective.maximizes) == ("second", "n", False)
    assert second.metrics == {}  # its own empty mapping is an answer too
    # What is said key by key.
    assert (second.compute, second.environment) == (Compute(instance="ml.c5.large", count=2), {"A": "1"})


@pytest.mark.parametrize(
    ("own", "shared", "merged"),
    [
        ({}, {"instance": "a", "spot": True}, {"instance": "a", "spot": True}),
        ({"count": 2}, {"instance": "a", "runtime_seconds": 5}, {"instance": "a", "count": 2, "runtime_seconds": 5}),
        ({"spot": False}, {"spot": True}, {"spot": False}),
        ({"instance": "a"}, {"groups": [GROUP], "volume_gb": 5}, {"instance": "a", "volume_gb": 5}),
        ({"groups": [GROUP]}, {"instance": "a", "count": 3, "volume_gb": 5}, {"groups": [GROUP], "volume_gb": 5}),
        ({"flexible": [OPTION]}, {"instance": "a", "volume_gb": 5, "spot": True}, {"flexible": [OPTION], "spot": True}),
        ({"volume_gb": 7}, {"flexible": [OPTION]}, {"volume_gb": 7}),
    ],
)
def test_compute_is_merged_key_by_key(own: dict[str, Any], shared: dict[str, Any], merged: dict[str, Any]) -> None:
    result = Compute.model_validate(own).over(Compute.model_validate(shared))
    assert result == Compute.model_validate(merged)


def test_security_is_merged_key_by_key() -> None:
    shared = Security(isolation=True, subnets=("a",), security_groups=("b",))
    assert Security(isolation=False, volume_key="k").over(shared) == Security(
        isolation=False, volume_key="k", subnets=("a",), security_groups=("b",)
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"algorithm": None}, "give exactly one of algorithm and algorithms"),
        ({"algorithms": SEVERAL["algorithms"]}, "give exactly one of algorithm and algorithms"),
        ({"algorithm": None, "algorithms": SEVERAL["algorithms"]}, "hyperparameters stand beside algorithms"),
        ({"objective": None}, "objective is missing"),
        ({"objective": {}}, "give exactly one of maximize and minimize"),
        ({"objective": {"maximize": "a", "minimize": "b"}}, "give exactly one of maximize and minimize"),
        ({"name": "a_b"}, "'a_b' is not a job name"),
        ({"name": "x" * 33}, "is not a job name"),
        ({"algorithm": {"builtin": "xgboost", "version": 1.7}}, "version 1.7 is read as a number"),
        ({"data": {"source": "a", "split": {"train": 0.5}}}, "train, validation and test add up to 0.8, not 1"),
        ({"data": {"channels": {"a": "ftp://x"}}}, "'ftp://x' is neither on S3 nor on this machine"),
        ({"data": {"channels": {"test": "a"}, "test": "b"}}, "test stands both beside and among the channels"),
        ({"data": {"channels": {"train_dev": "a"}, "train_dev": "b"}}, "train_dev stands both beside and among"),
        (
            {"data": {"channels": {"train": "s3://b/train"}, "train_dev": "s3://b/train-dev"}},
            "train_dev is not held out: channel 'train' reads s3://b/train-dev, too",
        ),
        (
            {"data": {"channels": {"all": "s3://b/rows/"}, "test": "s3://b/rows/test/"}},
            "test is not held out: channel 'all' reads s3://b/rows/test/, too",
        ),
        (
            {"data": {"channels": {"train": "s3://b/test-train/"}, "test": "s3://b/test"}},
            "test is not held out: s3://b/test has what channel 'train' reads, too: s3://b/test-train/",
        ),
        (
            {"data": {"channels": {"train": "rows"}, "test": "./rows/newest.csv"}},
            "test is not held out: channel 'train' reads ./rows/newest.csv, too",
        ),
        (
            {
                **SEVERAL,
                "data": {"channels": {"train": "s3://b/train/"}, "test": "s3://b/test/"},
                "algorithms": [{**SEVERAL["algorithms"][0], "data": {"channels": {"train": "s3://b/test/a/"}}}],
                "algorithm": None,
                "hyperparameters": {},
            },
            "test is not held out: s3://b/test/ has what channel 'train' reads, too: s3://b/test/a/",
        ),
    ],
)
def test_a_contradiction_is_refused(changes: dict[str, Any], message: str) -> None:
    assert message in refusal(**changes)


@pytest.mark.parametrize(
    ("train", "test"),
    [
        ("s3://rows", "s3://rows-test/newest/"),
        ({"uri": "s3://b/train", "data_type": "ManifestFile"}, "s3://b/train-test/"),
        ("rows", "rows-test"),
        ("rows", "s3://rows/"),
    ],
)
def test_what_begins_alike_and_lies_elsewhere_is_held_out(train: object, test: str) -> None:
    """Other buckets, other keys than the one of a manifest, other folders."""
    spec = spec_of(data={"channels": {"train": train}, "test": test})
    assert isinstance(spec.data, Channels)
    assert list(spec.data.held_out) == ["test"]


@pytest.mark.parametrize(
    "shares", [(0.7, 0.15, 0.15), (0.8, 0.1, 0.1), (0.6, 0.2, 0.2), (0.9, 0.1, 0.0), (0.1, 0.2, 0.7)]
)
def test_shares_that_add_up_in_decimals_are_taken(shares: tuple[float, float, float]) -> None:
    train, validation, test = shares
    assert Split(train=train, validation=validation, test=test).train == train


def test_a_channel_is_its_uri_or_a_mapping() -> None:
    spec = spec_of(data={"channels": {"train": "s3://b/t", "extra": {"uri": "folder"}}, "test": "t.csv"})
    assert spec.data == Channels(
        channels={"train": Channel(uri="s3://b/t"), "extra": Channel(uri="folder")}, test=Channel(uri="t.csv")
    )


def test_a_table_has_a_label_and_a_split() -> None:
    assert spec_of(data={"source": "a.csv"}).data == Table(source="a.csv", label="label", split=Split())


@examples(30)
@given(specs())
def test_a_spec_is_rebuilt_from_its_dump(spec: TuningSpec) -> None:
    assert repr(TuningSpec.model_validate(spec.model_dump())) == repr(spec)


def test_every_definition_has_what_its_algorithm_says() -> None:
    text = "name: a\nobjective: {minimize: m}\nalgorithms:\n" + "".join(
        f"- {{name: n{number}, algorithm: {{image: i{number}}}, hyperparameters: {{x: {number}}}}}\n"
        for number in range(3)
    )
    assert [definition.static for definition in load_spec(text).definitions] == [{"x": number} for number in range(3)]


def test_rows_that_are_split_by_time_are_no_one_pool() -> None:
    assert Table(source="rows.csv").is_one_pool
    assert Table(source="rows.csv", split=Split(group="patient")).is_one_pool
    assert not Table(source="rows.csv", split=Split(time="day")).is_one_pool


@pytest.mark.parametrize(
    ("channel", "test", "is_held_out"),
    [
        (".", "../test.csv", True),
        ("..", "../test.csv", False),
        ("a", "b", True),
        (".", "b", False),
        ("a", "a/b", False),
    ],
)
def test_a_path_is_in_a_folder_only_if_it_is(channel: str, test: str, *, is_held_out: bool) -> None:
    data = {"channels": {"train": channel}, "test": test}
    if is_held_out:
        assert Channels.model_validate(data).held_out["test"].uri == test
    else:
        with pytest.raises(ValidationError, match="is not held out"):
            Channels.model_validate(data)
