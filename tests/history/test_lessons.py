"""All questions at once: every one answered, as data and as text, whatever the training jobs are like."""

from __future__ import annotations

import dataclasses
import json
import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from past_jobs import AXES, TRAIN, VALIDATION, of, past, run

from smtune.history import Run, study
from smtune.history.observation import CODES
from smtune.history.text import WIDTH, render
from smtune.history.words import tell_value

numbers = st.one_of(st.floats(-10, 10), st.sampled_from([math.nan, math.inf, 0.0, 1e300]))
curves = st.lists(numbers, max_size=15).map(lambda values: tuple(enumerate(values)))


@st.composite
def runs(draw: st.DrawFn) -> Run:
    return run(
        draw(st.integers(0, 99)),
        AXES,
        [draw(st.sampled_from([0.0, 0.3, 1.0])), draw(st.floats(0, 1))],
        draw(st.one_of(st.none(), numbers)),
        status=draw(st.sampled_from(["Completed", "Stopped", "Failed", "InProgress"])),
        curves={VALIDATION: draw(curves), TRAIN: draw(curves)},
        metrics=draw(st.dictionaries(st.sampled_from([VALIDATION, TRAIN]), numbers)),
    )


@settings(max_examples=15)
@given(st.lists(runs(), max_size=14))
def test_whatever_ended_however_every_question_is_answered(past_runs: list[Run]) -> None:
    lessons = study(of(past_runs))
    json.dumps(lessons.to_dict(), allow_nan=False)
    text = render(lessons)
    assert all(len(line) <= WIDTH for line in text.splitlines())
    assert "nan" not in text
    assert not re.search(r"\b1 training jobs|\d%", text)


def test_every_question_is_asked() -> None:
    assert {each.code for each in study(past(sum, 30)).observations} == set(CODES)


def test_the_same_history_gets_the_same_answers() -> None:
    assert study(past(sum, 30, noise=0.1)).to_dict() == study(past(sum, 30, noise=0.1)).to_dict()


def test_a_hyperparameter_can_be_asked_for() -> None:
    lessons = study(past(lambda place: -place[0], 40, noise=0.05))
    (found,) = lessons.of("edge", "rate")
    assert found in lessons.present
    assert lessons.support("rate", "up") == "supported"
    assert lessons.to_dict()["directions"][0]["up"] == "supported"


def test_the_text_has_what_was_found_first_by_subject() -> None:
    text = render(study(past(lambda place: -place[0], 40, noise=0.05)))
    assert text.startswith("What 40 training jobs teach")
    assert "  ! rate matters" in text
    assert "  ! The best lie at the upper end of rate's range 0.0001 to 1" in text
    assert "  - raising rate is supported" in text
    assert "\n\nBudget\n" in text


def test_a_chance_has_no_digits_that_no_test_knows() -> None:
    text = render(study(past(lambda place: -place[0], 40)))
    assert "chance below 0.0001" in text
    assert not re.search(r"chance \S+e-", text)


@pytest.mark.parametrize(("value", "text"), [(1e7, "10000000"), (100.0034, "100.003"), (1e-5, "1e-05"), (-3.0, "-3")])
def test_values_of_hyperparameters_keep_their_digits(value: float, text: str) -> None:
    assert tell_value(value) == text


def test_what_of_two_losses_cannot_be_told_is_not_blamed_on_their_number() -> None:
    """The gap is the same in all."""
    runs = [dataclasses.replace(each, metrics={TRAIN: each.objective or 0.0}) for each in past(sum, 30).runs]
    (found,) = study(of(runs)).of("gap_misleads")
    assert found.verdict == "not enough evidence"
    assert "too few" not in found.sentence
