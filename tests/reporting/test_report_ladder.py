"""A diagnosis as a ladder of rungs."""

from __future__ import annotations

import pytest

from smtune.diagnosis import diagnose
from smtune.reporting.charts.ladder import draw_ladder
from smtune.reporting.ladder import ladder_of


def test_losses_are_rungs_from_human_level_to_test() -> None:
    ladder = ladder_of(diagnose(human_error="1%", train_error="5%", validation_error="6%", test_error="7%"))
    assert [(rung.label, rung.text) for rung in ladder.rungs] == [
        ("Human level", "1.0 %"),
        ("Training", "5.0 %"),
        ("Validation", "6.0 %"),
        ("Test", "7.0 %"),
    ]
    assert [rung.value for rung in ladder.rungs] == pytest.approx([1, 5, 6, 7])
    bias, variance, _ = ladder.gaps
    assert (bias.name, bias.start, bias.end, bias.text, bias.verdict) == (
        "Avoidable bias",
        "Human level",
        "Training",
        "+4.0",
        "present",
    )
    assert variance.verdict == "absent"
    assert ladder.unit == "%"


def test_rows_give_intervals() -> None:
    found = diagnose(human_error="1%", train_error="5%/2000", validation_error="10%/200", test_error="11%/150")
    ladder = ladder_of(found)
    validation = ladder.rungs[2]
    assert validation.rows == 200
    assert validation.low is not None
    assert validation.high is not None
    assert 0 < validation.low < 10 < validation.high < 20
    assert ladder.rungs[0].low is None, "nothing is known of the chance in it"
    chart = draw_ladder(ladder)
    assert "200 rows" in chart.svg
    assert "confidence intervals" in chart.caption


def test_a_gap_that_is_open_says_what_would_settle_it() -> None:
    ladder = ladder_of(diagnose(human_error="1%", train_error="5%/60", validation_error="8%/60"))
    open_gaps = [gap for gap in ladder.gaps if gap.said == "not enough evidence"]
    assert open_gaps
    assert all(gap.verdict == "unclear" and "more" in gap.needed for gap in open_gaps)


def test_without_a_human_level_the_ladder_begins_with_training() -> None:
    ladder = ladder_of(diagnose(human_error=None, train_error="5%", validation_error="6%"))
    assert [rung.label for rung in ladder.rungs] == ["Training", "Validation"]
    assert ladder.gaps[0].value is None
    assert "Avoidable bias" not in draw_ladder(ladder).svg
