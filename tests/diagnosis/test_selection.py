"""What choosing the best of many training jobs does to their validation error."""

from __future__ import annotations

import json
from decimal import Decimal

import numpy as np
import pytest

from smtune.diagnosis import Diagnosis, diagnose
from smtune.diagnosis.interval import deviates
from smtune.diagnosis.level import Level
from smtune.diagnosis.selection import luck_of
from smtune.diagnosis.spread import Counted, Deviation

Z = deviates(0.95, 1)


def rate(name: str, value: str, rows: int) -> Level:
    return Level(name, Decimal(value), Counted(rows), rows)  # type: ignore[arg-type]


@pytest.mark.parametrize(("jobs", "expected"), [(1, 0.0), (10, 1.54), (50, 2.25), (100, 2.51), (500, 3.04)])
def test_the_best_of_many_is_flattered_by_so_many_standard_errors(jobs: int, expected: float) -> None:
    """The expected largest of normal values, as tables of order statistics have it."""
    validation = Level("validation", Decimal("0.06"), Deviation(0.01))
    found = luck_of(validation, None, jobs, Z)
    assert found is not None
    assert found.flattery == pytest.approx(0.01 * expected, abs=6e-5)
    assert found.most is None


@pytest.mark.parametrize(("rows", "jobs"), [(150, 10), (750, 100), (1500, 10), (7500, 100)])
def test_the_most_that_luck_explains_is_exceeded_once_in_forty(rows: int, jobs: int) -> None:
    rng = np.random.default_rng(rows + jobs)
    lowest = rng.binomial(rows, 0.08, (20_000, jobs)).min(axis=1) / rows
    tested = rng.binomial(rows, 0.08, 20_000) / rows
    found = luck_of(rate("validation", "0.06", rows), rate("test", "0.08", rows), jobs, Z)
    assert found is not None
    assert found.most is not None
    assert 0.01 < np.mean(tested - lowest > found.most) < 0.03
    assert found.flattery == pytest.approx(np.mean(0.08 - lowest), rel=0.12)


def scenario_4(rows: int, jobs: int | None, *, one_pool: bool = False) -> Diagnosis:
    return diagnose(
        human_error="1%/2000",
        train_error=f"5%/{10 * rows}",
        validation_error=f"6%/{rows}",
        test_error=f"10%/{rows}",
        jobs=jobs,
        one_pool=one_pool,
    )


def test_four_points_are_a_mismatch_if_luck_cannot_explain_them() -> None:
    found = scenario_4(7500, 50)
    assert found.order == ("data_mismatch", "high_bias")
    assert found.gaps[-1].cause == "mismatch"
    assert "Choosing the best training job on validation cannot explain that much" in found.findings[0].detail
    assert "though only up to" in found.path[-1].answer


def test_the_same_four_points_may_be_luck_on_fewer_rows() -> None:
    found = scenario_4(2000, 10_000)
    assert found.order[0] == "mismatch_or_luck"
    assert "fresh, larger validation set tells them apart" in found.findings[0].detail
    assert found.remedies[0].title.startswith("Take a fresh, larger validation set")
    assert found.path[-1].leads_to == "luck or mismatch"


def test_json_has_the_luck_that_a_gap_to_test_was_judged_by() -> None:
    found = scenario_4(7500, 50)
    *others, last = json.loads(json.dumps([gap.to_dict() for gap in found.gaps], allow_nan=False))
    assert [gap["luck"] for gap in others] == [None, None]
    luck = last["luck"]
    assert list(luck) == ["jobs", "flattery", "most"]
    error = (0.1 * 0.9 / 7500) ** 0.5  # of one job's validation error, were it as high as on test
    assert (luck["jobs"], luck["flattery"]) == (50, pytest.approx(2.25 * error, rel=0.01))
    assert luck["flattery"] < luck["most"] < last["value"], "which is why it is a mismatch"


def test_json_has_no_luck_where_it_cannot_be_known() -> None:
    assert scenario_4(7500, None).gaps[-1].to_dict()["luck"] is None
    untold = diagnose(human_error="1%", train_error="5%", validation_error="6%", test_error="10%", jobs=50)
    assert untold.gaps[-1].to_dict()["luck"] is None
    half = diagnose(human_error="1%", train_error="5%", validation_error="6%/7500", test_error="10%", jobs=50)
    luck = half.gaps[-1].to_dict()["luck"]
    assert isinstance(luck, dict)
    assert luck["most"] is None
    assert luck["flattery"] > 0


def test_without_the_number_of_jobs_nobody_can_say_which() -> None:
    found = scenario_4(7500, None)
    assert found.gaps[-1].cause is None
    assert "Telling the two apart needs" in found.findings[0].detail
    assert any("if it is the best of many, say of how many" in sentence for sentence in found.assumptions)


def test_within_one_pool_it_is_an_overfitted_validation_set() -> None:
    found = scenario_4(7500, 50, one_pool=True)
    assert found.order == ("validation_overfitting", "high_bias")
    assert {remedy.title for remedy in found.remedies if remedy.gap == "validation_to_test"} == {
        "Take a fresh, larger validation set or run fewer tuning jobs",
        "Judge by cross-validation instead of one validation set",
    }


def test_luck_can_hide_variance_so_it_is_not_called_absent() -> None:
    few = diagnose(human_error="1%/9000", train_error="2%/90000", validation_error="2.3%/9000")
    many = diagnose(human_error="1%/9000", train_error="2%/90000", validation_error="2.3%/9000", jobs=500)
    assert [each.gaps[1].verdict for each in (few, many)] == ["absent", "not enough evidence"]
    assert any("the best of 500 training jobs" in sentence for sentence in many.assumptions)


def test_luck_hides_no_gap_that_is_seen_anyway() -> None:
    found = diagnose(human_error="1%/9000", train_error="2%/90000", validation_error="9%/9000", jobs=500)
    assert found.order == ("high_variance",)
