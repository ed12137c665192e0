"""Known truth: what is found of configurations whose real values are chosen here."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from smtune.verify import Configuration, Judgement, Repeat, judge
from smtune.verify.noise import adjusted_p, detectable, noise_of, power
from smtune.verify.text import planned_power, sentences, verdict

ROUNDS = 100
ERROR = 3 * math.sqrt(0.05 * 0.95 / ROUNDS)
"""Three standard errors of a share of 5 %."""


def configuration(rank: int, original: float, values: Sequence[float | None]) -> Configuration:
    repeats = tuple(
        Repeat(f"{rank}-{number}", number, number, "loss", "Failed" if value is None else "Completed", value)
        for number, value in enumerate(values, 1)
    )
    return Configuration(rank, f"job-{rank}", {"depth": rank}, original, repeats=repeats)


def drawn(
    draw: np.random.Generator,
    truth: Sequence[float],
    *,
    repeats: int = 5,
    seeds: float = 1.0,
    noise: Sequence[float] = (),
) -> list[Configuration]:
    """Repeats around the truth: one share of the noise is the seed's, one the training's own."""
    block = draw.normal(size=repeats) * seeds
    sds = noise or [1.0] * len(truth)
    return [
        configuration(rank, real + 2.0 - rank / 10, list(real + block + sd * draw.normal(size=repeats)))
        for rank, (real, sd) in enumerate(zip(truth, sds, strict=True), 1)
    ]


def judged(truth: Sequence[float], *, seeds_shared: bool = True, **how: object) -> list[Judgement]:
    draw = np.random.default_rng([len(truth), seeds_shared, 2])
    found = []
    for _ in range(ROUNDS):
        configurations = drawn(draw, truth, seeds=1.0 if seeds_shared else 0.0, **how)  # type: ignore[arg-type]
        found.append(judge(configurations, is_maximized=True, seeds_shared=seeds_shared))
    return found


def share(found: Sequence[Judgement], kind: str) -> float:
    return sum(item.kind == kind for item in found) / len(found)


@pytest.mark.parametrize(("count", "seeds_shared"), [(2, True), (3, True), (3, False)])
def test_equal_configurations_cannot_be_told_apart(count: int, seeds_shared: bool) -> None:
    found = judged([0.0] * count, seeds_shared=seeds_shared)
    everyone = tuple(range(1, count + 1))
    assert sum(item.tied == everyone for item in found) / ROUNDS >= 0.95 - ERROR
    assert share(found, "best") <= (0.05 + ERROR if count == 2 else 0.05)
    expected = [item.expected for item in found if item.expected is not None]
    assert sum(item.low <= 0 <= item.high for item in expected) / ROUNDS >= 0.95 - ERROR
    best = [item.standings[(item.best or 0) - 1].mean for item in found]
    naive = np.mean([mean.value for mean in best if mean is not None])
    assert naive > 0.15, "the best mean alone flatters"
    assert abs(np.mean([item.value for item in expected])) < 0.1, "the corrected one does not"
    chances = [item.standings[0].probability for item in found]
    assert np.mean([chance for chance in chances if chance is not None]) == pytest.approx(1 / count, abs=0.05)


@pytest.mark.parametrize(("count", "seeds_shared"), [(2, True), (3, False)])
def test_a_difference_of_two_deviations_is_found_as_often_as_is_said(count: int, seeds_shared: bool) -> None:
    found = judged([2.0, *[0.0] * (count - 1)], seeds_shared=seeds_shared)
    said = power(count, 5, 2.0, paired=seeds_shared)
    ps = [next(item.p for item in each.standings if item.rank == 2) for each in found if each.best == 1]
    seen = sum(p is not None and p <= 0.05 for p in ps) / ROUNDS
    assert seen == pytest.approx(said, abs=3 * math.sqrt(said * (1 - said) / ROUNDS))
    assert all(item.best == 1 for item in found if item.kind == "best")
    leads = [item.lead for item in found if item.lead is not None]
    assert sum(item.retrained.low <= 2 <= item.retrained.high for item in leads) / ROUNDS >= 0.95 - ERROR
    lucks = [item.standings[0].luck for item in found]
    assert sum(luck is not None and luck.low <= 1.9 <= luck.high for luck in lucks) / ROUNDS >= 0.95 - ERROR


def test_the_repeats_that_are_needed_find_the_difference_four_times_of_five() -> None:
    assert power(3, 5, detectable(3, 5, paired=True), paired=True) == pytest.approx(0.8, abs=0.001)
    close = [configuration(1, 9.0, [1.0, 3.0, 2.0, 1.5, 2.5]), configuration(2, 8.0, [0.6, 2.8, 1.0, 1.9, 1.7])]
    found = judge(close, is_maximized=True, seeds_shared=True)
    assert (found.kind, found.tied, found.method) == ("tied", (1, 2), "paired")
    assert found.needed is not None
    assert found.noise is not None
    gap = found.standings[1].behind
    assert gap is not None
    assert power(2, found.needed, gap.value / found.noise, paired=True) >= 0.8
    assert power(2, found.needed - 1, gap.value / found.noise, paired=True) < 0.8
    assert f"--repeats {found.needed}" in verdict(found)


def test_seed_by_seed_finds_what_the_seeds_noise_would_hide() -> None:
    seeds = [10.0, 0.0, 30.0, 20.0, 50.0]
    pair = [
        configuration(1, 60.0, [1.0 + seed for seed in seeds]),
        configuration(2, 59.0, [seed * 1.001 for seed in seeds]),
    ]
    assert judge(pair, is_maximized=True, seeds_shared=True).kind == "best"
    assert judge(pair, is_maximized=True, seeds_shared=False).kind == "tied"


def test_the_pooled_comparison_is_scipys_tukey() -> None:
    values = [[0.1, 0.3, 0.2, 0.25], [0.5, 0.4, 0.45, 0.6], [0.2, 0.35, 0.3, 0.33]]
    groups = [dict(enumerate(each)) for each in values]
    noise = noise_of(groups, seeds_shared=False)
    error, df = noise.error(0, 1)
    known = stats.tukey_hsd(*values)
    assert adjusted_p(0.275, error, 3, df) == pytest.approx(float(known.pvalue[0, 1]), rel=1e-4)


def test_noise_that_is_not_the_same_for_all_is_seen() -> None:
    found = judged([0.0, 0.0], noise=[1.0, 30.0])
    assert np.mean([item.method == "unequal" for item in found]) > 0.5
    assert share(found, "best") <= 0.05 + ERROR


def test_equal_repeats_have_no_luck_of_training() -> None:
    still = [configuration(1, 0.1, [0.1] * 3), configuration(2, 0.2, [0.2] * 3)]
    found = judge(still, is_maximized=False, seeds_shared=True)
    assert (found.kind, found.best, found.tied) == ("identical", 1, (1,))
    assert "nothing in the training is drawn at random" in verdict(found)
    same = judge(
        [configuration(1, 0.3, [0.3] * 3), configuration(2, 0.3, [0.3] * 3)], is_maximized=False, seeds_shared=True
    )
    assert same.tied == (1, 2)
    assert "are equally good" in verdict(same)


def test_a_coarse_metric_that_is_equal_by_accident_proves_nothing() -> None:
    coarse = [configuration(1, 0.9925, [0.9919, 0.9919]), configuration(2, 0.9919, [0.9907, 0.9907])]
    found = judge(coarse, is_maximized=True, seeds_shared=True)
    assert (found.kind, found.best) == ("too few", None)
    assert "the metric is coarse" in verdict(found)
    mixed = [configuration(1, 0.99, [0.99] * 5), configuration(2, 0.98, [0.98, 0.99, 1.0, 0.97, 0.99])]
    assert judge(mixed, is_maximized=True, seeds_shared=False).method == "pooled"


def test_failed_repeats_leave_the_rest_to_be_judged() -> None:
    some = [configuration(1, 0.9, [0.8, None, 0.82, 0.81]), configuration(2, 0.8, [0.5, 0.51, 0.49, 0.5])]
    found = judge(some, is_maximized=True, seeds_shared=True)
    assert (found.kind, found.best, found.method) == ("best", 1, "pooled")
    assert [item.completed for item in found.standings] == [3, 4]
    assert "Configuration 1: 1 of 4 repeats ended without an objective." in sentences(found, some)


def test_too_few_repeats_say_nothing() -> None:
    few = [configuration(1, 0.9, [0.8, None]), configuration(2, 0.8, [None, None])]
    found = judge(few, is_maximized=True, seeds_shared=True)
    assert (found.kind, found.best, found.standings[0].mean) == ("too few", None, None)
    assert "nothing can be said" in verdict(found)
    alone = judge([configuration(1, 0.9, [0.8, 0.7]), few[1]], is_maximized=True, seeds_shared=True)
    assert (alone.kind, alone.best, alone.lead) == ("alone", 1, None)
    assert alone.expected is not None
    assert alone.expected.value == pytest.approx(0.75)


NUMBERS = st.lists(st.integers(-50, 50), min_size=4, max_size=4)


@examples(100)
@given(st.lists(NUMBERS, min_size=2, max_size=4))
def test_the_direction_is_only_a_sign(rows: list[list[int]]) -> None:
    up = [configuration(rank, 60.0 - rank, [float(value) for value in row]) for rank, row in enumerate(rows, 1)]
    down = [configuration(rank, rank - 60.0, [float(-value) for value in row]) for rank, row in enumerate(rows, 1)]
    more = judge(up, is_maximized=True, seeds_shared=True)
    less = judge(down, is_maximized=False, seeds_shared=True)
    assert (more.kind, more.best, more.tied, more.needed) == (less.kind, less.best, less.tied, less.needed)
    for one, other in zip(more.standings, less.standings, strict=True):
        assert (one.new_rank, one.probability, one.p) == (other.new_rank, other.probability, other.p)
        assert one.luck is not None
        assert other.luck is not None
        assert one.luck.value == pytest.approx(other.luck.value)
    chances = [item.probability or 0.0 for item in more.standings]
    assert sum(chances) == pytest.approx(0.0 if more.kind == "too few" else 1.0)


def test_luck_and_lead_are_told() -> None:
    lucky = [configuration(1, 1.0, [0.5, 0.52, 0.48]), configuration(2, 0.6, [0.5, 0.51, 0.5])]
    told = "\n".join(sentences(judge(lucky, is_maximized=True, seeds_shared=True), lucky))
    assert "of that was luck" in told
    assert "of it was luck" in told
    assert "corrected for choosing the best of 2" in told
    assert "smtune diagnose" in told
    unlucky = [configuration(1, 0.4, [0.5, 0.52, 0.48]), configuration(2, 0.39, [0.1, 0.11, 0.1])]
    told = "\n".join(sentences(judge(unlucky, is_maximized=True, seeds_shared=True), unlucky))
    assert "it was unlucky there" in told
    assert "greater than it looked" in told
    assert "really the best: it beats configuration 2" in told


def test_the_plan_says_what_it_can_find() -> None:
    assert planned_power(3, 5, paired=True).startswith("differences of 2.4 times the retraining noise")
    assert "compared with nothing" in planned_power(1, 5, paired=True)
