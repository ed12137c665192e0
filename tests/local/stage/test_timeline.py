"""A script's events: each at its time, whatever interrupts it."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtune.local.stage import Script, ScriptError
from smtune.local.stage.timeline import Event, Terms, timeline


def told(script: Script, limit: float = math.inf, *, resumes: bool = True) -> tuple[Event, ...]:
    return timeline(script, "score", Terms(limit, resumes=resumes))


def values(events: tuple[Event, ...]) -> list[tuple[float, float]]:
    return [(event.time, event.values["score"]) for event in events if "score" in event.values]


def test_values_come_at_equal_distances_and_the_last_one_at_the_end() -> None:
    events = told(Script(curve=(1, 2, 3), seconds=30, startup=5))
    assert values(events) == [(15, 1), (25, 2), (35, 3)]
    assert events[-1] == Event(35, is_end=True)


def test_metrics_of_one_moment_are_printed_together_and_lines_by_themselves() -> None:
    events = told(Script(curve=(1, 2), metrics={"loss": (5,)}, lines=("done",), seconds=10))
    assert [(event.time, dict(event.values), event.line) for event in events[1:-1]] == [
        (5, {"score": 1}, None),
        (10, {"score": 2, "loss": 5}, None),
        (10, {}, "done"),
    ]


def test_an_interruption_costs_time_and_without_checkpoints_the_work_as_well() -> None:
    script = Script(curve=(1, 2, 3), seconds=30, interrupted=(15,), away=100, startup=5)
    assert values(told(script)) == [(15, 1), (130, 2), (140, 3)]
    assert values(told(script, resumes=False)) == [(15, 1), (135, 1), (145, 2), (155, 3)]


def test_the_time_limit_counts_training_only() -> None:
    script = Script(curve=(1, 2, 3), seconds=30, interrupted=(15,), away=100)
    events = told(script, 25)
    assert events[-1] == Event(125, is_end=True, exceeded="MaxRuntime")
    assert values(events) == [(10, 1), (120, 2)]
    assert told(script, 30)[-1] == Event(130, is_end=True)


@pytest.mark.parametrize("at", [3, 12, 50, 104, 109])  # before it has instances, in training, without, with others
def test_the_wait_counts_from_the_creation_with_and_without_instances(at: float) -> None:
    script = Script(curve=(1, 2, 3), seconds=30, interrupted=(15,), away=80, startup=5)
    whole = told(script)
    assert whole[-1] == Event(120, is_end=True)
    cut = timeline(script, "score", Terms(wait=at))
    assert cut[:-1] == tuple(event for event in whole if event.time <= at)
    assert cut[-1] == Event(at, is_end=True, exceeded="MaxWaitTime")


def test_of_both_limits_the_earlier_one_ends_it_and_who_is_ready_in_time_has_exceeded_none() -> None:
    script = Script(seconds=30, startup=10)
    assert timeline(script, "score", Terms(20, 25))[-1].exceeded == "MaxWaitTime"
    assert timeline(script, "score", Terms(10, 25))[-1].exceeded == "MaxRuntime"
    assert timeline(script, "score", Terms(30, 40))[-1] == Event(40, is_end=True)


seconds = st.floats(0.1, 1e5)


@given(
    script=st.builds(
        Script,
        curve=st.lists(st.floats(-1, 1), max_size=20),
        seconds=seconds,
        interrupted=st.lists(seconds, max_size=4),
        away=seconds,
        startup=seconds,
    ),
    limit=st.one_of(seconds, st.just(math.inf)),
    resumes=st.booleans(),
)
def test_events_never_go_back_and_there_is_one_end(script: Script, limit: float, resumes: bool) -> None:
    events = told(script, limit, resumes=resumes)
    times = [event.time for event in events]
    assert all(later - earlier >= -1e-6 for earlier, later in itertools.pairwise(times))
    assert [event.is_end for event in events] == [False] * (len(events) - 1) + [True]
    if resumes and not events[-1].exceeded:
        assert [value for _, value in values(events)] == list(script.curve)
    if not script.interrupted:
        assert (events[-1].exceeded == "MaxRuntime") == (limit < script.seconds)


@pytest.mark.parametrize("parts", [{"seconds": -1.0}, {"away": math.nan}, {"interrupted": (math.inf,)}])
def test_times_are_numbers_of_seconds(parts: dict[str, float]) -> None:
    with pytest.raises(ScriptError):
        Script(**parts)  # type: ignore[arg-type]  # each is of another kind
