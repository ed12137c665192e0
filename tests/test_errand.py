"""A call beside others: its answer, or its error, is there for whoever asks."""

from __future__ import annotations

import threading

import pytest

from smtune.errand import DoneErrand, Errand


def test_the_result_is_that_of_the_call() -> None:
    go = threading.Event()
    errand = Errand(lambda: go.wait(60))
    assert not errand.is_done(0.01)
    go.set()
    assert errand.result()
    assert errand.is_done()


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt()])
def test_whatever_it_raises_is_raised_where_the_result_is_asked_for(error: BaseException) -> None:
    def fail() -> None:
        raise error

    errand = Errand(fail)
    for _ in range(2):
        with pytest.raises(type(error)):
            errand.result()


def test_one_that_is_made_at_once_keeps_its_error() -> None:
    def fail() -> None:
        raise ValueError("no")

    errand = DoneErrand(fail)
    assert errand.is_done()
    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            errand.result()


@pytest.mark.parametrize("end", [SystemExit(143), KeyboardInterrupt()])
def test_who_ends_the_process_does_not_wait_until_somebody_asks(end: BaseException) -> None:
    def leave() -> None:
        raise end

    with pytest.raises(type(end)):
        DoneErrand(leave)
