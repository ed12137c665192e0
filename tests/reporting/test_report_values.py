"""The small values a report is made of: axes, samples, words, pairs of metrics, formats."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtune.errors import UsageError
from smtune.reporting import format_of
from smtune.reporting.axes import axes_of, place_on
from smtune.reporting.charts.limits import beyond, limits
from smtune.reporting.charts.svg import inline
from smtune.reporting.charts.ticks import ticks
from smtune.reporting.learning import pair_of
from smtune.reporting.model import Axis, Row
from smtune.reporting.sample import sample_rows, spread
from smtune.reporting.words import duration, moment, number

LOG = Axis("eta", "number", 0.001, 1.0, "log")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (20, "20"),
        (-3, "\N{MINUS SIGN}3"),
        (1234567, "1\N{NARROW NO-BREAK SPACE}234\N{NARROW NO-BREAK SPACE}567"),
        (0.99248, "0.9925"),
        (0.1, "0.1"),
        (12345.678, "12\N{NARROW NO-BREAK SPACE}346"),
        (0.000012345, "1.234 \N{MULTIPLICATION SIGN} 10⁻⁵"),
        (-2.5e9, "\N{MINUS SIGN}2.5 \N{MULTIPLICATION SIGN} 10⁹"),
        (float("nan"), "not a number"),
        (float("inf"), "infinite"),
        (None, "\N{EN DASH}"),
        ("dart", "dart"),
    ],
)
def test_numbers_are_written_as_people_write_them(value: Any, text: str) -> None:
    assert number(value) == text


def test_times_are_written_as_people_write_them() -> None:
    assert [duration(each) for each in (None, 42, 80, 7500)] == ["\N{EN DASH}", "42 s", "1 min 20 s", "2 h 05 min"]
    assert moment(0) == "1 January 1970, 00:00:00 UTC"


def test_a_place_on_an_axis_is_on_its_own_scale() -> None:
    assert place_on(LOG, 0.001) == 0
    assert place_on(LOG, 1) == 1
    assert place_on(LOG, 0.1) == pytest.approx(2 / 3)
    assert place_on(LOG, 0) is None, "a logarithmic axis has no zero"
    assert place_on(LOG, "many") is None
    reverse = Axis("momentum", "number", 0.0, 0.99, "reverse-log")
    assert place_on(reverse, 0.9) == pytest.approx(0.5)
    words = Axis("booster", "category", choices=("gbtree", "dart", "gblinear"))
    assert [place_on(words, each) for each in ("gbtree", "dart", "gblinear", "other")] == [0.0, 0.5, 1.0, None]
    assert place_on(Axis("one", "category", choices=("only",)), "only") == 0.5


def described(ranges: dict[str, Any]) -> dict[str, Any]:
    return {"HyperParameterTuningJobConfig": {"ParameterRanges": ranges}}


def test_a_range_that_leaves_its_scale_to_the_service_has_the_one_it_would_take() -> None:
    wide = {"Name": "wide", "MinValue": "0.001", "MaxValue": "1"}
    auto = {"Name": "auto", "MinValue": "1", "MaxValue": "50", "ScalingType": "Auto"}
    linear = {"Name": "linear", "MinValue": "0.001", "MaxValue": "1", "ScalingType": "Linear"}
    found = axes_of(described({"ContinuousParameterRanges": [wide, linear], "IntegerParameterRanges": [auto]}), ())
    assert [(axis.name, axis.kind, axis.scale) for axis in found] == [
        ("wide", "number", "log"),
        ("linear", "number", "linear"),
        ("auto", "integer", "linear"),
    ]


def test_what_autotune_chose_has_an_axis_of_its_values() -> None:
    rows = [row(number, lr=10.0**-number, units=number, kind="ab"[number % 2]) for number in range(1, 5)]
    found = {axis.name: axis for axis in axes_of(described({}), rows)}
    assert (found["lr"].low, found["lr"].high, found["lr"].scale) == (1e-4, 0.1, "log")
    assert (found["units"].kind, found["units"].high) == ("integer", 4)
    assert found["kind"].choices == ("a", "b")


def row(number: int, objective: float = 0.5, **values: Any) -> Row:
    return Row(number, f"job-{number}", "Completed", objective, 1.0, values)


@given(st.integers(0, 3000), st.integers(2, 600))
def test_a_sample_has_the_first_and_the_last_and_nothing_twice(count: int, most: int) -> None:
    found = spread(range(count), most)
    assert len(found) == min(count, most)
    assert sorted(set(found)) == list(found)
    if count:
        assert (found[0], found[-1]) == (0, count - 1)


def test_of_sampled_training_jobs_the_best_are_all_there() -> None:
    ranked = [row(number) for number in range(2000)]
    found = sample_rows(ranked, 300)
    assert [each.number for each in found[:50]] == list(range(50))
    assert len({each.number for each in found}) == 300
    assert found[-1].number == 1999


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), st.booleans())
def test_the_best_value_is_always_within_the_limits(values: list[float], is_maximized: bool) -> None:
    low, high = limits(values, is_maximized=is_maximized)
    assert low < high
    assert low <= (max(values) if is_maximized else min(values)) <= high


def test_one_value_that_diverged_does_not_flatten_the_others() -> None:
    values = [0.1 + 0.01 * each for each in range(20)]
    ends = limits([*values, 1e30], is_maximized=False)
    assert beyond([*values, 1e30], ends) == 1
    assert ends[1] < 1


@given(
    st.sampled_from(["linear", "log"]),
    st.floats(1e-8, 1e8),
    st.floats(1.001, 1e8),
    st.sampled_from(["number", "integer"]),
)
def test_ticks_are_few_and_on_the_axis(scale: str, low: float, factor: float, kind: Any) -> None:
    places, texts = ticks(Axis("x", kind, low, low * factor, scale))
    assert 1 <= len(places) <= 8
    assert len(places) == len(texts)
    assert all(-0.01 <= place <= 1.01 for place in places)
    assert places == sorted(places)


def test_a_metric_is_paired_with_its_like_on_the_other_set() -> None:
    known = {"validation:error", "train:error", "train:auc", "validation:auc"}
    assert pair_of("validation:auc", known) == {"train": "train:auc", "validation": "validation:auc"}
    assert pair_of("val_loss", {"val_loss", "loss", "train_loss"}) == {"train": "train_loss", "validation": "val_loss"}
    assert pair_of("score", {"score"}) == {"validation": "score"}
    assert pair_of("other", known) == {}


def test_a_file_name_tells_the_format() -> None:
    assert [format_of(Path(name)) for name in ("a.html", "b.HTM", "c.md", "d.json")] == [
        "html",
        "html",
        "markdown",
        "json",
    ]
    with pytest.raises(UsageError, match="end it with"):
        format_of(Path("report.pdf"))


def test_only_tags_of_a_drawing_are_changed() -> None:
    text = 'font: 12px serif; a style="x" id="y" #fe0001 href="#z"'
    drawing = f'<svg viewBox="0 0 4 4"><g id="g1"><text id="t" style="font: 12px serif">{text}</text></g></svg>'
    found = inline(drawing, "n", "T", "D")
    assert f'<text style="font-size: 12px">{text}</text>' in found
    assert 'id="g1"' not in found
