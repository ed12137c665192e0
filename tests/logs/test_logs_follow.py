"""Logs as they come: nothing lost, nothing twice, over hosts that lag and jobs that begin later."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from faults import FakeClock
from log_account import BEGAN, LogAccount
from moto import mock_aws

from smtune.errors import WaitTimeoutError
from smtune.logs import Following, Reading, Source, follow_logs
from smtune.patience import Line, Terms

JOB = "toy-001-0a1b2c3d"
ARN = "arn:aws:sagemaker:eu-west-1:123456789012:training-job/x"


@dataclass
class Story:
    """What happens at which second of the clock, and a sagemaker client that knows when the job ends."""

    account: LogAccount
    clock: FakeClock
    ends_at: float
    events: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    looks: int = 0

    def at(self, second: float, stream: str, *lines: tuple[float, str]) -> None:
        self.events.append((second, lambda: self.account.put(stream, *lines)))

    def client(self, service: str) -> Any:
        return self.account.session.client("logs") if service == "logs" else self

    def sleep(self, seconds: float) -> None:
        self.clock.sleep(seconds)
        self.play()

    def play(self) -> None:
        due = [item for item in self.events if item[0] <= self.clock.now() - BEGAN]
        self.events = [item for item in self.events if item not in due]
        for _, act in due:
            act()

    def describe_training_job(self, **_: str) -> dict[str, Any]:
        self.looks += 1
        over = self.clock.now() - BEGAN >= self.ends_at
        return {"TrainingJobStatus": "Completed" if over else "InProgress"}

    def describe_hyper_parameter_tuning_job(self, **_: str) -> dict[str, Any]:
        return {"HyperParameterTuningJobStatus": self.describe_training_job()["TrainingJobStatus"]}

    def follow(self, source: Source, reading: Reading | None = None, following: Following | None = None) -> list[str]:
        self.play()
        session: Any = self
        line = Line(session, Terms(clock=self.clock.now, sleep=self.sleep))
        return [each.text for each in follow_logs(line, source, reading or Reading(), following)]


@pytest.fixture
def story() -> Iterator[Story]:
    with mock_aws():
        yield Story(LogAccount(), FakeClock(BEGAN), ends_at=100.0)


def training(hosts: int = 1) -> Source:
    return Source(JOB, None, (JOB,), frozenset(), hosts, BEGAN, False, ARN)


def tuning(*jobs: str, ended: tuple[str, ...] = ()) -> Source:
    return Source("toy", "toy", jobs, frozenset(ended), 1, BEGAN, False, ARN)


def test_each_line_comes_once_and_the_end_is_the_jobs(story: Story) -> None:
    for second in range(0, 100, 7):
        story.at(second, f"{JOB}/algo-1-1", (second, f"line {second}"))
    story.at(103, f"{JOB}/algo-1-1", (99.5, "the last words arrive late"))
    lines = story.follow(training())
    assert lines == [*(f"line {second}" for second in range(0, 100, 7)), "the last words arrive late"]
    assert story.looks < 20


def test_a_stream_that_does_not_exist_yet_is_waited_for(story: Story) -> None:
    story.at(60, f"{JOB}/algo-1-1", (59, "at last"))
    assert story.follow(training()) == ["at last"]


def test_a_host_that_lags_behind_loses_nothing(story: Story) -> None:
    story.at(10, f"{JOB}/algo-1-1", *((second, f"fast {second}") for second in range(10)))
    story.at(20, f"{JOB}/algo-1-1", *((second, f"fast {second}") for second in range(10, 20)))
    story.at(26, f"{JOB}/algo-2-1", *((second, f"slow {second}") for second in range(12, 20)))
    story.at(30, f"{JOB}/algo-2-1", *((second, f"slow {second}") for second in range(20, 24)))
    lines = story.follow(training(hosts=2))
    assert sorted(lines) == sorted([*(f"fast {n}" for n in range(20)), *(f"slow {n}" for n in range(12, 24))])


def test_equal_lines_at_one_time_are_all_given(story: Story) -> None:
    story.at(5, f"{JOB}/algo-1-1", (5, "same"), (5, "same"))
    story.at(9, f"{JOB}/algo-1-1", (5, "same"))
    assert story.follow(training()) == ["same"] * 3


def test_after_the_tail_only_what_is_new(story: Story) -> None:
    story.at(0, f"{JOB}/algo-1-1", *((second / 10, f"old {second}") for second in range(5)))
    story.at(30, f"{JOB}/algo-1-1", (30, "new"))
    assert story.follow(training(), Reading(tail=2)) == ["old 3", "old 4", "new"]


def test_a_tail_of_nothing_is_only_what_is_new(story: Story) -> None:
    story.at(30, f"{JOB}/algo-1-1", (30, "new"))
    assert story.follow(training(), Reading(tail=3)) == ["new"]


def test_only_lines_that_fit(story: Story) -> None:
    story.at(3, f"{JOB}/algo-1-1", (3, "score=0.1"), (3.5, "noise"))
    assert story.follow(training(), Reading(grep=re.compile("score="))) == ["score=0.1"]


def test_a_training_job_that_starts_later_is_followed_too_but_not_one_that_had_ended(story: Story) -> None:
    story.at(0, "toy-001-0a1b2c3d/algo-1-1", (0, "had ended"))
    story.at(5, "toy-002-0a1b2c3d/algo-1-1", (5, "runs"))
    story.at(50, "toy-003-0a1b2c3d/algo-1-1", (50, "starts later"))
    story.at(50, "toy-2-001-0a1b2c3d/algo-1-1", (50, "of another tuning job"))
    source = tuning("toy-002-0a1b2c3d", ended=("toy-001-0a1b2c3d",))
    assert story.follow(source) == ["runs", "starts later"]


def test_looks_get_rare_while_nothing_comes(story: Story) -> None:
    story.ends_at = 1000.0
    story.follow(training())
    assert max(story.clock.slept) == 10.0
    assert len(story.clock.slept) < 120


def test_the_time_is_up_while_the_job_runs(story: Story) -> None:
    story.ends_at = 1e9
    with pytest.raises(WaitTimeoutError, match=f"{JOB} still runs after 60 s"):
        story.follow(training(), following=Following(timeout=60.0, interval=7.0))
    assert set(story.clock.slept) <= {7.0, 4.0}


def test_a_job_that_is_over_is_only_read(story: Story) -> None:
    story.at(0, f"{JOB}/algo-1-1", (1, "all there is"))
    over = Source(JOB, None, (JOB,), frozenset(), 1, BEGAN, True, ARN)
    assert story.follow(over) == ["all there is"]
    assert story.looks == 0
