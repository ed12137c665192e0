"""Time and money, worked out by hand: an hour of ml.small costs 1, of ml.large 4, of the 73 GB of storage 0.1."""

from __future__ import annotations

import json
from typing import Any

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from plan_requests import definition, request, tariff
from request_strategies import requests

from smtune.errors import UsageError
from smtune.estimate import JobMinutes, estimate, parse_minutes, service_notes
from smtune.estimate.build import largest_cost

MINUTES = JobMinutes(6, 12, 30, is_given=True)


def on_demand(*definitions: dict[str, Any], **limits: Any) -> tuple[float | None, ...]:
    cost = estimate(request(*definitions, **limits), tariff(), MINUTES).cost
    assert cost is not None
    figures = cost.on_demand
    return tuple(None if each is None else round(each, 6) for each in vars(figures).values())


def test_ten_training_jobs_cost_ten_times_their_minutes_and_at_most_their_own_limits() -> None:
    # 10 jobs of 0.1, 0.2, 0.5 and at most 1 hour, at 1.1 an hour
    assert on_demand() == (1.1, 2.2, 5.5, 11.0)


def test_instances_multiply_but_billed_seconds_do_not() -> None:
    assert on_demand(definition(count=3)) == (3.3, 6.6, 16.5, 33.0)
    assert estimate(request(definition(count=3)), tariff(), MINUTES).billed_seconds.max == 36_000


def test_a_training_job_ends_at_its_own_limit_whatever_is_assumed() -> None:
    # 240 s and 120 s for stopping: 6 minutes
    assert on_demand(definition(seconds=240)) == (1.1, 1.1, 1.1, 1.1)


def test_the_end_of_the_tuning_job_bounds_all_training_jobs_together() -> None:
    # 2 at once for 3480 s, and at most 120 s longer: 2 hours at most, not 10
    assert on_demand(runtime=3480) == (1.1, round(2 * 3480 / 3600 * 1.1, 6), round(2 * 3480 / 3600 * 1.1, 6), 2.2)


def test_nothing_bounds_a_tuning_job_without_limits() -> None:
    found = estimate(request(jobs=None), tariff(), MINUTES)
    assert found.cost is not None
    assert set(vars(found.cost.on_demand).values()) == {None}
    assert found.wall_seconds.max is None
    assert largest_cost(request(jobs=None), tariff()) is None


def test_time_passes_in_rounds_and_includes_the_start_of_instances() -> None:
    # 5 rounds of 6, 12, 30 and 60 minutes, each with 1, 3, 8 and 8 minutes of start-up
    wall = estimate(request(), tariff(), MINUTES).wall_seconds
    assert [wall.low, wall.likely, wall.high, wall.max] == [60 * 5 * each for each in (7, 15, 38, 68)]


def test_waiting_for_spot_capacity_is_time_but_not_money() -> None:
    limits = {"MaxRuntimeInSeconds": 3480, "MaxWaitTimeInSeconds": 7080}
    spot = definition(EnableManagedSpotTraining=True, StoppingCondition=limits)
    found = estimate(request(spot), tariff(), MINUTES)
    assert found.wall_seconds.max == 5 * (7200 + 480)
    assert found.billed_seconds.max == 36_000


def test_spot_without_a_limit_to_the_wait_may_take_forever() -> None:
    found = estimate(request(definition(EnableManagedSpotTraining=True)), tariff(), MINUTES)
    assert found.wall_seconds.max is None
    assert found.cost is not None
    assert found.cost.on_demand.max == pytest.approx(11.0)


def test_spot_saves_at_most_nine_tenths_of_the_instances_and_nothing_of_the_storage() -> None:
    cost = estimate(request(), tariff(), MINUTES).cost
    assert cost is not None
    assert cost.storage.max == pytest.approx(1.0)
    assert cost.spot_floor.max == pytest.approx(1.0 + 1.0)


def test_several_algorithms_count_the_cheapest_an_equal_share_and_the_dearest() -> None:
    # 10 jobs of 1.1 or 4.1 an hour
    assert on_demand(definition(), definition("ml.large")) == (1.1, 5.2, 20.5, 41.0)


