"""Values to text: pairs, JSON, durations."""

from __future__ import annotations

import datetime as dt
import json
import math
from pathlib import Path

import pytest

from smtune.cli.text import duration, near_path, print_json, print_pairs, show


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "?"), (0, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (80, "1 min 20 s"), (3599.9, "1 h 00 min")],
)
def test_duration(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (math.nan, ""), (0.123456789, "0.123457"), (3, "3"), ("a", "a"), (True, "True"), (1e-9, "1e-09")],
)
def test_show(value: object, text: str) -> None:
    assert show(value) == text


def test_pairs_stand_in_two_columns(capsys: pytest.CaptureFixture[str]) -> None:
    print_pairs({"a": 1, "longer": 0.5})
    assert capsys.readouterr().out == "a       1\nlonger  0.5\n"
    print_pairs({})
    assert capsys.readouterr().out == ""


def test_no_terminal_obeys_what_a_training_job_has_said(capsys: pytest.CaptureFixture[str]) -> None:
    print_pairs({"reason": "gone\x1b[2J\nnext"})
    assert capsys.readouterr().out == "reason  gone\\x1b[2J\\nnext\n"


def test_json_has_iso_times_and_no_nan(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"at": dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC), "path": Path("a/b")})
    assert json.loads(capsys.readouterr().out) == {"at": "2026-01-02T03:04:05+00:00", "path": "a/b"}
    with pytest.raises(ValueError, match="not JSON compliant"):
        print_json({"value": math.nan})


def test_a_path_below_this_folder_is_shown_from_here() -> None:
    assert near_path(str(Path.cwd() / "a" / "b")) == "a/b"
    assert near_path("/elsewhere/b") == "/elsewhere/b"
    assert near_path("s3://bucket/key") == "s3://bucket/key"
    assert near_path("") == ""
