"""smtune compare: the requests' differences and the results side by side."""

from __future__ import annotations

import json

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
