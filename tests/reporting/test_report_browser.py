"""The report in a real browser: charts drawn, nothing asked for, light and dark readable, and fit for a phone."""

from __future__ import annotations

import dataclasses
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from browser import find_browser, measured, opened
from report_jobs import told_job

from smtune.diagnosis import diagnose
from smtune.reporting import Bar, gather_report, to_html
from smtune.reporting.charts.history import draw_history
from smtune.reporting.charts.importance import draw_importance
from smtune.reporting.charts.ladder import draw_ladder
from smtune.reporting.charts.parallel import draw_parallel
from smtune.reporting.charts.slices import draw_slices
from smtune.reporting.ladder import ladder_of
from smtune.reporting.model import Axis, Row

pytestmark = pytest.mark.browser
READABLE = 4.5
"""The least contrast of text, by the Web Content Accessibility Guidelines (level AA)."""
SMALLEST = 10.0
"""Pixels."""
CHARTS = {"ladder", "history", "importance", "parallel", "slice-0", "slice-1", "slice-2", "curve-best", "curve-median"}
Seen = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def browser() -> str:
    return find_browser()


@pytest.fixture(scope="module")
def page() -> str:
    """A report with everything that one can have."""
    other = told_job("drawn-again", 9)
    data = gather_report(told_job("drawn", 40).session(), "drawn", [(other.session(), "drawn-again")])
    found = diagnose(human_error="1%", train_error="5%/2000", validation_error="9%/200", test_error="12%/150")
    bars = (Bar("eta", 0.62, 0.5, 0.7), Bar("depth", 0.2, 0.05, 0.3), Bar("booster", 0.02, 0.0, 0.1))
    return to_html(dataclasses.replace(data, ladder=ladder_of(found), importance=bars))


@pytest.fixture(scope="module")
def seen(browser: str, page: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Seen, list[str]]:
    """What was measured by scheme, the phone's width first, and what left the browser."""
    folder = tmp_path_factory.mktemp("browser")
    light, first = measured(browser, page, folder, "light")
    dark, second = measured(browser, page, folder, "dark")
    return {"light": light, "dark": dark}, first + second


def frames(seen: tuple[Seen, list[str]]) -> list[dict[str, Any]]:
    return [frame for found in seen[0].values() for frame in found]


def test_every_chart_is_drawn(seen: tuple[Seen, list[str]]) -> None:
    for frame in frames(seen):
        assert {chart["name"] for chart in frame["charts"]} == CHARTS | {"versus"}
        for chart in frame["charts"]:
            assert chart["width"] > 200, chart
            assert chart["height"] > 60, chart
            assert chart["marks"] >= 3, chart
            assert chart["texts"] >= 2, chart


def test_no_text_of_a_chart_is_too_small_or_cut_off(seen: tuple[Seen, list[str]]) -> None:
    for frame in frames(seen):
        for chart in frame["charts"]:
            assert chart["smallest"] >= SMALLEST, (frame["width"], chart)
            assert chart["outside"] == [], (frame["width"], chart)


@pytest.mark.parametrize("errors", [("5%", "9%", "12%"), ("30%", "30%", "1%"), ("1%", "30%", "30%")])
def test_words_stay_within_a_chart_whatever_stands_there(
    browser: str, tmp_path: Path, errors: tuple[str, str, str]
) -> None:
    """Long names of several algorithms, in wide letters; gaps at the far end of a ladder; values close together."""
    wide = "LEARNING_RATE_OF_THE_" * 3
    bars = (Bar(f"{wide}: eta", 0.6, 0.4, 0.7), Bar("学習率" * 20, 0.1, 0.0, 0.2), Bar("eta", 0.0))
    axes = (Axis("act", "category", choices=(wide, "tanh", "Übertragungsfunktion")), Axis("x", "number", 0.0, 1.0))
    rows = [
        Row(number, f"job-{number}", "Completed", 0.99921 + 3.7e-6 * number, 1.0, {"act": wide, "x": number / 9})
        for number in range(9)
    ]
    found = diagnose(human_error="1%", train_error=errors[0], validation_error=errors[1], test_error=errors[2])
    drawn = [draw_ladder(ladder_of(found)), draw_importance(bars), draw_parallel(axes, rows, wide, is_maximized=True)]
    drawn += draw_slices(axes, rows, is_maximized=True)
    drawn += [draw_history(rows, wide, "job-8", is_maximized=True)]
    figures = "".join(f'<figure id="{chart.name}">{chart.svg}</figure>' for chart in drawn if chart is not None)
    style = (files("smtune.reporting") / "page" / "report.css").read_text(encoding="utf-8")
    page = f'<!doctype html><style>{style}</style><main><div class="charts">{figures}</div></main>'
    seen, _ = measured(browser, page, tmp_path, "light")
    for frame in seen:
        assert len(frame["charts"]) == 6
        for chart in frame["charts"]:
            assert chart["outside"] == [], (frame["width"], chart)


def test_light_and_dark_follow_the_reader_and_are_both_readable(seen: tuple[Seen, list[str]]) -> None:
    light, dark = seen[0]["light"], seen[0]["dark"]
    assert [frame["dark"] for frame in (*light, *dark)] == [False, False, True, True]
    assert light[0]["background"] != dark[0]["background"]
    assert light[0]["ink"] != dark[0]["ink"]
    for frame in frames(seen):
        assert frame["written"] > 200, "the text of charts and tables was looked at"
        assert frame["contrasts"][0][0] >= READABLE, frame["contrasts"]


def test_nothing_is_wider_than_a_phone(seen: tuple[Seen, list[str]]) -> None:
    for frame in frames(seen):
        assert frame["overflow"] <= 0, frame["width"]
    phone, desk = seen[0]["light"]
    assert (phone["width"], phone["columns"]) == (375, 1)
    assert desk["columns"] > 1


def test_nothing_is_asked_of_a_network(seen: tuple[Seen, list[str]]) -> None:
    assert seen[1] == []
    assert [frame["resources"] for frame in frames(seen)] == [[], [], [], []]


def test_a_page_that_asks_for_something_is_noticed(browser: str, tmp_path: Path) -> None:
    file = tmp_path / "asks.html"
    file.write_text('<!doctype html><img src="http://elsewhere.invalid/pixel.png">', encoding="utf-8")
    _, requests = opened(browser, file)
    assert [line for line in requests if "elsewhere.invalid/pixel.png" in line]


def test_what_is_wrong_with_a_page_is_measured(browser: str, page: str, tmp_path: Path) -> None:
    """The measurements can fail: pale text, a wide block, small letters."""
    spoilt = page.replace(
        "</style>", "p{color:#ccc!important;width:900px}svg.chart text{font-size:4px!important}</style>", 1
    )
    (phone, _), _ = measured(browser, spoilt, tmp_path, "light")
    assert phone["overflow"] > 0
    assert phone["contrasts"][0][0] < READABLE
    assert min(chart["smallest"] for chart in phone["charts"]) < SMALLEST
