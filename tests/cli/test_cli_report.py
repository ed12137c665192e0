"""smtune report: one file of one tuning job."""

from __future__ import annotations

import json
from pathlib import Path

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
