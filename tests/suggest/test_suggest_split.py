"""Other shares of the rows, where the spec splits a table itself."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtune.data.cut import cut_rows
from smtune.spec import Table, TuningSpec
from smtune.suggest import Suggestion
from smtune.suggest.split import more_training, more_validation, nearer_training, with_train_dev

PLAIN = Suggestion("Get more training data", "It helps.", "high_variance")


def spec_of(data: dict[str, Any]) -> TuningSpec:
    fields = {
        "name": "toy",
        "algorithm": {"builtin": "xgboost", "version": "1.7-1"},
        "objective": {"minimize": "validation:error"},
        "hyperparameters": {"num_round": 10, "eta": {"min": 0.1, "max": 0.3}},
        "limits": {"jobs": 5},
        "data": data,
    }
    return TuningSpec.model_validate(fields)


def split(train: float, validation: float, test: float) -> TuningSpec:
    shares = {"train": train, "validation": validation, "test": test}
    return spec_of({"source": "rows.csv", "label": "y", "split": shares})


def by_time(**shares: float) -> TuningSpec:
    return spec_of({"source": "rows.csv", "label": "y", "split": {**shares, "time": "day"}})


CHANNELS = spec_of({"channels": {"train": "s3://b/train/", "validation": "s3://b/validation/"}})


def shares(found: Suggestion) -> tuple[float, float, float]:
    assert found.spec is not None
    assert isinstance(found.spec.data, Table)
    parts = found.spec.data.split
    return parts.train, parts.validation, parts.test


def test_training_gets_what_is_usual_and_the_rest_keeps_its_proportion() -> None:
    found = more_training(PLAIN, split(0.1, 0.6, 0.3), "tune")
    assert shares(found) == (0.7, 0.2, 0.1)
    assert [(change.path, change.before, change.after) for change in found.changes] == [
        (("data", "split", "train"), 0.1, 0.7),
        (("data", "split", "validation"), 0.6, 0.2),
        (("data", "split", "test"), 0.3, 0.1),
    ]
    assert {change.reason for change in found.changes} == {"more rows to learn from"}


def test_no_test_set_stays_none() -> None:
    found = more_training(PLAIN, split(0.1, 0.9, 0.0), "tune")
    assert shares(found) == (0.7, 0.3, 0.0)
    assert [change.path[-1] for change in found.changes] == ["train", "validation"]


@pytest.mark.parametrize("spec", [split(0.7, 0.2, 0.1), split(0.9, 0.05, 0.05), CHANNELS])
def test_where_training_has_its_share_rows_have_to_be_gathered(spec: TuningSpec) -> None:
    found = more_training(PLAIN, spec, "tune")
    assert not found.is_applicable
    assert found.command == "smtune data curve tune says what more rows would bring, before they are paid for"


def test_validation_and_test_get_a_quarter_each() -> None:
    found = more_validation(PLAIN, split(0.7, 0.15, 0.15))
    assert shares(found) == (0.5, 0.25, 0.25)
    assert {change.path[-1] for change in found.changes} == {"train", "validation", "test"}


def test_the_one_that_is_larger_keeps_its_share() -> None:
    assert shares(more_validation(PLAIN, split(0.6, 0.1, 0.3))) == (0.45, 0.25, 0.3)


def test_without_a_test_set_validation_alone_gets_more() -> None:
    assert shares(more_validation(PLAIN, split(0.9, 0.1, 0.0))) == (0.75, 0.25, 0.0)


@pytest.mark.parametrize(
    "spec", [split(0.5, 0.25, 0.25), split(0.05, 0.75, 0.2), split(0.3, 0.6, 0.1), split(0.7, 0.3, 0.0)]
)
def test_training_is_not_starved(spec: TuningSpec) -> None:
    found = more_validation(PLAIN, spec)
    assert not found.is_applicable
    assert found.command == "gather more rows: a larger part of these would starve training"


def test_finished_files_are_not_split() -> None:
    assert more_validation(PLAIN, CHANNELS).command.startswith("gather more rows for validation and test, and name")


def named(found: Suggestion | None) -> dict[str, float]:
    assert found is not None
    assert found.spec is not None
    assert isinstance(found.spec.data, Table)
    return found.spec.data.split.shares


def test_rows_held_out_of_the_training_period_count_among_the_rest() -> None:
    spec = by_time(train=0.3, train_dev=0.1, validation=0.4, test=0.2)
    assert named(more_training(PLAIN, spec, "tune")) == {
        "train": 0.7,
        "train_dev": 0.0429,
        "validation": 0.1714,
        "test": 0.0857,
    }
    spec = by_time(train=0.7, train_dev=0.05, validation=0.15, test=0.1)
    assert named(more_validation(PLAIN, spec)) == {"train": 0.45, "train_dev": 0.05, "validation": 0.25, "test": 0.25}


def test_training_moves_into_the_time_of_validation() -> None:
    found = nearer_training(PLAIN, by_time(train=0.4, train_dev=0.1, validation=0.3, test=0.2))
    assert named(found) == {"train": 0.55, "train_dev": 0.1, "validation": 0.15, "test": 0.2}
    assert {change.reason for change in found.changes} == {"training reaches into the time that validation is of"}


def test_validation_keeps_its_newest_rows_and_test_all() -> None:
    spec = by_time(train=0.4, train_dev=0.1, validation=0.3, test=0.2)
    after = nearer_training(PLAIN, spec).spec
    assert after is not None
    frame = pd.DataFrame({"day": [str(number) for number in range(100)]})
    cuts = [cut_rows(frame, each.data.split) for each in (spec, after)]  # type: ignore[union-attr]
    assert list(cuts[1]["validation"]) == list(cuts[0]["validation"])[15:]
    assert list(cuts[1]["test"]) == list(cuts[0]["test"])


@pytest.mark.parametrize("spec", [split(0.6, 0.2, 0.2), CHANNELS])
def test_without_a_time_nobody_knows_which_rows_are_nearer(spec: TuningSpec) -> None:
    found = nearer_training(PLAIN, spec)
    assert not found.is_applicable
    assert found.command == "smtune data compare TRAIN VALIDATION shows which columns differ"


def test_a_small_validation_set_gives_nothing() -> None:
    found = nearer_training(PLAIN, by_time(train=0.8, validation=0.09, test=0.11))
    assert not found.is_applicable
    assert found.command.startswith("gather training rows of the newest time")


def test_a_tenth_of_the_training_period_is_held_out() -> None:
    found = with_train_dev(PLAIN, by_time(train=0.7, validation=0.15, test=0.15))
    assert named(found) == {"train": 0.6, "train_dev": 0.1, "validation": 0.15, "test": 0.15}


@pytest.mark.parametrize(
    "spec",
    [
        split(0.7, 0.15, 0.15),
        by_time(train=0.6, train_dev=0.1, validation=0.2, test=0.1),
        by_time(train=0.45, validation=0.3, test=0.25),
        CHANNELS,
    ],
    ids=["no time", "there is one", "too few rows", "files"],
)
def test_nothing_is_held_out_of_the_training_period_where_it_tells_nothing(spec: TuningSpec) -> None:
    assert with_train_dev(PLAIN, spec) is None


@given(st.integers(1, 97), st.integers(1, 98))
def test_shares_are_always_whole(train: int, validation: int) -> None:
    if train + validation > 100:
        return
    spec = split(train / 100, validation / 100, round(1 - (train + validation) / 100, 2))
    for found in (more_training(PLAIN, spec, "tune"), more_validation(PLAIN, spec)):
        if found.is_applicable:
            assert sum(shares(found)) == pytest.approx(1)
            assert shares(found)[0] >= 0.4
            assert (shares(found)[2] == 0) == (spec.data.split.test == 0)  # type: ignore[union-attr]
        else:
            assert found.command


@pytest.mark.parametrize("given", [(0.5, 0.3333333333, 0.1666666667), (0.5333333333, 0.1333333333, 0.3333333334)])
def test_shares_such_as_a_third_still_add_up(given: tuple[float, float, float]) -> None:
    """To less than a spec bears: one that cannot be loaded is no suggestion."""
    spec = by_time(**dict(zip(("train", "validation", "test"), given, strict=True)))
    for found in (nearer_training(PLAIN, spec), more_training(PLAIN, spec, "tune"), more_validation(PLAIN, spec)):
        assert found.changes == () or sum(shares(found)) == pytest.approx(1, abs=1e-9)
    held_out = with_train_dev(PLAIN, spec)
    assert (held_out is not None) == (given[0] >= 0.5)
    assert held_out is None or sum(shares(held_out)) == pytest.approx(0.9, abs=1e-9)
