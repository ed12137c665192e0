"""Where a cause is at home: found where the evidence is strong, and not said where it is weak."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtune.triage.region import find_region

KINDS = {"batch_size": "integer", "eta": "continuous", "booster": "categorical"}


def trial(batch: int, eta: float = 0.1, booster: str = "gbtree") -> dict[str, str]:
    return {"batch_size": str(batch), "eta": repr(eta), "booster": booster}


def scattered(count: int, seed: int, *, batches: tuple[int, ...] = (32, 64, 128, 256)) -> list[dict[str, str]]:
    chance = random.Random(seed)  # noqa: S311
    return [
        trial(chance.choice(batches), chance.uniform(0.01, 0.5), chance.choice(["gbtree", "dart"]))
        for _ in range(count)
    ]


def test_whole_numbers_above_a_bound() -> None:
    region = find_region(scattered(7, 1, batches=(512, 1024)), scattered(20, 2), KINDS)
    assert region is not None
    assert region.sentence == "batch_size >= 512: 7 of 7 failed; 0 of 20 below"
    assert region.nearest_good == "256"
    assert region.chance < 0.001


def test_real_numbers_below_a_bound_with_few_digits() -> None:
    failed = [trial(64, 0.01 + 0.001 * number) for number in range(10)]
    good = [trial(64, 0.1 + 0.01 * number) for number in range(15)]
    region = find_region(failed, good, KINDS)
    assert region is not None
    assert (region.hyperparameter, region.comparison) == ("eta", "<=")
    assert 0.019 < float(region.value) < 0.1
    assert len(region.value) <= 4
    assert region.nearest_good == "0.1"


def test_a_choice() -> None:
    failed = [trial(64, 0.1 * n, "dart") for n in range(8)]
    good = [trial(64, 0.1 * n, name) for n in range(8) for name in ("gbtree", "gblinear")]
    region = find_region(failed, good, KINDS)
    assert region is not None
    assert region.sentence == "booster is dart: 8 of 8 failed; 0 of 16 with any other"


def test_a_few_exceptions_do_not_hide_it() -> None:
    failed = [*scattered(9, 3, batches=(512,)), trial(32)]
    good = [*scattered(29, 4), trial(512)]
    region = find_region(failed, good, KINDS)
    assert region is not None
    assert region.sentence == "batch_size >= 512: 9 of 10 failed; 1 of 30 below"


@pytest.mark.parametrize(
    ("failed", "good"),
    [
        ([trial(512)] * 3, scattered(4, 5)),
        ([trial(512)], scattered(50, 6)),
        ([trial(512)] * 20, []),
        ([], scattered(20, 7)),
        (scattered(12, 8), scattered(20, 9)),
    ],
    ids=["few", "one", "nothing succeeded", "nothing failed", "everywhere"],
)
def test_weak_evidence_gives_no_answer(failed: list[dict[str, str]], good: list[dict[str, str]]) -> None:
    assert find_region(failed, good, KINDS) is None


def test_failures_by_chance_are_hardly_ever_given_a_region() -> None:
    found = 0
    for seed in range(200):
        trials = scattered(40, seed)
        found += find_region(trials[:10], trials[10:], KINDS) is not None
    assert found <= 4  # 1 % of 200, and some


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=30), st.lists(st.integers(-50, 50), min_size=1, max_size=30))
def test_a_region_counts_what_lies_in_it(failed: list[int], good: list[int]) -> None:
    region = find_region([{"n": str(v)} for v in failed], [{"n": str(v)} for v in good], {"n": "integer"})
    if region is not None:
        inside = (lambda v: v >= int(region.value)) if region.comparison == ">=" else (lambda v: v <= int(region.value))
        assert region.failed_inside == sum(map(inside, failed))
        assert region.all_inside == sum(map(inside, [*failed, *good]))
        assert region.all_inside + region.all_outside == len(failed) + len(good)
        assert 0 <= region.chance <= 0.01


def test_what_is_no_finite_number_is_no_place() -> None:
    odd = [{"eta": text} for text in ("nan", "inf", "-inf", "1e999", "none", "")]
    region = find_region(
        [*odd, *({"eta": str(each)} for each in range(10, 30))],
        [*odd, *({"eta": str(each)} for each in range(9))],
        KINDS,
    )
    assert region is not None
    assert (region.comparison, region.value, region.nearest_good) == (">=", "9", "8.0")


def test_one_training_job_is_no_region() -> None:
    assert find_region([trial(512, booster="alone")], scattered(300, 3), KINDS) is None
