"""The text a person reads in the terminal."""

from __future__ import annotations

import html
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from smtune.diagnosis import Number, diagnose, diagnose_metrics
from smtune.diagnosis.text import render


def text_of(human: Number | None, train: Number, validation: Number, test: Number | None = None, **more: Number) -> str:
    errors = {"human_error": human, "train_error": train, "validation_error": validation, "test_error": test}
    return render(diagnose(**errors, **more))  # type: ignore[arg-type]


def flat(text: str) -> str:
    """Without line breaks and indentation."""
    return " ".join(text.split())


def test_the_ladder_of_scenario_4() -> None:
    assert text_of(0.01, 0.05, 0.06, 0.10).split("\n\n")[1].splitlines() == [
        "Error ladder (error, gaps in points)",
        "                level  gap to the line above        share   verdict",
        "  human level   1.0 %",
        "  training      5.0 %  avoidable bias >=      +4.0  44.4 %  PRESENT",
        "  validation    6.0 %  variance               +1.0  11.1 %  absent",
        "  test         10.0 %  validation to test     +4.0  44.4 %  PRESENT",
        "  whole gap, human level to test: +9.0",
    ]


def test_the_headline_comes_first() -> None:
    assert text_of(0.01, 0.05, 0.06).startswith("High bias\n")
    assert text_of(0.01, 0.05, 0.10).startswith("High bias and high variance; work on the bias first\n")


def test_questions_have_answers_with_their_numbers() -> None:
    text = flat(text_of(0.01, 0.05, 0.06))
    assert (
        "1. Is training error well above human level? 1.0 % -> 5.0 %: "
        "yes, at least 4.0 points of 5.0 (80 %) => high bias"
    ) in text
    assert (
        "2. Is validation error well above training error? 5.0 % -> 6.0 %: no, 1.0 points, and anything "
        "up to 1.0 points counts as small"
    ) in text


def test_a_gap_can_be_small_by_its_share() -> None:
    assert "no, 2.0 points of 9.0 (22.2 %), less than 25 % of the whole gap" in flat(text_of(0.01, 0.08, 0.10))


def test_a_share_just_under_a_quarter_does_not_read_as_a_quarter() -> None:
    assert "(24.9 %), less than 25 %" in flat(text_of(0, "6.001%", "8%"))


def test_a_gap_larger_than_the_whole() -> None:
    text = flat(text_of(0.05, 0, 0.08))
    assert "yes, 8.0 points, more than the whole gap of 3.0 points => high variance" in text
    assert "no, it is 5.0 points lower" in text


def test_a_whole_gap_below_zero_has_no_shares() -> None:
    assert "2.0 points (no share: the whole gap is not above zero)" in flat(text_of(0.05, 0.02, 0.04))


def test_an_unknown_human_level_is_called_unknown() -> None:
    text = flat(text_of(None, 0.08, 0.10))
    assert "human level unknown" in text
    assert "unknown -> 8.0 %: cannot be told: no human level was given" in text
    assert "2.0 points is material only if it is 25 % of the whole gap, which needs a human level" in text
    assert "at least a quarter of the whole gap whatever the human level" in flat(text_of(None, 0.02, 0.06))


def test_remedies_are_under_their_finding_with_the_search_ranges() -> None:
    lines = text_of(0.01, 0.05, 0.06, 0.10, algorithm="xgboost").splitlines()
    mismatch, pool, bias, model = (
        next(number for number, line in enumerate(lines) if line.startswith(start))
        for start in (
            "  Training/test data",
            "    1. Draw validation and test",
            "  High bias.",
            "    1. Use a bigger model.",
        )
    )
    assert mismatch < pool < bias < model
    assert lines[model + 1] == "       Search range: max_depth up, num_round up, eta up"


def test_it_says_what_it_rests_on() -> None:
    text = flat(text_of(0.01, 0.05, 0.06))
    assert "Point-only" in text
    assert "avoidable bias is at least what is shown" in text


def test_nothing_material_has_one_next_step() -> None:
    text = flat(text_of(0.14, 0.15, 0.16))
    assert "Nothing material: no gap is both over 1.0 points and at least 25 % of the whole gap" in text
    assert "Next step - Ship it" in text


def test_a_notebook_shows_the_same_text_and_no_markup_of_others() -> None:
    diagnosis = diagnose_metrics({"train": "5%", "validation": "6%"}, metric="<b>:error", human_error="1%")
    shown = diagnosis._repr_html_()
    assert shown == f"<pre>{html.escape(render(diagnosis))}</pre>"
    assert "<b>" not in shown


def test_two_decimals_where_one_would_hide_something() -> None:
    assert "0.25 %" in text_of("0.25%", "5%", "6%")


def test_a_metric_in_its_own_unit() -> None:
    values = {"train": 2.5, "validation": 3.5}
    text = flat(render(diagnose_metrics(values, metric="rmse", human_error=2, baseline_error=10)))
    assert "Error ladder (rmse)" in text
    assert "Is training rmse well above human level? 2 -> 2.5: yes, at least 0.5 of 1.5 (33.3 %)" in text
    assert "point" not in text.replace("Point-only", "")


def test_a_metric_without_a_span_has_gaps_and_no_verdicts() -> None:
    text = flat(render(diagnose_metrics({"train": 2.5, "validation": 3.5}, metric="rmse")))
    assert "2.5 -> 3.5: cannot be told: nothing given says how much rmse matters" in text


rates = st.integers(0, 10_000).map(lambda number: Decimal(number) / 10_000)


@given(human=st.none() | rates, train=rates, validation=rates, test=st.none() | rates)
def test_it_is_plain_and_at_most_100_wide(
    human: Decimal | None, train: Decimal, validation: Decimal, test: Decimal | None
) -> None:
    text = text_of(human, train, validation, test, algorithm="xgboost")
    assert all(len(line) <= 100 and line == line.rstrip() for line in text.splitlines())
    assert not any(line.lstrip().startswith("%") for line in text.splitlines())
    assert text.isascii()
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
