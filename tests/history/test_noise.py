"""Noise by replicates, else a ceiling; what that means for the best, for repeating, and for a plateau."""

from __future__ import annotations

import dataclasses
import tracemalloc

import numpy as np
import pytest
from past_jobs import of, past

from smtune.history import History
from smtune.history.noise import estimate_noise, observe_noise
from smtune.history.plateau import half_gain, observe_plateau
from smtune.history.stability import observe_jobs


def repeated(history: History, times: int, noise: float) -> History:
    """Each training job `times` times, its loss with noise."""
    rng = np.random.default_rng(0)
    runs = [
        dataclasses.replace(
            each, name=f"{each.name}-{number}", objective=(each.objective or 0.0) + noise * rng.normal()
        )
        for each in history.runs
        for number in range(times)
    ]
    return of(runs)


def test_replicates_tell_the_noise() -> None:
    noise = estimate_noise(repeated(past(sum, 30), 3, 0.1).sample)
    assert noise is not None
    assert noise.how == "replicates"
    assert noise.free == 60
    assert noise.interval[0] < 0.1 < noise.interval[1]
    assert noise.sd == pytest.approx(0.1, rel=0.25)


@pytest.mark.parametrize("jobs", [20, 60])
def test_without_replicates_the_noise_of_a_smooth_objective_is_found(jobs: int) -> None:
    found = [estimate_noise(past(lambda p: 2 * p[0] + p[0] * p[1], jobs, noise=0.1, seed=s).sample) for s in range(15)]
    assert all(each is not None and each.is_ceiling and not each.is_rough for each in found)
    assert np.median([each.sd for each in found if each]) == pytest.approx(0.1, rel=0.35)


def test_few_jobs_have_no_noise_to_tell() -> None:
    assert estimate_noise(past(sum, 9).sample) is None
    (found,) = observe_noise(past(sum, 9))
    assert found.verdict == "not enough evidence"


def test_equal_training_jobs_that_differ_as_much_as_others_are_told() -> None:
    (found,) = observe_noise(repeated(past(lambda _: 0.0, 10), 4, 1.0))
    assert found.verdict == "present"
    assert found.numbers["how"] == "replicates"
    (unstable,) = observe_jobs(repeated(past(lambda _: 0.0, 10), 4, 1.0))
    assert unstable.verdict == "present"


def test_a_best_one_that_stands_out_is_told() -> None:
    history = repeated(past(sum, 10), 2, 0.001)
    runs = [dataclasses.replace(history.runs[0], objective=-1.0), *history.runs[2:]]
    (found,) = observe_noise(of(runs))
    assert found.verdict == "absent"
    (unstable,) = observe_jobs(repeated(past(sum, 30), 2, 0.001))
    assert unstable.verdict == "absent"


def test_two_equal_jobs_do_not_tell_noise_well_enough_to_crown_a_best_one() -> None:
    """From one pair the standard deviation may be off by a factor of ten: Student knows, the normal does not."""
    history = past(lambda place: place[0], 12)
    pair = dataclasses.replace(history.runs[3], name="again", objective=(history.runs[3].objective or 0.0) + 0.01)
    best = dataclasses.replace(history.runs[0], objective=min(each.objective or 0.0 for each in history.runs) - 0.05)
    (found,) = observe_noise(of([best, *history.runs[1:], pair]))
    assert (found.numbers["how"], found.verdict) == ("replicates", "present")


def test_jobs_that_end_exactly_alike_have_no_noise_at_all() -> None:
    runs = [dataclasses.replace(each, name=f"{each.name}-{copy}", objective=0.1) for copy in range(7)
            for each in past(sum, 3).runs]  # fmt: skip
    noise = estimate_noise(of(runs).sample)
    assert noise is not None
    assert noise.sd == 0, "not the last digit of a mean"


def test_thousands_of_jobs_fit_into_memory() -> None:
    """Distances of all pairs would be 5000 x 5000 x 2 numbers: 400 MB."""
    sample = past(lambda place: place[0], 5_000, noise=0.1).sample
    tracemalloc.start()
    noise, gain = estimate_noise(sample), half_gain(sample, is_adaptive=False)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 50e6
    assert noise is not None
    assert noise.sd == pytest.approx(0.1, rel=0.1)
    assert 0 < gain < 0.1


def test_without_replicates_nobody_says_that_jobs_are_unstable() -> None:
    (found,) = observe_jobs(past(lambda _: 0.0, 40, noise=1.0))
    assert found.verdict == "not enough evidence"


def test_the_gain_of_half_the_jobs_is_the_mean_over_all_halves() -> None:
    history = past(lambda place: place[0], 10)
    rng = np.random.default_rng(0)
    losses = history.sample.losses
    drawn = [rng.permutation(losses)[:5].min() for _ in range(20_000)]
    assert half_gain(history.sample, is_adaptive=False) == pytest.approx(np.mean(drawn) - losses.min(), abs=0.003)


def test_a_search_of_nothing_but_noise_is_on_a_plateau() -> None:
    (found,) = observe_plateau(past(lambda _: 0.0, 50, noise=1.0))
    assert found.verdict == "present"


def test_a_search_that_still_finds_better_is_not() -> None:
    improving = past(lambda place: place[0], 50, noise=0.001)
    order = np.argsort(-improving.sample.losses)
    history = of([improving.runs[each] for each in order], is_adaptive=True)
    (found,) = observe_plateau(history)
    assert found.verdict == "absent"


def test_few_jobs_are_on_no_plateau() -> None:
    (found,) = observe_plateau(past(lambda _: 0.0, 19, noise=1.0))
    assert found.verdict == "not enough evidence"
