"""Hyperband's brackets, as the paper's Table 1 has them for 81 and a factor of 3."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_requests import definition, request

from smtune.estimate.hyperband import Hyperband, read_hyperband


def test_the_brackets_are_those_of_the_paper() -> None:
    found = [[(rung.configurations, rung.resource) for rung in item.rungs] for item in Hyperband(1, 81).brackets]
    assert found == [
        [(81, 1), (27, 3), (9, 9), (3, 27), (1, 81)],
        [(34, 3), (11, 9), (3, 27), (1, 81)],
        [(15, 9), (5, 27), (1, 81)],
        [(8, 27), (2, 81)],
        [(5, 81)],
    ]


def test_a_configuration_uses_what_the_last_rung_it_reached_has() -> None:
    first = Hyperband(1, 9).brackets[0]
    assert [(rung.configurations, rung.resource) for rung in first.rungs] == [(9, 1), (3, 3), (1, 9)]
    assert first.spent == 6 * 1 + 2 * 3 + 1 * 9


def test_without_room_for_a_rung_every_training_job_is_whole() -> None:
    only = Hyperband(27, 27)
    assert [len(bracket.rungs) for bracket in only.brackets] == [1]
    assert only.mean_share == 1.0


def test_a_rung_may_be_nearer_to_the_most_than_a_third() -> None:
    first, last = Hyperband(10, 27).brackets
    assert [(rung.configurations, rung.resource) for rung in first.rungs] == [(3, 10), (1, 27)]
    assert [(rung.configurations, rung.resource) for rung in last.rungs] == [(2, 27)]


@given(st.integers(1, 20_000), st.integers(1, 20_000))
def test_shares_are_shares(one: int, other: int) -> None:
    band = Hyperband(min(one, other), max(one, other))
    assert 0 < band.least_share <= band.mean_share <= 1
    for bracket in band.brackets:
        resources = [rung.resource for rung in bracket.rungs]
        assert resources == sorted(resources)
        assert resources[0] >= band.min_resource
        assert resources[-1] == band.max_resource


@pytest.mark.parametrize(
    ("config", "static", "expected"),
    [
        ({"MinResource": 3, "MaxResource": 27}, {}, Hyperband(3, 27)),
        ({"MaxResource": 27}, {"epochs": "9"}, Hyperband(1, 27)),
        ({}, {"num_epochs": "9", "batch": "64"}, Hyperband(1, 9)),
        ({"MinResource": 2}, {"n-epochs": "9"}, Hyperband(2, 9)),
        ({}, {"epochs": "many"}, None),
        ({}, {"epochs": "20001"}, None),
        ({"MinResource": 10}, {"epochs": "9"}, None),
        ({}, {}, None),
    ],
)
def test_the_resource_is_said_or_read_from_the_epochs(
    config: dict[str, int], static: dict[str, str], expected: Hyperband | None
) -> None:
    settings: dict[str, Any] = {"Strategy": "Hyperband", "StrategyConfig": {"HyperbandStrategyConfig": config}}
    assert read_hyperband(request(definition(StaticHyperParameters=static), **settings)) == expected


def test_other_strategies_have_none() -> None:
    assert read_hyperband(request(definition(StaticHyperParameters={"epochs": "9"}))) is None
