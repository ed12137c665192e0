"""The fuzzer finds what it is for, leaves it where it can be seen again, and is the same for the same seed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from smtune.scaffold import templates_folder

from .cases import SECRET, VARIABLES, Case, make_case
from .checks import BrokenPromiseError, run_case
from .engine import Fuzzer, Run, Statistics, environment, keep

GOOD = (templates_folder() / "quickstart" / "spec.yaml").read_bytes()


def outcomes(run: Run, count: int = 1, limit: float = 60.0) -> Statistics:
    """The statistics of `count` cases given to `run`, which may take `limit` seconds each.

    Long, because after three times as long all of this process is ended, and a loaded machine may stand still.
    """
    found = Statistics()
    fuzzer = Fuzzer(run, seed=0, limit=limit)
    for number in range(count):
        fuzzer.one(number, Path(), found)
    return found


def test_a_case_is_the_same_for_the_same_seed_and_number() -> None:
    assert [make_case(1, number) for number in range(50)] == [make_case(1, number) for number in range(50)]
    assert make_case(1, 0) != make_case(2, 0)


def test_every_kind_of_case_comes_up() -> None:
    kinds = {make_case(0, number).kind for number in range(1500)}
    assert kinds == {"text", "data", "hostile", "planted", "bytes", "huge", "overlaid", "set", "odd", "request"}


@pytest.mark.parametrize("error", [ValueError("a bug"), RecursionError(), MemoryError(), KeyError("x")])
def test_an_error_that_is_no_smtune_error_is_a_failure(error: Exception) -> None:
    def run(case: Case, folder: Path) -> str:
        raise error

    (failure,) = outcomes(run).failures
    assert type(error).__name__ in failure.reason


def test_a_case_that_takes_too_long_is_a_failure() -> None:
    def run(case: Case, folder: Path) -> str:
        while True:
            time.sleep(0.01)

    (failure,) = outcomes(run, limit=1.0).failures
    assert "not done after 1.0 s" in failure.reason


def test_what_is_counted() -> None:
    def run(case: Case, folder: Path) -> str:
        return "accepted"

    found = outcomes(run, 3)
    found.seconds = 1.5
    lines = list(found.lines())
    assert lines[0] == "3 inputs in 1.5 s, 2 a second: 3 accepted"
    assert lines[1].startswith("median ")


def test_a_failing_case_is_kept_with_the_way_to_see_it_again(tmp_path: Path) -> None:
    def run(case: Case, folder: Path) -> str:
        raise ValueError("\ud800")

    for failure in outcomes(run, 60).failures:
        kept = keep(failure, 0, tmp_path)
        reason = (kept / "reason.txt").read_text(encoding="utf-8")
        assert f"--seed 0 --only {failure.number}" in reason
        for number, content in enumerate(failure.case.files):
            assert (kept / f"{number}.yaml").read_bytes() == content
    assert len(list(tmp_path.glob("0-*"))) == 60


def test_the_environment_is_as_before_afterwards() -> None:
    before = dict(os.environ)
    with environment():
        assert os.environ["FUZZ_TOKEN"] == SECRET
    assert dict(os.environ) == before
    assert not set(VARIABLES) & set(before)


def test_a_good_spec_is_accepted_and_a_bad_one_refused(tmp_path: Path) -> None:
    assert run_case(Case("text", (GOOD,)), tmp_path) == "accepted"
    assert run_case(Case("text", (GOOD + b"x: 1\n",)), tmp_path) == "refused"
    assert run_case(Case("set", (GOOD,), ("seed=1",)), tmp_path) == "accepted"
    assert run_case(Case("odd", odd="pipe"), tmp_path) == "refused"
    assert run_case(Case("request", request={}), tmp_path) == "refused"


@pytest.mark.parametrize("message", ["x" * 501, "a\nb\nc\nd", "\x1b[31m", f"it is {SECRET}"])
def test_a_message_that_a_person_cannot_read_breaks_a_promise(
    message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smtune.errors.Problem.describe", lambda *_: message)
    with pytest.raises(BrokenPromiseError):
        run_case(Case("text", (b"x: 1\n",)), tmp_path)
