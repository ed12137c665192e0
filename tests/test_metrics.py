"""Metric definitions over a log, line by line; the last value counts."""

from __future__ import annotations

import math
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtune.algorithms import xgboost
from smtune.errors import SpecError
from smtune.metrics import Observation, Scraper, as_logged, as_printed, as_text, compile_search


def scrape(regex: str, *lines: str) -> list[float]:
    scraper = Scraper([{"Name": "m", "Regex": regex}])
    return [item.value for line in lines for item in scraper.read(line, 0.0)]


@pytest.mark.parametrize(
    ("regex", "line", "values"),
    [
        (r"loss=(\S+)", "epoch 1 loss=0.25 acc=1", [0.25]),
        (r"loss=(\S+)", "loss=1e-05", [1e-05]),
        (r"loss=([0-9.]+)", "loss=8.3e-05", [8.3]),  # as the service reads it: the regex says so
        (r"loss=(\S+)", "loss=-inf", [-math.inf]),
        (r"loss=(\S+)", "no such thing", []),
        (r"loss=(\S+)", "loss=abc", []),
        (r"loss=(\S+)", "loss=0.25,", []),
        (r"loss=(.*)", "loss= 0.5 and more", [0.5]),
        (r"loss=(.*)", "loss=", []),
        (r"loss=(.*?)", "loss=0.5", []),  # a lazy group at the end captures nothing
        (r"loss=\S+", "loss=0.5", []),  # without a group there is nothing to read
        (r"(?:a|loss)=(\S+)", "loss=0.5", [0.5]),
        (r"a=(\d+)|b=(\d+)", "b=2", []),  # the first group took no part
        (r"loss=(\S+)", "loss=1 loss=2", [1.0]),  # one value a line, the first
        (r"#011loss:(\S+)", "[0]\tloss:0.5\tother:1", [0.5]),
        (r"\tloss:(\S+)", "[0]\tloss:0.5", []),  # the service's log has no TAB
        (r"^loss=(\S+)", "x loss=1", []),
        (r"loss=(\S+)", "loss=0.5\r", [0.5]),
    ],
)
def test_what_a_line_carries(regex: str, line: str, values: list[float]) -> None:
    assert scrape(regex, line) == values


def test_a_nan_is_kept() -> None:
    (value,) = scrape(r"loss=(\S+)", "loss=nan")
    assert math.isnan(value)


def test_steps_count_the_values_of_each_metric_on_its_own() -> None:
    scraper = Scraper([{"Name": "a", "Regex": r"a=(\S+)"}, {"Name": "b", "Regex": r"b=(\S+)"}])
    found = [
        item for number, line in enumerate(["a=1 b=2", "a=x", "b=3", "a=4"]) for item in scraper.read(line, number)
    ]
    assert found == [
        Observation("a", 1.0, 0, 0),
        Observation("b", 2.0, 0, 0),
        Observation("b", 3.0, 2, 1),
        Observation("a", 4.0, 3, 1),
    ]


def test_two_definitions_of_one_name_count_together() -> None:
    scraper = Scraper([{"Name": "a", "Regex": r"x=(\S+)"}, {"Name": "a", "Regex": r"y=(\S+)"}])
    assert [item.step for item in scraper.read("x=1 y=2", 0)] == [0, 1]


@given(st.text())
def test_a_logged_line_has_no_tab_and_is_printed_back(line: str) -> None:
    assert "\t" not in as_logged(line)
    if "#011" not in line:
        assert as_printed(as_logged(line)) == line


@pytest.mark.parametrize(
    "line", ["[12]\ttrain-auc:0.75000\tvalidation-auc:0.50000", "[0]\ttrain-auc:0.75\tvalidation-auc:0.5"]
)
def test_the_built_in_xgboost_regexes_read_its_log(line: str) -> None:
    scraper = Scraper(xgboost.metric_definitions())
    assert {item.name: item.value for item in scraper.read(line, 0.0)} == {"train:auc": 0.75, "validation:auc": 0.5}


@pytest.mark.parametrize(
    "regex", [r".*a=(\S+)", r".*?a=(\S+)", r".*a|b=(\S+)", r".*\[[0-9]+\].*a:(\S+)", r"a(.)", ".*", r".*(?<!b)a(.)"]
)
@given(text=st.text("ab=:[0] \n", max_size=30))
def test_a_regex_finds_what_search_finds(regex: str, text: str) -> None:
    found, expected = compile_search(regex)(text), re.search(regex, text)
    assert (found and (found.span(), found.groups())) == (expected and (expected.span(), expected.groups()))


def test_a_long_line_costs_no_more_than_its_length() -> None:
    scraper, line = Scraper(xgboost.metric_definitions()), "x" * 65_536
    started = time.process_time()
    assert scraper.read(line, 0.0) == []
    assert time.process_time() - started < 1.0  # quadratic, it would be two minutes


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fifth of the time: how much it is, tests/local/test_life.py sees where a training job is told."""
    monkeypatch.setattr("smtune.line_search.SECONDS", 0.1)
    monkeypatch.setattr("smtune.metrics.SECONDS", 0.1)
    monkeypatch.setattr("smtune.line_search._ALONE_SECONDS", 0.01)


@pytest.mark.usefixtures("impatient")
def test_a_regex_that_takes_for_ever_is_told_and_given_up_and_the_others_read_on() -> None:
    scraper = Scraper([{"Name": "slow", "Regex": "(a|aa)+$"}, {"Name": "loss", "Regex": r"loss=(\S+)"}])
    line = "a" * 200 + "! loss=0.5"
    found = [item.name for _ in range(3) for item in scraper.read(line, 0.0)]

    assert found == ["loss"] * 3
    assert scraper.given_up == set(scraper.slow) == {"slow"}
    assert "the metric 'slow'" in scraper.slow["slow"]
    assert "its regex '(a|aa)+$' takes more than 0.1 s" in scraper.slow["slow"]
    began = time.process_time()
    assert [item.step for item in scraper.read(line, 0.0)] == [3]
    assert time.process_time() - began < 0.1


@pytest.mark.usefixtures("impatient")
def test_a_line_that_takes_too_long_is_skipped_and_the_next_is_read() -> None:
    scraper = Scraper([{"Name": "m", "Regex": r"([0-9.]+)(?:a|aa)+$"}])
    found = [item.value for line in ("1a", "2" + "a" * 200 + "!", "3a") for item in scraper.read(line, 0.0)]

    assert found == [1.0, 3.0]
    assert scraper.given_up == set()
    assert set(scraper.slow) == {"m"}


@pytest.mark.parametrize(
    ("raw", "text"), [(b"a\r\n", "a"), (b"a\rb\r\n", "a\rb"), (b"\xff\n", "\ufffd"), ("é".encode(), "é"), (b"\n", "")]
)
def test_a_line_is_text_without_its_end(raw: bytes, text: str) -> None:
    assert as_text(raw) == text


def test_a_regex_that_only_java_reads_is_named() -> None:
    with pytest.raises(SpecError, match="m: Python cannot read the regex"):
        Scraper([{"Name": "m", "Regex": r"(?<value>\d+)\z"}])
