"""What a single chart says: whole ticks, labels that differ, names that can be told apart, what was left out."""

from __future__ import annotations

import dataclasses
import re

import pytest
from fake_tuning import FakeTuning
from report_jobs import told_job

from smtune.reporting import Bar, ReportData, gather_report, to_html
from smtune.reporting.charts.canvas import Chart
from smtune.reporting.charts.history import draw_history
from smtune.reporting.charts.importance import draw_importance
from smtune.reporting.charts.learning import draw_learning
from smtune.reporting.charts.parallel import draw_parallel
from smtune.reporting.charts.slices import draw_slices
from smtune.reporting.charts.ticks import short, ticks
from smtune.reporting.model import Axis, Curve, Row
from smtune.reporting.told import _deviation

X = Axis("x", "number", 0.0, 1.0)


def rows_of(*objectives: float) -> list[Row]:
    return [
        Row(number, f"job-{number}", "Completed", objective, 1.0, {"x": number / (1 + len(objectives))})
        for number, objective in enumerate(objectives, start=1)
    ]


def texts_of(chart: Chart | None) -> list[str]:
    assert chart is not None
    return re.findall(r"<text[^>]*>([^<]*)</text>", chart.svg)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_there_is_no_half_of_a_training_job(count: int) -> None:
    chart = draw_history(rows_of(*[0.5] * count), "error", "job-1", is_maximized=False)
    across = texts_of(chart)[: texts_of(chart).index("training job")]
    assert across
    assert all(text.isdigit() for text in across)


def test_there_is_no_half_of_a_step() -> None:
    curve = Curve("best", "job-1", 0.5, "validation:error", "validation", (0.0, 1.0, 2.0), (0.9, 0.6, 0.5))
    (chart,) = draw_learning([curve], is_maximized=False)
    assert texts_of(chart)[:3] == ["0", "1", "2"]


def test_values_close_together_have_labels_that_differ() -> None:
    rows = rows_of(*[0.99921 + 3.7e-6 * number for number in range(20)])
    for chart in (
        draw_history(rows, "auc", "job-20", is_maximized=True),
        draw_parallel([X], rows, "auc", is_maximized=True),
        *draw_slices([X], rows, is_maximized=True),
    ):
        labels = [text for text in texts_of(chart) if text.startswith("0.99")]
        assert len(labels) > 1
        assert len(set(labels)) == len(labels), labels
    _, texts = ticks(Axis("x", "number", 100.001, 100.009), 4)
    assert texts[0] == "100.001"
    assert len(set(texts)) == len(texts)


def test_a_hyperparameter_off_its_axis_has_no_slice_and_breaks_no_report() -> None:
    log = Axis("x", "number", 0.001, 1.0, "log")
    rows = [dataclasses.replace(each, values={"x": 0.0}) for each in rows_of(0.1, 0.2)]
    assert draw_slices([log], rows, is_maximized=False) == ()
    on = dataclasses.replace(rows[1], values={"x": 0.1})
    (chart,) = draw_slices([log], [rows[0], on], is_maximized=False)
    assert chart.caption == "Best at 0.1, logarithmic scale.", "of those that are on the axis"


def test_long_names_keep_what_tells_them_apart() -> None:
    assert short("gbtree") == "gbtree"
    assert short("a-long-name-of-one", 9) == "a-lo…-one"
    assert short("学習率学習率学習率", 9) == "学習…習率", "such a letter is as wide as two"
    bars = [Bar(f"gradient-boosted-trees-algorithm-b: parameter_number_{each}", 0.1) for each in range(4)]
    names = [text for text in texts_of(draw_importance(bars)) if "%" not in text]
    assert len(set(names)) == 4


def test_of_many_hyperparameters_the_first_are_drawn_and_that_is_said() -> None:
    chart = draw_importance([Bar(f"h{number}", number / 100) for number in range(30)])
    assert chart is not None
    assert "The first 12 of 30." in chart.caption


def test_values_far_out_of_the_rest_are_said_where_they_are_drawn_at_the_end() -> None:
    chart = draw_parallel([X], rows_of(*[0.1 + 0.01 * each for each in range(20)], 1e9), "error", is_maximized=False)
    assert chart is not None
    assert "1 value of error far out of the rest, drawn at its end." in chart.caption


def test_the_beginning_of_a_curve_that_is_not_drawn_is_said() -> None:
    values = (1e6, *(0.5 - 0.01 * step for step in range(20)))
    curve = Curve("best", "job-1", 0.31, "validation:error", "validation", tuple(map(float, range(21))), values)
    (chart,) = draw_learning([curve], is_maximized=False)
    assert chart.caption.endswith("1 value far out of the rest not drawn.")


@pytest.fixture
def service() -> FakeTuning:
    return told_job("single", 1)


@pytest.fixture
def data(service: FakeTuning) -> ReportData:
    return gather_report(service.session(), "single")


def test_one_training_job_is_told_of_in_the_singular(data: ReportData) -> None:
    page = to_html(data)
    assert "None: every training job that is over has an objective." in page
    assert not re.search(r"\b1 training jobs|all 1 ", page)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (-0.9998, "over 99 % below"),
        (-0.5, "50 % below"),
        (0.001, "just that"),
        (12.3, "1\u202f230 % above"),
        (-1, "100 %"),
    ],
)
def test_a_small_cost_is_not_called_nothing(share: float, words: str) -> None:
    assert words in _deviation(share)
