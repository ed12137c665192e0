"""The report as a page: it needs nothing else, runs nothing, and takes nothing for markup that is none."""

from __future__ import annotations

import dataclasses
import re
import time
from collections import Counter
from html.parser import HTMLParser

import pytest
from report_jobs import HOSTILE, METRIC, SECRET, told_job

from smtune.reporting import ReportData, gather_report, to_html, to_json, to_markdown
from smtune.reporting.model import Lesson, Row

_VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """What stands in a page: tags, ids, texts; and whether every tag is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += attrs
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def data() -> ReportData:
    return gather_report(told_job().session(), "tune")


@pytest.fixture(scope="module")
def page(data: ReportData) -> str:
    return to_html(data)


def test_every_tag_is_closed_and_every_id_is_there_once(page: str) -> None:
    found = Page(page)
    assert found.open == []
    ids = Counter(value for name, value in found.attributes if name == "id")
    assert [name for name, count in ids.items() if count > 1] == []
    assert "ladder" in ids


def test_every_part_is_there(page: str) -> None:
    headings = re.findall(r"<h2>(.*?)</h2>", page)
    assert headings == [
        "Diagnosis",
        "Search",
        "Slices",
        "Learning curves",
        "Best training jobs",
        "Cost",
        "Failures",
        "Provenance",
    ]


def test_every_chart_is_named_and_has_its_text_as_text(page: str) -> None:
    charts = re.findall(r"<svg .*?</svg>", page, re.DOTALL)
    assert len(charts) == 8, "ladder, history, parallel, three slices, two curves"
    for chart in charts:
        title = re.search(
            r'role="img".*aria-labelledby="(\S+)-title \1-desc"><title id="\1-title">[^<]+</title>', chart
        )
        assert title, chart[:300]
        assert "<text" in chart
    assert "<desc id=" in charts[0]


def test_colors_are_the_pages_own(page: str) -> None:
    drawn = "".join(re.findall(r"<svg .*?</svg>", page, re.DOTALL))
    assert "var(--accent)" in drawn
    assert re.findall(r"#[0-9a-f]{6}\b", drawn) == []
    declared = set(re.findall(r"(--[\w-]+):", page))
    assert set(re.findall(r"var\((--[\w-]+)\)", page)) <= declared


def test_nothing_is_asked_for_and_nothing_runs(page: str) -> None:
    found = Page(page)
    assert {"script", "img", "iframe", "object", "embed"} & set(found.tags) == set()
    links = [value for name, value in found.attributes if name in {"src", "href", "srcset", "action", "data"}]
    assert [link for link in links if link and not link.startswith(("#", "data:,"))] == []
    assert [name for name, _ in found.attributes if name.startswith("on")] == []
    assert [each for each in re.findall(r"url\(([^)]*)\)", page) if not each.startswith("#")] == []
    assert "@import" not in page
    assert "default-src 'none'" in page


def test_the_same_job_gives_the_same_bytes(page: str) -> None:
    assert to_html(gather_report(told_job().session(), "tune")) == page


def test_a_hostile_name_stays_text() -> None:
    categories = [{"Name": HOSTILE, "Values": [HOSTILE, "$x^2$"]}, {"Name": 'a" style="}*{', "Values": ["1", "2"]}]
    service = told_job(ranges={"CategoricalParameterRanges": categories})
    service.static = {HOSTILE: HOSTILE, "epochs": "20"}
    for number, name in enumerate(service.jobs):
        service.tuned[name] = {HOSTILE: (HOSTILE, "$x^2$")[number % 2], 'a" style="}*{': "1"}
        service.jobs[name]["HyperParameters"] = {**service.static, **service.tuned[name]}
    service.add(90, "Failed", FailureReason=f"AlgorithmError: {HOSTILE}", tuned={"eta": None, "depth": None})
    data = gather_report(service.session(), "tune")
    found = Page(to_html(data))
    assert {"script", "img"} & set(found.tags) == set()
    assert found.open == []
    assert HOSTILE in found.text
    assert all("}*{" not in style for style in re.findall(r"<style>(.*?)</style>", to_html(data), re.DOTALL))
    prose = re.sub(r"^(`{3,}).*?^\1$", "", to_markdown(data), flags=re.DOTALL | re.MULTILINE)
    assert re.findall(r"(?<!\\)<", prose) == []


def test_no_secret_is_in_any_format() -> None:
    service = told_job(static={"epochs": "20", "api_password": SECRET})
    name = service.add(90, "Failed", FailureReason=f"AlgorithmError: login with {SECRET} failed")
    assert name
    data = gather_report(service.session(), "tune")
    for text in (to_html(data), to_markdown(data), to_json(data)):
        assert SECRET not in text
        assert "(hidden)" in text


def test_500_training_jobs_are_quick_and_small(data: ReportData) -> None:
    to_html(data)  # what is loaded once
    began = time.process_time()
    page = to_html(dataclasses.replace(data, rows=_rows(500)))
    assert time.process_time() - began < 10
    assert len(page) < 1_500_000
    assert "an even sample" not in re.search(r'<section id="slices">.*?</section>', page, re.DOTALL)[0]  # type: ignore[index]


def test_of_10000_training_jobs_a_sample_is_drawn_and_said(data: ReportData) -> None:
    page = to_html(dataclasses.replace(data, rows=_rows(10_000)))
    assert len(page) < 1_500_000
    slices = re.search(r'<section id="slices">.*?</section>', page, re.DOTALL)
    assert slices is not None
    assert re.search(r"Each chart shows 500 of [\d\s]+ training jobs: the best, and an even sample", slices[0])


def _rows(count: int) -> tuple[Row, ...]:
    booster = ("gbtree", "dart")
    return tuple(
        Row(
            number=number,
            name=f"tune-{number:05d}",
            status="Completed",
            objective=0.05 + (number * 7919 % 1000) / 4000,
            seconds=60.0,
            values={"eta": 10 ** (-3 * (number % 97) / 97), "depth": 1 + number % 9, "booster": booster[number % 2]},
        )
        for number in range(1, count + 1)
    )


def test_a_value_far_out_is_left_out_and_said(data: ReportData) -> None:
    rows = (*_rows(40), dataclasses.replace(_rows(41)[-1], objective=1e9))
    page = to_html(dataclasses.replace(data, rows=rows))
    assert "1 value far out of the rest not drawn." in page


def test_a_notebook_shows_it_in_a_frame_of_its_own(data: ReportData) -> None:
    frame = data._repr_html_()
    assert frame.startswith('<iframe sandbox title="Report of tune"')
    assert frame.count("<") == 2, "all of the page is escaped"
    assert METRIC in frame


def test_a_number_stays_on_the_line_of_its_percent_sign(data: ReportData) -> None:
    told = dataclasses.replace(data, lessons=(Lesson("present", "eta explains 37 % of it"),))
    assert "eta explains 37\N{NO-BREAK SPACE}% of it" in to_html(told)
    assert data.origin.request.strip() in Page(to_html(told)).text, "what is copied stays as it is"
