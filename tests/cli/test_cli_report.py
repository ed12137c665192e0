"""smtune report: one file of one tuning job."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_jobs import inside
from fake_tuning import FakeTuning
from report_jobs import told_job


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> dict[str, FakeTuning]:
    services = {name: told_job(name, 4) for name in ("one", "two")}
    monkeypatch.setattr("smtune.cli.sessions.find_session", lambda job, *_: services[job].session())
    return services


def test_a_page_of_the_jobs_name_is_written_here(services: dict[str, FakeTuning]) -> None:
    done = inside("report", "one")
    assert (done.returncode, done.stdout) == (0, "one.html\n")
    assert Path("one.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    Path("one.html").write_text("old", encoding="utf-8")
    assert inside("report", "one", "--format", "html").returncode == 0
    assert "<h1>one</h1>" in Path("one.html").read_text(encoding="utf-8"), "the old file is replaced"


def test_the_files_name_tells_the_format(services: dict[str, FakeTuning]) -> None:
    assert inside("report", "one", "-o", "told.md", "--compare", "two").stdout == "told.md\n"
    text = Path("told.md").read_text(encoding="utf-8")
    assert text.startswith("# one\n")
    assert "## Comparison" in text
    assert inside("report", "one", "--out", "told", "--format", "json").returncode == 0
    assert json.loads(Path("told").read_text(encoding="utf-8"))["report"]["tuning_job_name"] == "one"
    assert inside("report", "one", "--format", "markdown").stdout == "one.md\n"


def test_a_name_that_tells_no_format_is_refused_before_anything_is_read(services: dict[str, FakeTuning]) -> None:
    done = inside("report", "one", "-o", "told.pdf")
    assert done.returncode == 2
    assert "end it with .html, .md or .json" in done.stderr
    assert not services["one"].calls


def test_a_job_is_not_compared_with_itself(services: dict[str, FakeTuning]) -> None:
    assert inside("report", "one", "--compare", "one").returncode == 2
    assert inside("report", "one", "--compare", "two", "--compare", "two").returncode == 2


def test_own_prices_make_the_cost(services: dict[str, FakeTuning], tmp_path: Path) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text(
        "{currency: EUR, sources: {own: {date: '2026-01-01', what: ours}},"
        " regions: {eu-west-1: {source: own, storage: 0.1, instances: {ml.m5.large: 6.0}}}}"
    )
    done = inside("report", "one", "--prices", str(file), "-o", "told.json")
    assert done.returncode == 0, done.stderr
    assert json.loads(Path("told.json").read_text(encoding="utf-8"))["cost"]["currency"] == "EUR"


# What the caller knows: as `smtune diagnose JOB` takes it


def ladder(*words: str) -> dict[str, Any]:
    """The ladder of the job `one`, whose best training job errs in 3.5 % of training and 7 % of validation."""
    done = inside("report", "one", *words, "-o", "told.json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(Path("told.json").read_text(encoding="utf-8"))["ladder"]
    return found


def said(found: dict[str, Any]) -> dict[str, str]:
    return {gap["name"]: gap["said"] for gap in found["gaps"]}


def test_human_level_rows_and_confidence_are_those_of_the_caller(services: dict[str, FakeTuning]) -> None:
    rows = ("--rows", "train=4000", "--rows", "validation=200")
    assert said(ladder())["Avoidable bias"] == "not assessable", "nobody knows a human level"
    sure = ladder("--human-error", "1%/5000", *rows)
    assert [(rung["text"], rung["rows"]) for rung in sure["rungs"]] == [
        ("1.0 %", 5000),
        ("3.5 %", 4000),
        ("7.0 %", 200),
    ]
    assert said(sure)["Variance"] == "not enough evidence"
    unsure = ladder("--human-error", "1%/5000", *rows, "--confidence", "0.6")
    assert said(unsure)["Variance"] == "present"
    assert (sure["confidence"], unsure["confidence"]) == ("95 %", "60 %")
    assert sure["rungs"][2]["low"] < unsure["rungs"][2]["low"], "its intervals are of that confidence, too"


def test_the_best_of_several_groups_of_people_is_human_level(services: dict[str, FakeTuning]) -> None:
    assert ladder("--human", "nurse=9%/900", "--human", "doctor=3.4%/900")["rungs"][0]["text"] == "3.4 %"


def test_metrics_may_have_any_names(services: dict[str, FakeTuning]) -> None:
    found = ladder("--metric-name", "validation=train:error", "--metric-name", "train=validation:error")
    assert [rung["text"] for rung in found["rungs"]] == ["7.0 %", "3.5 %"], "the two change places"


def test_one_pool_leaves_no_mismatch_between_validation_and_test(services: dict[str, FakeTuning]) -> None:
    for job in services["one"].jobs.values():
        job["FinalMetricDataList"].append({"MetricName": "test:error", "Value": 0.3})
    rows = ("--rows", "train=9000", "--rows", "validation=900", "--rows", "test=900")
    findings = [[each["title"] for each in ladder(*rows, *more)["findings"]] for more in ((), ("--one-pool",))]
    assert any("mismatch" in title for title in findings[0])
    assert not any("mismatch" in title for title in findings[1])


def test_a_loss_without_a_scale_takes_the_baseline(monkeypatch: pytest.MonkeyPatch) -> None:
    service = told_job("one", 4, metrics=("validation:rmse", "train:rmse"))
    monkeypatch.setattr("smtune.cli.sessions.find_session", lambda *_: service.session())
    assert set(said(ladder("--human-error", "0.001")).values()) == {"not assessable"}
    assert set(said(ladder("--human-error", "0.001", "--baseline", "1")).values()) == {"present"}


@pytest.mark.parametrize(
    "words",
    [
        ("--rows", "train=0"),
        ("--rows", "train"),
        ("--rows", "dev=5"),
        ("--metric-name", "dev=x"),
        ("--human-error", "abc"),
        ("--human", "team=abc"),
        ("--human", "team"),
        ("--human", "team=1%", "--human-error", "1%"),
        ("--confidence", "0"),
        ("--confidence", "2"),
        ("--baseline", "1"),
    ],
)
def test_what_is_wrong_is_said_as_diagnose_says_it(words: tuple[str, ...], services: dict[str, FakeTuning]) -> None:
    told, diagnosed = inside("report", "one", *words), inside("diagnose", "one", *words)
    assert (told.returncode, told.stdout) == (diagnosed.returncode, diagnosed.stdout) == (2, "")
    assert told.stderr.splitlines()[-1] == diagnosed.stderr.splitlines()[-1]
    assert words[0] in told.stderr
    assert not list(Path().glob("one.*"))


def test_what_cannot_be_read_is_refused_before_the_job_is_looked_at(services: dict[str, FakeTuning]) -> None:
    done = inside("report", "one", "--rows", "dev=5")
    assert done.stderr.count("\n") == 1
    assert not services["one"].calls
