"""A budget lowers the limits until the highest cost is within it, and never raises one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from plan_requests import definition, request, tariff

from smtune.errors import SpecError
from smtune.estimate import Budget, parse_budget, within_budget
from smtune.estimate.build import largest_cost


def limits(of: Any) -> dict[str, int]:
    found: dict[str, int] = of["HyperParameterTuningJobConfig"]["ResourceLimits"]
    return found


def test_what_is_within_the_budget_stays_as_it_is() -> None:
    asked = request()  # 11 at most
    assert within_budget(asked, Budget(11.0, "USD"), tariff()) == (asked, ())


def test_the_tuning_job_ends_earlier_if_a_training_job_still_fits() -> None:
    # 2 at once cost 2.2 an hour: 9.9 pay for 4.5 hours, 120 s of which are for stopping
    lowered, notes = within_budget(request(), Budget(9.9, "USD"), tariff())
    assert limits(lowered) == {
        "MaxNumberOfTrainingJobs": 10,
        "MaxParallelTrainingJobs": 2,
        "MaxRuntimeInSeconds": 4 * 3600 + 1800 - 120,
    }
    assert notes == ("to cost 9.9 USD at most: MaxRuntimeInSeconds 16,080 (there was none)",)


def test_a_budget_for_less_than_a_round_means_fewer_training_jobs() -> None:
    # 10 at once cost 11 an hour: 5.5 pay for half an hour of them, or for 5 that run to their end
    lowered, notes = within_budget(request(parallel=10), Budget(5.5, "USD"), tariff())
    assert limits(lowered) == {"MaxNumberOfTrainingJobs": 5, "MaxParallelTrainingJobs": 5}
    assert "MaxNumberOfTrainingJobs 5 (instead of 10)" in notes[0]
    assert "MaxParallelTrainingJobs 5 (instead of 10)" in notes[0]
    assert "lower compute.runtime_seconds" in notes[0]


def test_an_unlimited_tuning_job_gets_a_limit() -> None:
    lowered, _ = within_budget(request(jobs=None), Budget(22.0, "USD"), tariff())
    assert limits(lowered)["MaxRuntimeInSeconds"] == 10 * 3600 - 120
    assert "MaxNumberOfTrainingJobs" not in limits(lowered)


def test_not_even_one_training_job_is_refused_with_what_would_fit() -> None:
    with pytest.raises(SpecError) as caught:
        within_budget(request(), Budget(0.55, "USD"), tariff())
    (problem,) = caught.value.problems
    assert problem.path == "limits.budget"
    assert "does not pay for one training job, which may cost 1.10 USD" in problem.message
    assert "compute.runtime_seconds to 1680 or less" in problem.fix
    shorter = request(definition(seconds=1680))
    assert within_budget(shorter, Budget(0.55, "USD"), tariff())[0] is not shorter


def test_a_grid_is_not_cut() -> None:
    ranges = {"CategoricalParameterRanges": [{"Name": "a", "Values": [str(n) for n in range(10)]}]}
    grid = request(jobs=None, parallel=10, Strategy="Grid", ParameterRanges=ranges)
    with pytest.raises(SpecError, match="a grid always runs all of its own"):
        within_budget(grid, Budget(5.5, "USD"), tariff())


@pytest.mark.parametrize("prices", [tariff(storage=None), tariff().__class__("here", "USD", {})])
def test_a_budget_cannot_be_kept_without_prices(prices: Any) -> None:
    with pytest.raises(SpecError, match="a budget cannot be kept without prices"):
        within_budget(request(), Budget(100.0, "USD"), prices)


def test_a_budget_in_another_currency_is_refused() -> None:
    with pytest.raises(SpecError, match="the budget is in EUR, the prices are in USD"):
        within_budget(request(), Budget(100.0, "EUR"), tariff())


@pytest.mark.parametrize(("text", "budget"), [("20 USD", Budget(20.0, "USD")), ("0.5 EUR", Budget(0.5, "EUR"))])
def test_a_budget_is_an_amount_and_a_currency(text: str, budget: Budget) -> None:
    assert parse_budget(text) == budget
    assert str(budget) == text


@pytest.mark.parametrize(
    "text", ["", "20", "USD", "20USD", "20 usd", "-1 USD", "0 USD", "nan USD", "inf USD", "1e999 USD"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(SpecError, match="write it as 20 USD"):
        parse_budget(text)


@given(
    amount=st.floats(0.01, 1e5),
    jobs=st.one_of(st.none(), st.integers(1, 750)),
    parallel=st.integers(1, 100),
    runtime=st.one_of(st.none(), st.integers(120, 2_592_000)),
    seconds=st.integers(1, 2_419_200),
    kinds=st.lists(st.sampled_from(["ml.small", "ml.large"]), min_size=1, max_size=3),
)
def test_the_highest_cost_is_within_the_budget_and_no_limit_is_raised(
    amount: float, jobs: int | None, parallel: int, runtime: int | None, seconds: int, kinds: list[str]
) -> None:
    asked = request(
        *(definition(kind, seconds=seconds) for kind in kinds), jobs=jobs, parallel=parallel, runtime=runtime
    )
    try:
        lowered, notes = within_budget(asked, Budget(amount, "USD"), tariff())
    except SpecError:
        assume(False)
    most = largest_cost(lowered, tariff())
    assert most is not None
    assert most <= amount * (1 + 1e-9)
    before, after = limits(asked), limits(lowered)
    assert all(after[name] <= before.get(name, after[name]) for name in after)
    assert after.get("MaxRuntimeInSeconds", 120) >= 120
    assert bool(notes) is (before != after)


@given(st.floats(1.2, 1e4), st.integers(1, 50))
def test_the_limits_are_the_largest_that_fit(amount: float, parallel: int) -> None:
    asked = request(jobs=None, parallel=parallel)
    lowered, _ = within_budget(asked, Budget(amount, "USD"), tariff())
    name = "MaxRuntimeInSeconds" if "MaxRuntimeInSeconds" in limits(lowered) else "MaxNumberOfTrainingJobs"
    config = lowered["HyperParameterTuningJobConfig"]
    more = {**limits(lowered), name: limits(lowered)[name] + 1}
    if name == "MaxNumberOfTrainingJobs":
        more["MaxParallelTrainingJobs"] = parallel
    raised = {**lowered, "HyperParameterTuningJobConfig": {**config, "ResourceLimits": more}}
    assert (largest_cost(raised, tariff()) or 0) > amount * (1 - 1e-9)
