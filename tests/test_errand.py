"""A call beside others: its answer, or its error, is there for whoever asks."""

from __future__ import annotations

import threading

import pytest

from smtune.errand import Errand


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
