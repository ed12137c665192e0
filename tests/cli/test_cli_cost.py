"""smtune cost: a bill, as a table and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_jobs import inside
from fake_tuning import FakeTuning

PRICES = """
currency: EUR
sources: {own: {date: '2026-01-01', what: our contract}}
regions:
  eu-west-1: {source: own, storage: 0.1, instances: {ml.m5.large: 6.0}}
"""


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> FakeTuning:
    service = FakeTuning()
    service.add(1)
    service.add(2, EnableManagedSpotTraining=True, BillableTimeInSeconds=300)
    monkeypatch.setattr("smtune.cli.sessions.find_session", lambda *_: service.session())
    return service


@pytest.fixture
def prices(tmp_path: Path) -> str:
    (tmp_path / "prices.yaml").write_text(PRICES)
    return str(tmp_path / "prices.yaml")


def test_the_bill_has_each_job_the_total_and_the_estimate(service: FakeTuning, prices: str) -> None:
    text = inside("cost", "tune", "--prices", prices, "--job-minutes", "1:2:3").stdout
    lines = text.splitlines()
    assert lines[1].split() == [
        "tune-001-00000001",
        "Completed",
        "1",
        "x",
        "ml.m5.large",
        "10",
        "min",
        "00",
        "s",
        "1.01",
        "EUR",
    ]
    assert "spot" in lines[2]
    pairs = dict(line.split("  ", 1) for line in text.partition("\n\n")[2].splitlines())
    assert pairs["ml.m5.large"].strip() == "15 min 00 s billed, 6 EUR an hour, as of 2026-01-01"
    assert pairs["total"].strip() == "1.51 EUR"
    assert pairs["spot saved"].strip() == "0.50 EUR"
    assert "the actual cost is" in pairs["estimate, likely"]


def test_json_has_the_same_with_what_it_rests_on(service: FakeTuning, prices: str) -> None:
    found = json.loads(inside("cost", "tune", "--prices", prices, "-o", "json").stdout)
    assert found["billable_seconds"] == 900
    assert found["cost"] == pytest.approx(1.5 + 1200 / 3600 * 30 * 0.1 / 730)
    assert found["spot_saved"] == pytest.approx(0.5)
    assert found["prices"]["ml.m5.large"] == {"price": 6.0, "date": "2026-01-01", "source": "our contract"}
    assert [job["billable_seconds"] for job in found["training_jobs"]] == [600, 300]
    assert found["estimate"]["max"]["deviation"] < 0
    assert found["assumptions"]


def test_an_unknown_price_says_how_to_give_it(service: FakeTuning) -> None:
    service.jobs["tune-001-00000001"]["ResourceConfig"]["InstanceType"] = "ml.x9.huge"
    done = inside("cost", "tune")
    assert done.returncode == 0
    assert "ml.x9.huge in eu-west-1" in done.stderr
    assert "--prices FILE" in done.stderr
    assert "total" in done.stdout
    assert "unknown" in done.stdout


def test_the_estimate_is_of_the_minutes_that_are_said(service: FakeTuning, prices: str) -> None:
    def likely(minutes: str) -> float:
        done = inside("cost", "tune", "--prices", prices, "--job-minutes", minutes, "-o", "json")
        return float(json.loads(done.stdout)["estimate"]["likely"]["cost"])

    assert likely("1:4:9") == pytest.approx(2 * likely("1:2:3"))
    assert inside("cost", "tune", "--prices", prices, "--job-minutes", "2").returncode == 2
