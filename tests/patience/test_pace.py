"""Pauses between two looks: growing, bounded, and shorter near the end that is expected."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtune.patience import ENGINE, SERVICE, Pace, pace_of


def test_pauses_on_aws_start_at_5_seconds_and_settle_at_30() -> None:
    pauses = [SERVICE.pause(look) for look in range(12)]
    assert pauses[0] == 5.0
    assert pauses == sorted(pauses)
    assert pauses[-1] == 30.0


def test_an_interval_of_nothing_is_not_a_loop_that_only_asks() -> None:
    assert Pace.every(0.0).pause(3) == 0.2


@given(st.integers(0, 10_000), st.none() | st.floats(-1e6, 1e6))
def test_a_pause_is_never_shorter_than_the_first_nor_longer_than_the_slowest(look: int, to_end: float | None) -> None:
    for pace in (ENGINE, SERVICE, Pace.every(7.0)):
        assert pace.first <= pace.pause(look, to_end=to_end) <= pace.slowest


@pytest.mark.parametrize(
    ("to_end", "pause"), [(600.0, 30.0), (80.0, 20.0), (40.0, 10.0), (4.0, 5.0), (-4.0, 5.0), (-60.0, 15.0)]
)
def test_looks_are_frequent_near_the_expected_end_only(to_end: float, pause: float) -> None:
    assert SERVICE.pause(50, to_end=to_end) == pause


def test_jobs_of_the_engine_are_looked_at_often() -> None:
    assert pace_of("arn:aws:sagemaker:us-east-1:000000000000:training-job/x") is ENGINE
    assert pace_of("arn:aws:sagemaker:us-east-1:123456789012:training-job/x") is SERVICE
    assert pace_of(None) is SERVICE
