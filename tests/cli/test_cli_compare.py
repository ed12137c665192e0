"""smtune compare: the requests' differences and the results side by side."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_jobs import inside
from fake_tuning import FakeTuning


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> dict[str, FakeTuning]:
    services = {
        "one": FakeTuning(name="one"),
        "two": FakeTuning(name="two", static={"epochs": "90"}),
        "other": FakeTuning(name="other", metrics=("validation:auc",)),
    }
    for count, service in enumerate(services.values(), start=2):
        for number in range(1, count + 1):
            service.add(number)
    monkeypatch.setattr("smtune.cli.sessions.find_session", lambda job, *_: services[job].session())
    return services


def test_two_jobs_stand_side_by_side(services: dict[str, FakeTuning]) -> None:
    text = inside("compare", "one", "two").stdout
    heading, *rows = text.splitlines()
    assert heading.split() == ["one", "two"]
    cells = {row[:14].strip(): row[14:].split() for row in rows[:9]}
    assert cells["best"] == ["0.5", "0.333333"]
    assert cells["best eta"] == ["0.002", "0.003"]
    assert "from one to two" in text
    assert "StaticHyperParameters.epochs" in text
    assert text.rstrip().endswith("best: two (validation:loss 0.333333, two-003-00000003)")


def test_what_cannot_be_compared_is_said(services: dict[str, FakeTuning]) -> None:
    text = inside("compare", "one", "other").stdout
    assert "not comparable: other has another objective: validation:auc minimized" in text
    assert "best: " not in text


def test_json_is_one_object(services: dict[str, FakeTuning]) -> None:
    found = json.loads(inside("compare", "one", "two", "other", "-o", "json").stdout)
    assert [item["name"] for item in found["tuning_jobs"]] == ["one", "two", "other"]
    assert set(found["differences"]) == {"two", "other"}
    assert found["comparable"] is False
    assert found["best"] is None


def test_one_job_is_no_comparison(services: dict[str, FakeTuning]) -> None:
    assert inside("compare", "one").returncode == 2
    assert inside("compare", "one", "one").returncode == 2


def test_own_prices_make_the_costs(services: dict[str, FakeTuning], tmp_path: Path) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text(
        "{currency: EUR, sources: {own: {date: '2026-01-01', what: ours}},"
        " regions: {eu-west-1: {source: own, storage: 0.1, instances: {ml.m5.large: 6.0}}}}"
    )
    done = inside("compare", "one", "two", "--prices", str(file))
    assert done.returncode == 0, done.stderr
    (costs,) = [line.split() for line in done.stdout.splitlines() if line.startswith("cost")]
    assert costs == ["cost", "2.01", "EUR", "3.01", "EUR"], "storage as well"
    assert "unknown" in inside("compare", "one", "two").stdout
    assert inside("compare", "one", "two", "--prices", "none.yaml").returncode == 252
