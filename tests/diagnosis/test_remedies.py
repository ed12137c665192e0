"""What is proposed for which finding, in which order, and what is never proposed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtune.algorithms.builtins import builtin
from smtune.diagnosis import Diagnosis, Number, Remedy, diagnose, diagnose_metrics
from smtune.diagnosis.levers import knobs_of
from smtune.errors import UsageError
from smtune.roles import Role

ASKS_FOR_ROWS = ("data", "row", "collect", "synthes", "augment", "larger", "example")


def of(human: Number | None, train: Number, validation: Number, test: Number | None = None) -> Diagnosis:
    return diagnose(
        human_error=human,
        train_error=train,
        validation_error=validation,
        test_error=test,
        algorithm="xgboost",
    )


def titles(remedies: tuple[Remedy, ...], finding: str) -> list[str]:
    return [remedy.title for remedy in remedies if remedy.finding == finding]


def hints(diagnosis: Diagnosis, title: str) -> dict[str, str]:
    (remedy,) = [remedy for remedy in diagnosis.remedies if remedy.title == title]
    return dict(remedy.hyperparameters)


def test_bias_starts_with_a_bigger_model() -> None:
    diagnosis = of(0.01, 0.05, 0.06)
    assert titles(diagnosis.remedies, "high_bias")[:2] == ["Use a bigger model", "Train longer"]
    assert {remedy.finding for remedy in diagnosis.remedies} == {"high_bias"}


percents = st.integers(0, 100).map(lambda number: f"{number}%")


@given(human=percents, train=percents, validation=percents)
def test_more_data_is_never_proposed_for_bias_alone(human: str, train: str, validation: str) -> None:
    diagnosis = of(human, train, validation)
    for remedy in diagnosis.remedies:
        if remedy.finding == "high_bias":
            assert not any(word in remedy.title.lower() for word in ASKS_FOR_ROWS)
            assert "collect" not in remedy.why.lower()
            assert "more data" not in remedy.why.lower()
    if diagnosis.order == ("high_bias",):
        assert "Get more training data" not in {remedy.title for remedy in diagnosis.remedies}


def test_variance_starts_with_more_data_then_regularization() -> None:
    diagnosis = of(0.01, 0.02, 0.06)
    assert titles(diagnosis.remedies, "high_variance")[:3] == [
        "Get more training data",
        "Regularize more",
        "Stop early",
    ]


def test_remedies_follow_the_order_of_the_findings() -> None:
    both = of(0.01, 0.05, 0.10)
    codes = [remedy.finding for remedy in both.remedies]
    assert codes == sorted(codes)  # high_bias, then high_variance
    assert set(codes) == {"high_bias", "high_variance"}
    mismatch = of(0.01, 0.05, 0.06, 0.10)
    assert mismatch.remedies[0].finding == "data_mismatch"


def test_a_gap_from_validation_to_test_may_be_selection_and_says_what_would_tell() -> None:
    finding = of(0.01, 0.05, 0.06, 0.10).findings[0]
    for words in ("winner's curse", "few rows or many tuned jobs", "the sizes of both sets"):
        assert words in finding.detail


def test_with_train_dev_the_two_mismatches_get_different_remedies() -> None:
    diagnosis = diagnose(human_error=0, train_error=0.1, train_dev_error=0.11, validation_error=0.2, test_error=0.3)
    to_test = [remedy.title for remedy in diagnosis.remedies if remedy.gap == "validation_to_test"]
    to_validation = [remedy.title for remedy in diagnosis.remedies if remedy.gap == "data_mismatch"]
    assert to_test
    assert to_validation
    assert not set(to_test) & set(to_validation)


def test_xgboost_hints_point_the_right_way() -> None:
    bias, variance = of(0.01, 0.05, 0.06), of(0.01, 0.02, 0.06)
    assert hints(bias, "Use a bigger model") == {"max_depth": "up", "num_round": "up", "eta": "up"}
    assert set(hints(bias, "Regularize less").values()) == {"down"}
    more = hints(variance, "Regularize more")
    assert {more[name] for name in ("lambda", "alpha", "min_child_weight", "gamma")} == {"up"}
    assert more["max_depth"] == "down"
    assert hints(variance, "Stop early") == {"early_stopping_rounds": "set"}
    assert hints(variance, "Get more training data") == {}


def test_lowering_subsample_is_not_hinted_for_it_was_measured_to_raise_the_gap() -> None:
    assert "subsample" not in hints(of(0.01, 0.02, 0.06), "Regularize more")


@pytest.mark.parametrize("algorithm", [None, "semantic-segmentation", "my-own"])
def test_other_algorithms_get_remedies_without_hints(algorithm: str | None) -> None:
    diagnosis = diagnose(human_error=0.01, train_error=0.05, validation_error=0.1, algorithm=algorithm)
    assert diagnosis.remedies
    assert not any(remedy.hyperparameters for remedy in diagnosis.remedies)


@pytest.mark.parametrize("algorithm", ["lightgbm", "catboost", "linear-learner", "knn"])
def test_the_other_built_in_algorithms_have_hyperparameters_that_they_take(algorithm: str) -> None:
    known = builtin(algorithm)
    assert known is not None
    for knob in knobs_of(algorithm):
        parameter = known.parameters[knob.name]
        assert (parameter.kind == "integer") == knob.is_whole
        assert set(knob.choices) <= set(parameter.choices)
        if knob.default is not None:
            assert parameter.default is not None
            assert float(parameter.default) == knob.default


def test_declared_roles_name_the_hyperparameters_of_a_script() -> None:
    roles: dict[str, Role] = {"hidden": "capacity", "dropout": "regularization", "epochs": "length"}
    found = diagnose(human_error=0.01, train_error=0.05, validation_error=0.10, roles=roles)
    assert hints(found, "Use a bigger model") == {"hidden": "up", "epochs": "up"}
    assert hints(found, "Regularize more") == {"dropout": "up", "hidden": "down"}
    with pytest.raises(UsageError, match="the role of hidden is 'size'; use one of capacity"):
        diagnose(human_error=0, train_error=0, validation_error=0, roles={"hidden": "size"})  # type: ignore[dict-item]


def test_hints_in_json() -> None:
    remedies = of(0.01, 0.05, 0.06).to_dict()["remedies"]
    assert isinstance(remedies, list)
    assert remedies[0]["hyperparameters"][0] == {"name": "max_depth", "direction": "up"}


@pytest.mark.parametrize(
    ("diagnosis", "finding", "title"),
    [
        (of(0.14, 0.15, 0.16), "nothing_material", "Ship it, or sharpen the question"),
        (of(0.005, 0.003, 0.004), "nothing_material", "Find a better reference"),
        (of(None, 0.05, 0.055), "not_assessable", "Measure human level"),
        (
            diagnose_metrics({"train": 2, "validation": 3}, metric="rmse"),
            "not_assessable",
            "Give a human level and a baseline",
        ),
    ],
)
def test_where_nothing_is_found_there_is_one_next_step(diagnosis: Diagnosis, finding: str, title: str) -> None:
    (remedy,) = diagnosis.remedies
    assert (remedy.finding, remedy.title) == (finding, title)
