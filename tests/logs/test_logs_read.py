"""Logs as they are: several hosts in one, the end without the rest, and nothing where there is nothing yet."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest
from faults import Faults
from log_account import BEGAN, LogAccount
from moto import mock_aws

from smtune.logs import LogLine, Reading, Source, log_lines, read_logs, tail
from smtune.patience import Line

JOB = "toy-001-0a1b2c3d"


@pytest.fixture
def account() -> Iterator[LogAccount]:
    with mock_aws():
        yield LogAccount()


def source(*jobs: str, tuning_job: str | None = None) -> Source:
    return Source(tuning_job or jobs[0], tuning_job, jobs, frozenset(), 1, BEGAN, True, "arn")


def texts(lines: Iterator[LogLine] | list[LogLine]) -> list[str]:
    return [line.text for line in lines]


def two_hosts(account: LogAccount) -> None:
    account.put(f"{JOB}/algo-1-1699000001", (1, "one"), (3, "three"), (5, "five"))
    account.put(f"{JOB}/algo-2-1699000002", (2, "two"), (4, "four#011tab"))


def test_a_log_that_does_not_exist_yet_is_empty(account: LogAccount) -> None:
    line = Line(account.session)
    assert list(read_logs(line, source(JOB), Reading())) == []
    assert tail(line, JOB, 5) == []
    assert log_lines(account.session, JOB) == []
    account.put("another-001-00000000/algo-1-1", (1, "x"))
    assert list(read_logs(line, source(JOB), Reading())) == []


def test_hosts_are_interleaved_by_time(account: LogAccount) -> None:
    two_hosts(account)
    lines = list(read_logs(Line(account.session), source(JOB), Reading()))
    assert [(line.text, line.host) for line in lines] == [
        ("one", "algo-1"),
        ("two", "algo-2"),
        ("three", "algo-1"),
        ("four\ttab", "algo-2"),
        ("five", "algo-1"),
    ]
    assert lines[0].time == BEGAN + 1
    assert {line.training_job for line in lines} == {JOB}


def test_log_lines_are_host_after_host(account: LogAccount) -> None:
    two_hosts(account)
    assert [text for _, text in log_lines(account.session, JOB)] == ["one", "three", "five", "two", "four\ttab"]


def test_the_tail_is_of_all_hosts_together(account: LogAccount) -> None:
    two_hosts(account)
    line = Line(account.session)
    assert texts(tail(line, JOB, 2)) == ["four\ttab", "five"]
    assert texts(tail(line, JOB, 99)) == ["one", "two", "three", "four\ttab", "five"]
    assert texts(tail(line, JOB, 99, since=BEGAN + 4)) == ["four\ttab", "five"]
    assert tail(line, JOB, 0) == []


def test_the_tail_of_a_long_log_takes_two_calls(account: LogAccount) -> None:
    account.put(f"{JOB}/algo-1-1", *((number / 1000, f"line {number}") for number in range(25_000)))
    faults = Faults(account.session)
    assert texts(tail(Line(account.session), JOB, 3)) == ["line 24997", "line 24998", "line 24999"]
    assert faults.calls["GetLogEvents"] == 1
    assert sum(faults.calls.values()) == 2


def test_a_long_log_is_streamed_a_page_at_a_time(account: LogAccount) -> None:
    account.put(f"{JOB}/algo-1-1", *((number / 1000, f"line {number}") for number in range(25_000)))
    faults = Faults(account.session)
    lines = read_logs(Line(account.session), source(JOB), Reading())
    assert texts(itertools.islice(lines, 10))[-1] == "line 9"
    assert faults.calls["FilterLogEvents"] == 1
    assert sum(1 for _ in lines) == 24_990
    assert faults.calls["FilterLogEvents"] == 3


def test_lines_are_chosen_by_time_text_and_number(account: LogAccount) -> None:
    two_hosts(account)
    line = Line(account.session)

    def chosen(**fields: Any) -> list[str]:
        return texts(read_logs(line, source(JOB), Reading(**fields)))

    assert chosen(since=BEGAN + 3) == ["three", "four\ttab", "five"]
    assert chosen(grep=re.compile("^t")) == ["two", "three"]
    assert chosen(tail=1) == ["five"]
    assert chosen(tail=1, grep=re.compile("^t")) == ["three"]
    assert chosen(tail=0) == []


def test_training_jobs_of_one_tuning_job_are_read_together_and_no_others(account: LogAccount) -> None:
    account.put("toy-001-0a1b2c3d/algo-1-1", (1, "first"), (3, "third"))
    account.put("toy-002-0a1b2c3d/algo-1-1", (2, "second"))
    account.put("toy-003-0a1b2c3d/algo-1-1", (2, "not chosen"))
    account.put("toy-2-001-0a1b2c3d/algo-1-1", (2, "of another tuning job"))
    faults = Faults(account.session)
    both = source("toy-001-0a1b2c3d", "toy-002-0a1b2c3d", tuning_job="toy")
    assert texts(read_logs(Line(account.session), both, Reading())) == ["first", "second", "third"]
    assert sum(faults.calls.values()) == 1
    assert texts(read_logs(Line(account.session), both, Reading(tail=2))) == ["second", "third"]
