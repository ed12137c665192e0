"""Names the service accepts, unique within a second."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtune.naming import JOB_NAME, JOB_NAME_LENGTH, clean, is_job_name, training_job_name, unique_job_name
from smtune.service_model import shapes


def test_the_pattern_is_the_services() -> None:
    shape = shapes()["HyperParameterTuningJobName"]
    assert shape["pattern"] == JOB_NAME.pattern
    assert shape["max"] == JOB_NAME_LENGTH


@pytest.mark.parametrize("name", ["a", "7", "a-b", "a--b", "A-1", "x" * 32, "a" + "-" * 30 + "b"])
def test_names_the_service_takes(name: str) -> None:
    assert is_job_name(name)


@pytest.mark.parametrize(
    "name",
    ["", "-", "-a", "a-", "a_b", "a.b", "a b", "a\n", "é", "x" * 33, "a" + "-" * 31 + "b", "a" + "-" * 10_000 + "!"],
)
def test_names_the_service_refuses(name: str) -> None:
    assert not is_job_name(name)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [("my model", "my-model"), ("__a__b__", "a-b"), ("a--b", "a-b"), ("Übung 1", "bung-1"), ("!?", ""), ("", "")],
)
def test_clean_keeps_letters_digits_and_single_hyphens(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(st.text(max_size=50), st.floats(0, 2e9), st.integers(0, 36**4 - 1))
def test_a_unique_name_is_a_job_name_whatever_the_base(base: str, now: float, token: int) -> None:
    assert is_job_name(unique_job_name(base, now=now, token=token))


def test_a_unique_name_begins_with_its_base_and_is_repeatable() -> None:
    assert unique_job_name("my model", now=1_700_000_000, token=36 + 1) == "my-model-s44we80011"
    assert unique_job_name("x" * 40, now=0, token=0) == "x" * 21 + "-0000000000"
    assert unique_job_name("???", now=0, token=0) == "tuning-0000000000"


def test_a_base_cut_at_a_hyphen_does_not_end_with_two() -> None:
    assert unique_job_name("x" * 20 + "-yyy", now=0, token=0) == "x" * 20 + "-0000000000"


@given(st.integers(0, 2**31), st.integers(1, 10**6))
def test_names_sort_by_time(now: int, later: int) -> None:
    assert unique_job_name("a", now=now, token=0) < unique_job_name("a", now=min(now + later, 36**6 - 1), token=0)


def test_names_of_the_same_second_differ() -> None:
    names = {unique_job_name("a", now=0) for _ in range(100)}
    assert len(names) >= 99  # of 1.7 million: two of a hundred are the same once in 340 runs


def test_without_now_a_name_holds_this_second() -> None:
    before, name, after = int(time.time()), unique_job_name("a", token=0), int(time.time())
    assert before <= int(name[2:8], 36) <= after


def test_training_job_names_are_the_same_at_every_call_and_within_the_service_limit() -> None:
    name = training_job_name("x" * 32, 7)
    assert name == training_job_name("x" * 32, 7)
    assert re.fullmatch(r"x{32}-007-[0-9a-f]{8}", name)
    assert len(training_job_name("x" * 32, 100_000)) <= shapes()["TrainingJobName"]["max"]
    assert len({training_job_name("a", number) for number in range(1, 2000)}) == 1999


def test_a_name_is_safe_as_a_folder(tmp_path: Path) -> None:
    (tmp_path / unique_job_name("../../etc/passwd")).mkdir()
    assert [path.name.startswith("etc-passwd-") for path in tmp_path.iterdir()] == [True]