def test_flexible_instances_count_the_cheapest_the_first_and_the_dearest() -> None:
    options = [{"InstanceType": name, "InstanceCount": 1, "VolumeSizeInGB": 73} for name in ("ml.large", "ml.small")]
    flexible = definition(HyperParameterTuningResourceConfig={"InstanceConfigs": options})
    assert on_demand(flexible) == (1.1, 8.2, 20.5, 41.0)


def test_hyperband_runs_a_share_of_a_training_job_but_at_most_all_of_it() -> None:
    band: dict[str, Any] = {"StrategyConfig": {"HyperbandStrategyConfig": {"MinResource": 1, "MaxResource": 9}}}
    found = estimate(request(Strategy="Hyperband", **band), tariff(), MINUTES)
    assert found.hyperband is not None
    # 9 + 5 + 3 configurations use 21 + 21 + 27 of 17 * 9
    assert found.hyperband.mean_share == pytest.approx(69 / 153)
    assert found.billed_seconds.low == pytest.approx(3600 / 9)
    assert found.billed_seconds.likely == pytest.approx(7200 * 69 / 153)
    assert found.billed_seconds.max == 36_000


@pytest.mark.parametrize(
    ("prices", "unknown"),
    [
        (tariff(), ("ml.odd in here",)),
        (tariff(storage=None), ("ml.odd in here", "storage in here")),
        (tariff(storage=None, odd=1.0), ("storage in here",)),
    ],
)
def test_without_a_price_there_is_no_cost_but_all_the_rest(prices: Any, unknown: tuple[str, ...]) -> None:
    found = estimate(request(definition("ml.odd")), prices, MINUTES)
    assert found.cost is None
    assert found.unknown == unknown
    assert found.billed_seconds.max == 36_000
    assert found.at_once == {"ml.odd": 2}


def test_storage_needs_no_price_where_instances_bring_their_own() -> None:
    prices = tariff(None, **{"g5.xlarge": 2.0})
    found = estimate(request(definition("ml.g5.xlarge")), prices, MINUTES)
    assert found.cost is not None
    assert found.cost.on_demand.max == pytest.approx(20.0)


def test_each_price_that_counts_is_named_with_its_source() -> None:
    cost = estimate(request(), tariff(), MINUTES).cost
    assert cost is not None
    assert {name: price.amount for name, price in cost.prices.items()} == {"ml.small": 1.0, "storage": 1.0}


def test_the_assumed_minutes_are_said_and_whose_they_are() -> None:
    assert "6, 12 or 30 minutes (low, likely, high): as --job-minutes says" in "".join(
        estimate(request(), tariff(), MINUTES).assumptions
    )
    assert "a guess: say what yours takes with --job-minutes" in "".join(estimate(request(), tariff()).assumptions)


@pytest.mark.parametrize(
    "text", ["3", "1:2", "1:2:3:4", "a:b:c", "3:2:4", "1:3:2", "0:1:2", "-1:1:2", "1:2:inf", "nan:1:2"]
)
def test_minutes_rise_from_low_to_high(text: str) -> None:
    with pytest.raises(UsageError, match="--job-minutes 2:5:20"):
        parse_minutes(text)


def test_minutes_may_be_equal_and_broken() -> None:
    assert parse_minutes("0.5:0.5:2") == JobMinutes(0.5, 0.5, 2.0, is_given=True)


@given(st.integers(1, 500), st.integers(1, 100), st.one_of(st.none(), st.integers(120, 10**6)), st.integers(1, 10**6))
def test_figures_never_fall(jobs: int, parallel: int, runtime: int | None, seconds: int) -> None:
    found = estimate(request(definition(seconds=seconds), jobs=jobs, parallel=parallel, runtime=runtime), tariff())
    assert found.cost is not None
    for figures in (found.wall_seconds, found.billed_seconds, found.cost.on_demand, found.cost.spot_floor):
        values = [figures.low, figures.likely, figures.high, figures.max]
        assert values == sorted(values, key=lambda each: each or 0.0)


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@examples(25)
@given(requests())
def test_every_request_of_the_service_can_be_estimated(generated: dict[str, Any]) -> None:
    if generated.get("TrainingJobDefinition") or generated.get("TrainingJobDefinitions"):
        found = estimate(generated, tariff())
        json.dumps(found.to_dict(), allow_nan=False)
        assert all(isinstance(note, str) for note in service_notes(generated))
