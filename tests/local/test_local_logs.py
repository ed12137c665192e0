"""CloudWatch Logs as the service behaves: pages both ways, time bounds, filters over streams."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from recorded_jobs import Ran, record_job

from smtune.local.log_file import Line, LogFile
from smtune.local.log_pattern import LogPattern
from smtune.local.session import LocalSession
from smtune.local.settings import Settings

GROUP = "/aws/sagemaker/TrainingJobs"
BEGAN = float(int(time.time()) - 1_000)


@pytest.fixture
def logs(session: LocalSession) -> Any:
    return session.client("logs")


@pytest.fixture
def streams(settings: Settings) -> list[str]:
    """Five lines, a second apart; and two that begin ten seconds later."""
    ran = [Ran(log=[f"line {number}" for number in range(5)]), Ran(log=["ERROR one", "fine\ttoo"])]
    return [f"{name}/algo-1" for name in record_job(settings, "toy", ran, began=BEGAN)]


def messages(answer: dict[str, Any]) -> list[str]:
    return [event["message"] for event in answer["events"]]


def test_pages_lead_forward_and_end_with_the_same_token(logs: Any, streams: list[str]) -> None:
    place = {"logGroupName": GROUP, "logStreamName": streams[0], "limit": 2, "startFromHead": True}
    seen, token = [], None
    while True:
        answer = logs.get_log_events(**place, **({"nextToken": token} if token else {}))
        seen.append(messages(answer))
        if answer["nextForwardToken"] == token:
            break
        token = answer["nextForwardToken"]
    assert seen == [["line 0", "line 1"], ["line 2", "line 3"], ["line 4"], []]


def test_without_start_from_head_the_last_events_come_and_pages_lead_back(logs: Any, streams: list[str]) -> None:
    place = {"logGroupName": GROUP, "logStreamName": streams[0], "limit": 2}
    last = logs.get_log_events(**place)
    before = logs.get_log_events(**place, nextToken=last["nextBackwardToken"])
    first = logs.get_log_events(**place, nextToken=before["nextBackwardToken"])
    nothing = logs.get_log_events(**place, nextToken=first["nextBackwardToken"])

    assert [messages(page) for page in (last, before, first, nothing)] == [
        ["line 3", "line 4"],
        ["line 1", "line 2"],
        ["line 0"],
        [],
    ]
    assert nothing["nextBackwardToken"] == first["nextBackwardToken"]
    assert messages(logs.get_log_events(**place, nextToken=last["nextForwardToken"])) == []


def test_a_line_that_is_still_written_comes_whole_or_not_at_all(
    logs: Any, settings: Settings, streams: list[str]
) -> None:
    job, _, _ = streams[0].partition("/")
    file = settings.log_file("toy", job)
    place = {"logGroupName": GROUP, "logStreamName": streams[0]}
    with file.open("a", encoding="utf-8") as log:
        log.write(f"{BEGAN + 6:.3f} half of")
    seen = logs.get_log_events(**place)
    assert messages(seen)[-1] == "line 4"
    with file.open("a", encoding="utf-8") as log:
        log.write(" a line\n")
    later = logs.get_log_events(**place, nextToken=seen["nextForwardToken"])
    assert messages(later) == ["half of a line"]


def test_a_page_of_a_long_log_is_read_without_the_rest(
    logs: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = record_job(settings, "long", [Ran(log=[f"line {number}" for number in range(5_000)])])[0]
    place = {"logGroupName": GROUP, "logStreamName": f"{name}/algo-1", "limit": 10}
    token = logs.get_log_events(**place)["nextBackwardToken"].replace("b/", "f/")
    read: list[Line] = []
    lines = LogFile.lines

    def counted(*about: Any) -> Iterator[Line]:
        for line in lines(*about):
            read.append(line)
            yield line

    monkeypatch.setattr(LogFile, "lines", counted)
    page = logs.get_log_events(**place, nextToken=token)
    assert messages(page) == [f"line {number}" for number in range(4_990, 5_000)]
    assert len(read) == 10
    (stream,) = logs.describe_log_streams(logGroupName=GROUP, logStreamNamePrefix=name)["logStreams"]
    assert stream["lastEventTimestamp"] > stream["firstEventTimestamp"]


def test_a_page_holds_no_more_than_a_mebibyte(logs: Any, settings: Settings) -> None:
    name = record_job(settings, "wide", [Ran(log=["x" * 400_000] * 5)])[0]
    place = {"logGroupName": GROUP, "logStreamName": f"{name}/algo-1"}
    assert len(logs.get_log_events(**place)["events"]) == 2


def test_the_start_is_included_and_the_end_is_not(logs: Any, streams: list[str]) -> None:
    start = round(BEGAN * 1000)
    bounds = {"startTime": start + 1000, "endTime": start + 3000}
    events = logs.get_log_events(logGroupName=GROUP, logStreamName=streams[0], **bounds)
    assert messages(events) == ["line 1", "line 2"]
    filtered = logs.filter_log_events(logGroupName=GROUP, **bounds)
    assert messages(filtered) == ["line 1", "line 2", "line 3"], "FilterLogEvents includes the end"


def test_events_of_many_streams_come_by_time_in_pages(logs: Any, streams: list[str]) -> None:
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=GROUP, logStreamNamePrefix="toy", PaginationConfig={"PageSize": 3}
    )
    events = [event for page in pages for event in page["events"]]
    assert [event["message"] for event in events[-2:]] == ["ERROR one", "fine#011too"]
    assert len({event["eventId"] for event in events}) == len(events) == 7
    found = logs.filter_log_events(logGroupName=GROUP, logStreamNames=streams, filterPattern="ERROR")
    assert messages(found) == ["ERROR one"]
    assert {item["logStreamName"] for item in found["searchedLogStreams"]} == set(streams)


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("", "anything", None),
        ("ERROR", "an ERROR here", "an error here"),
        ("one two", "two, one", "one"),
        ('"one two"', "one two", "two one"),
        ("?one ?two", "two", "three"),
        ("one -two", "one", "one two"),
    ],
)
def test_patterns_are_words_and_phrases(pattern: str, yes: str, no: str | None) -> None:
    parsed = LogPattern.parse(pattern)
    assert parsed.matches(yes)
    assert no is None or not parsed.matches(no)


def test_streams_are_listed_by_name_or_by_their_last_event(logs: Any, streams: list[str]) -> None:
    page = logs.describe_log_streams(logGroupName=GROUP, logStreamNamePrefix="toy", limit=1)
    following = logs.describe_log_streams(
        logGroupName=GROUP, logStreamNamePrefix="toy", limit=1, nextToken=page["nextToken"]
    )
    assert [page["logStreams"][0]["logStreamName"], following["logStreams"][0]["logStreamName"]] == sorted(streams)
    assert "nextToken" not in following
    newest = logs.describe_log_streams(logGroupName=GROUP, orderBy="LastEventTime", descending=True)["logStreams"]
    assert newest[0]["logStreamName"] == streams[1]
    assert newest[1]["firstEventTimestamp"] == round(BEGAN * 1000)
    assert newest[1]["lastEventTimestamp"] == round(BEGAN * 1000) + 4000


def test_what_is_not_there_is_refused(logs: Any, streams: list[str]) -> None:
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.get_log_events(logGroupName="/elsewhere", logStreamName=streams[0])
    with pytest.raises(logs.exceptions.ResourceNotFoundException, match="log stream does not exist"):
        logs.get_log_events(logGroupName=GROUP, logStreamName="nowhere/algo-1")
    with pytest.raises(logs.exceptions.ResourceNotFoundException, match="log stream does not exist"):
        logs.filter_log_events(logGroupName=GROUP, logStreamNames=["nowhere/algo-1"])
    for request in (
        {"filterPattern": "{ $.a = 1 }"},
        {"logStreamNames": streams, "logStreamNamePrefix": "toy"},
    ):
        with pytest.raises(logs.exceptions.InvalidParameterException):
            logs.filter_log_events(logGroupName=GROUP, **request)
    with pytest.raises(ClientError, match="Cannot order by LastEventTime"):
        logs.describe_log_streams(logGroupName=GROUP, logStreamNamePrefix="toy", orderBy="LastEventTime")
    with pytest.raises(logs.exceptions.InvalidParameterException):
        logs.get_log_events(logGroupName=GROUP, logStreamName=streams[0], nextToken="rubbish")


def test_lines_that_no_worker_wrote_are_passed_over(logs: Any, settings: Settings, streams: list[str]) -> None:
    """A full disk, an editor, a half page of zeros: the rest of the log can still be read."""
    job = streams[0].partition("/")[0]
    file = settings.log_file("toy", job)
    lines = file.read_text().splitlines(keepends=True)
    harmed = [lines[0], "\n", "nan x\n", "1e999 x\n", "1.21.5 two in one\n", "\0\0\0\n", *lines[1:], "12.5 unfinished"]
    file.write_text("".join(harmed))
    answer = logs.get_log_events(logGroupName=GROUP, logStreamName=streams[0], startFromHead=True)

    assert messages(answer) == [f"line {number}" for number in range(5)]


@pytest.mark.parametrize("operation", ["describe_log_streams", "filter_log_events"])
def test_a_token_of_another_kind_is_refused(logs: Any, streams: list[str], operation: str) -> None:
    with pytest.raises(ClientError, match="nextToken is invalid"):
        getattr(logs, operation)(logGroupName=GROUP, nextToken="f/1/s")
