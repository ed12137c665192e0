"""The unit cube: every value has its place, every place a value, and even points fall evenly on the values."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtune.search.space import Category, Number, Space

RANGES: dict[str, Any] = {
    "ContinuousParameterRanges": [
        {"Name": "rate", "MinValue": "1e-5", "MaxValue": "0.1", "ScalingType": "Logarithmic"},
        {"Name": "momentum", "MinValue": "0.0", "MaxValue": "0.999", "ScalingType": "ReverseLogarithmic"},
        {"Name": "dropout", "MinValue": "0.1", "MaxValue": "0.5", "ScalingType": "Linear"},
    ],
    "IntegerParameterRanges": [
        {"Name": "depth", "MinValue": "2", "MaxValue": "6", "ScalingType": "Linear"},
        {"Name": "width", "MinValue": "1", "MaxValue": "1000"},
    ],
    "CategoricalParameterRanges": [
        {"Name": "loss", "Values": ["l1", "l2"]},
        {"Name": "kind", "Values": ["a", "b", "c"]},
    ],
}
SPACE = Space.of(RANGES)
coordinates = st.floats(0, 1)


@given(st.lists(coordinates, min_size=7, max_size=7))
def test_what_a_point_stands_for_lies_where_the_point_falls(point: list[float]) -> None:
    config = SPACE.config(point)
    assert np.allclose(SPACE.point(config), SPACE.snap(np.array([point]))[0], atol=1e-9)
    assert SPACE.config(SPACE.point(config)).keys() == config.keys()


@given(st.lists(coordinates, min_size=7, max_size=7))
def test_every_value_is_within_its_bounds(point: list[float]) -> None:
    config = SPACE.config(point)
    assert 1e-5 <= float(config["rate"]) <= 0.1
    assert 0.0 <= float(config["momentum"]) <= 0.999
    assert 0.1 <= float(config["dropout"]) <= 0.5
    assert int(config["depth"]) in range(2, 7)
    assert int(config["width"]) in range(1, 1001)
    assert config["loss"] in {"l1", "l2"}


@pytest.mark.parametrize(
    ("name", "middle"),
    [("rate", 1e-3), ("momentum", 1 - 0.001**0.5), ("dropout", 0.3)],
)
def test_the_middle_is_that_of_the_scale(name: str, middle: float) -> None:
    config = SPACE.config([0.5] * len(SPACE))
    assert float(config[name]) == pytest.approx(middle)


def test_even_points_fall_equally_often_on_each_whole_number_and_category() -> None:
    even = (np.arange(6000) + 0.5) / 6000
    depth = Number("depth", 2, 6, "Linear", is_whole=True)
    kind = Category("kind", ("a", "b", "c"))
    assert Counter(depth.text(place) for place in even) == {str(value): 1200 for value in range(2, 7)}
    assert Counter(kind.text(place) for place in even) == {"a": 2000, "b": 2000, "c": 2000}


def test_a_wide_range_without_a_scale_is_searched_on_a_log_scale_a_narrow_one_is_not() -> None:
    assert int(SPACE.config([0.5] * 7)["width"]) < 40
    narrow = Space.of({"IntegerParameterRanges": [{"Name": "n", "MinValue": "1", "MaxValue": "99"}]})
    assert narrow.config([0.5]) == {"n": "50"}


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("dropout", "0.6", "dropout: 0.6 is not in 0.1..0.5"),
        ("depth", "7", "depth: 7 is not in 2..6"),
        ("loss", "l3", "loss: l3 is none of l1, l2"),
    ],
)
def test_a_value_of_another_range_is_refused(name: str, value: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SPACE.point({**SPACE.config([0.5] * 7), name: value})


def test_configurations_are_counted() -> None:
    finite = {key: items for key, items in RANGES.items() if key != "ContinuousParameterRanges"}
    assert Space.of(finite).count == 5 * 1000 * 2 * 3
    assert SPACE.count == float("inf")


def test_a_model_sees_a_column_a_number_and_a_column_a_value_of_several() -> None:
    assert list(SPACE.groups) == [0, 1, 2, 3, 4, 5, 6, 6, 6]
    assert SPACE.columns(np.full((4, 7), 0.5)).shape == (4, 9)


def test_two_categories_are_as_far_apart_as_the_ends_of_a_number() -> None:
    three, two = Category("k", ("a", "b", "c")), Category("k", ("a", "b"))
    for axis, size in ((three, 3), (two, 2)):
        rows = axis.columns((np.arange(size) + 0.5) / size)
        distances = [np.linalg.norm(one - other) for one, other in itertools.combinations(rows, 2)]
        assert distances == pytest.approx([1.0] * len(distances))


def test_neighbours_of_a_whole_number_are_other_whole_numbers() -> None:
    depth = Number("depth", 2, 6, "Linear", is_whole=True)
    start = np.full(200, depth.coordinate("4"))
    near = depth.snap(depth.near(start, 0.001, np.random.default_rng(0)))
    assert {depth.text(place) for place in near} == {"3", "5"}
