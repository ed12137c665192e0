"""Human level from several groups of people: the best that is shown to be better than the others."""

from __future__ import annotations

import numpy as np
import pytest

from smtune.diagnosis import Diagnosis, Group, Measured, diagnose, diagnose_metrics
from smtune.errors import UsageError


def of(*groups: Group) -> Diagnosis:
    return diagnose(human_error=list(groups), train_error="5%/7000", validation_error="6%/1500")


def human(diagnosis: Diagnosis) -> tuple[float, int | None]:
    assert diagnosis.errors.human is not None
    return float(diagnosis.errors.human.value), diagnosis.errors.human.rows


def test_a_team_that_is_better_beyond_chance_is_the_benchmark() -> None:
    found = of(Group("a typical person", "3%/2000"), Group("a doctor", "1%/2000"), Group("a team", "0.3%/2000"))
    assert human(found) == (0.003, 2000)
    assert any("that of a team: better than every other group" in sentence for sentence in found.assumptions)


def test_the_luckiest_of_equals_is_not() -> None:
    found = of(Group("a", "3/100"), Group("b", "2/100"), Group("c", "0/100"))
    assert human(found)[0] == pytest.approx(5 / 300)
    assert human(found)[1] == 300
    assert any("none of them is shown to be better" in sentence for sentence in found.assumptions)


def test_who_is_plainly_worse_is_left_out_of_those_who_cannot_be_told_apart() -> None:
    found = of(Group("a typical person", "3%/400"), Group("a doctor", "1%/800"), Group("a team", "0.4%/500"))
    assert human(found)[0] == pytest.approx(10 / 1300)
    assert human(found)[1] == 1300
    sentence = next(each for each in found.assumptions if "a team and a doctor" in each)
    assert "1 other is worse beyond chance" in sentence


def test_without_cases_it_is_the_lowest_and_says_so() -> None:
    found = of(Group("a person", "3%"), Group("a team", "0.5%"))
    assert human(found) == (0.005, None)
    assert any("without cases it is not known whether by chance" in sentence for sentence in found.assumptions)


def test_one_group_is_taken_as_it_is() -> None:
    assert human(of(Group("a doctor", "4/400"))) == (0.01, 400)


def test_other_losses_are_pooled_by_their_precision() -> None:
    groups = [Group("a", Measured(2.0, standard_error=0.2)), Group("b", Measured(2.1, standard_error=0.2))]
    found = diagnose_metrics(
        {"train": "3+-0.1", "validation": "4+-0.1"}, metric="rmse", human_error=groups, baseline_error=10
    )
    assert human(found)[0] == pytest.approx(2.05)
    assert found.errors.human is not None
    assert found.errors.human.spread is not None
    assert found.errors.human.spread.error(2.05) == pytest.approx(0.2 / np.sqrt(2))


@pytest.mark.parametrize("groups", [[], [Group("a", "1%"), Group("a", "2%")]])
def test_groups_need_labels_of_their_own(groups: list[Group]) -> None:
    with pytest.raises(UsageError, match="give each a label of its own"):
        diagnose(human_error=groups, train_error=0.1, validation_error=0.1)


@pytest.mark.parametrize("count", [2, 5])
def test_equals_are_rarely_told_apart(count: int) -> None:
    rng = np.random.default_rng(count)
    samples = 300
    alone = sum(
        human(of(*(Group(str(number), f"{rng.binomial(200, 0.03)}/200") for number in range(count))))[1] == 200
        for _ in range(samples)
    )
    assert alone / samples <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / samples)
