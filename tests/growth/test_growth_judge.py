"""Known truth: what is said of more rows where the curve is chosen here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from smtune.growth.fit import EXPONENTS, fit, laws
from smtune.growth.judge import judge, misfit, training_limit
from smtune.growth.measure import Measure
from smtune.growth.model import Growth, Point
from smtune.growth.text import sentences

ROWS = (125, 250, 500, 1000)
MEASURE = Measure("validation:error", "train:error", "loss")


def law(rows: float, a: float = 0.1, b: float = 0.05, c: float = 0.5) -> float:
    """`b` is the part that 1000 rows leave."""
    return float(a + b * (rows / 1000) ** -c)


def points(losses: Sequence[Sequence[float]], training: float | None = None) -> list[Point]:
    return [Point(rows, loss, training) for rows, own in zip(ROWS, losses, strict=True) for loss in own]


def noisy(a: float, b: float, c: float, noise: float, training: float | None = None, seed: int = 0) -> list[Point]:
    draw = np.random.default_rng(seed)
    return points([[law(rows, a, b, c) + noise * draw.normal() for _ in range(3)] for rows in ROWS], training)


def said(growth: Growth) -> str:
    return " ".join(sentences(growth, MEASURE, ROWS[-1]))


@examples(40)
@given(a=st.floats(0, 0.5), b=st.floats(0.01, 0.5), c=st.floats(*EXPONENTS))
def test_a_curve_without_noise_is_found_again(a: float, b: float, c: float) -> None:
    values = [(float(rows), law(rows, a, b, c)) for rows in ROWS for _ in range(2)]
    found = fit(values, floored=True)
    for rows, loss in values:
        assert found.a + found.b * rows**-found.c == pytest.approx(loss, rel=0.01)
    ahead = laws(values, floored=True).level(2)
    assert ahead.low <= ahead.value <= ahead.high
    assert ahead.value == pytest.approx(law(2000, a, b, c), rel=0.02)


def test_no_law_that_is_not_refuted_goes_below_what_a_loss_can_be() -> None:
    values = [(point.rows, point.validation) for point in noisy(0.0, 0.1, 0.3, 0.01)]
    kept, free = (laws(values, floored=floored).level(1000) for floored in (True, False))
    assert kept.low >= 0
    assert free.low < 0


def test_the_limits_do_not_depend_on_the_unit_of_the_loss_or_of_the_rows() -> None:
    values = [(point.rows, point.validation) for point in noisy(0.1, 0.05, 0.5, 0.004)]
    one, other = laws(values, floored=True), laws([(rows * 7, loss * 40) for rows, loss in values], floored=True)
    for times in (2, 10):
        a, b = one.level(times), other.level(times)
        assert (b.value, b.low, b.high) == pytest.approx([40 * each for each in (a.value, a.low, a.high)])


def test_more_rows_help_where_the_curve_falls_and_twice_the_rows_are_predicted() -> None:
    found = judge(noisy(0.1, 0.05, 0.5, 0.001), floored=True)
    assert (found.kind, found.reason) == ("more rows help", "falling")
    two, four, ten = found.predictions
    assert [each.rows for each in found.predictions] == [2000, 4000, 10_000]
    assert two.loss.low <= law(2000) <= two.loss.high
    assert ten.loss.high - ten.loss.low > two.loss.high - two.loss.low, "farther away less is known"
    assert two.gain.value == pytest.approx(law(1000) - law(2000), abs=0.003)
    assert four.gain.low > two.gain.low > 0.01 * law(1000)
    assert "More rows help: twice as many, 2,000, are expected to lower the loss by 0.01" in said(found)
    assert [(size.rows, size.count) for size in found.sizes] == [(rows, 3) for rows in ROWS]


@pytest.mark.parametrize(
    ("losses", "reason", "words", "is_open"),
    [
        ([[0.2, 0.21, 0.19]] * 4, "flat", "does not fall with the rows by more than chance", True),
        ([[0.1, 0.101], [0.12, 0.121], [0.14, 0.142], [0.16, 0.161]], "rising", "the loss rises with the rows", True),
        ([[0.1, 0.101], [0.2, 0.201], [0.1, 0.101], [0.1, 0.101]], "misfit", "do not follow one curve", True),
        ([[0.2002, 0.2], [0.2001, 0.2], [0.2, 0.1999], [0.1998, 0.1998]], "small", "less than 1 % of it", False),
        ([[0.2, 0.2, 0.2]] * 4, "flat", "0.2 (sd 0) on 125 rows", False),
    ],
)
def test_no_gain_is_shown_and_what_was_measured_is_said(
    losses: list[list[float]], reason: str, words: str, is_open: bool
) -> None:
    found = judge(points(losses), floored=True)
    assert (found.kind, found.reason) == ("no gain shown", reason)
    assert said(found).startswith("No gain shown: ")
    assert words in said(found)
    assert ("is not ruled out" in said(found)) is is_open


def test_a_fall_that_follows_no_curve_predicts_nothing() -> None:
    losses = [[0.9, 0.901, 0.9], [0.2, 0.201, 0.2], [0.19, 0.19, 0.191], [0.1, 0.101, 0.1]]
    found = judge(points(losses), floored=True)
    assert (found.kind, found.reason) == ("not enough evidence", "misfit")
    values = [(point.rows, point.validation) for point in points(losses)]
    assert misfit(values, found) < 0.01


def test_a_fall_too_uncertain_to_tell_asks_for_more_trainings() -> None:
    found = judge(noisy(0.1, 0.05, 0.1, 0.002, seed=1), floored=True)
    assert (found.kind, found.reason) == ("not enough evidence", "unclear")
    assert "--repeats 6" in said(found)


@pytest.mark.parametrize(
    "some",
    [[], [Point(100, 0.1)] * 9, [Point(100, 0.2), Point(200, 0.1)] * 5, [Point(rows, 0.1) for rows in ROWS]],
    ids=["none", "one size", "two sizes", "one training each"],
)
def test_too_few_trainings_say_nothing(some: list[Point]) -> None:
    found = judge(some, floored=True, target=0.01)
    assert (found.kind, found.reason, found.predictions) == ("not enough evidence", "few", ())
    assert "no gain shown either way" in said(found)


def test_rows_cannot_be_enough_where_the_curve_ends_above_the_target() -> None:
    far = noisy(0.1, 0.05, 0.5, 0.0005)
    found = judge(far, floored=True, target=0.05)
    assert (found.kind, found.reason) == ("cannot be enough", "asymptote")
    assert "More rows do lower validation:error" in said(found)
    assert judge(far, floored=True, target=0.12).kind == "more rows help"
    assert judge(far, floored=True).kind == "more rows help"


def test_rows_cannot_be_enough_where_the_model_misses_its_own_training_rows() -> None:
    wide = noisy(0.0, 0.1, 0.3, 0.02, training=0.09)
    found = judge(wide, floored=True, target=0.05)
    assert (found.kind, found.reason) == ("cannot be enough", "training")
    assert found.training == pytest.approx(0.09)
    assert "that is bias, which more rows do not mend" in said(found)
    assert judge(wide, floored=True, target=0.1).kind != "cannot be enough"


def test_a_training_loss_that_falls_is_followed_to_ten_times_the_rows() -> None:
    falling = [Point(rows, 0.5, law(rows)) for rows in ROWS for _ in range(2)]
    limit = training_limit(falling, floored=True)
    assert limit is not None
    assert law(100_000) < limit < law(4000)
    rising = [Point(rows, 0.5, 0.2 - law(rows, 0.0)) for rows in ROWS for _ in range(2)]
    assert training_limit(rising, floored=True) == pytest.approx(0.15)
    assert training_limit([Point(rows, 0.5) for rows in ROWS] * 3, floored=True) is None


def test_one_training_on_each_number_of_rows_does_not_make_the_training_loss_certain() -> None:
    losses = (0.05, 0.07, 0.04, 0.06, 0.08)
    once = [Point(100 * 2**place, 0.5, loss) for place, loss in enumerate(losses)]
    limit = training_limit(once, floored=True)
    assert limit is not None
    assert limit < 0.06, "nothing tells the noise but how they jump"


def test_a_training_loss_above_a_target_that_is_reached_is_no_bias() -> None:
    found = judge(noisy(0.01, 0.05, 0.5, 0.001, training=0.12), floored=True, target=0.1)
    assert (found.kind, found.reason) == ("more rows help", "falling"), "dropout and augmentation are for training"
    assert "The target, 0.1, is reached: 0.059" in said(found)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (0.14, "The target, 0.14, is expected of 2,000 rows: 0.13"),
        (0.12, "The target, 0.12, is expected of 10,000 rows: 0.11"),
        (0.113, "The target, 0.113, is not expected of ten times the rows, and not ruled out"),
    ],
)
def test_how_far_the_target_is_is_said_where_it_may_be_reached(target: float, words: str) -> None:
    found = judge(noisy(0.1, 0.05, 0.5, 0.001), floored=True, target=target)
    assert words in said(found)


def test_where_all_rows_brought_no_loss_twice_as_many_is_said_to_be_of_fewer() -> None:
    found = judge(noisy(0.1, 0.05, 0.5, 0.001), floored=True)
    words = "No training on all 4,000 rows brought a loss: twice as many is twice 1,000 here."
    assert words in sentences(found, MEASURE, 4000)
    assert words not in sentences(found, MEASURE, 1000)


def test_where_nearly_every_loss_is_nothing_the_limit_is_nothing() -> None:
    found = judge(points([[0.05, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]]), floored=True, target=1e-6)
    assert [each.loss.low for each in found.predictions] == [0, 0, 0]
    none = judge(points([[0.0, 0.0, 0.0]] * 4), floored=True)
    assert none.curve is not None
    assert (none.curve.a, none.curve.b) == (0, 0)
    assert "is not ruled out" not in said(none)
