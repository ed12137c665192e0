"""smtune data curve: trainings that really run here, and a service where they would cost money."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_jobs import inside, write_job
from grown_jobs import ROWS, TRAIN, Peer

from smtune.cli import main
from smtune.testing.service import LocalService

PRICES = """
currency: EUR
sources: {own: {date: '2026-01-01', what: our contract}}
regions:
  us-east-1: {source: own, storage: 0.1, instances: {ml.m5.large: 6.0}}
"""


@pytest.fixture
def peer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Peer]:
    with LocalService(tmp_path / "service") as service, service.sleeping():
        found = Peer(service)
        monkeypatch.setattr("smtune.cli.sessions.find_session", lambda *_: found.session)
        yield found


@pytest.fixture
def paid(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> Peer:
    """The same, as if it were AWS."""
    monkeypatch.setattr("smtune.session.is_local", lambda _: False)
    peer.tune()
    return peer


@pytest.mark.slow
def test_rows_are_drawn_from_a_job_that_really_ran_here(tmp_path: Path) -> None:
    spec = write_job(tmp_path / "job")
    job = json.loads(inside("launch", str(spec), "--local", "-o", "json").stdout)["tuning_job_name"]
    assert inside("wait", job, "--timeout", "2m").returncode == 0
    dry = inside("data", "curve", job, "--local", "--dry-run", "--shares", "25,50,100", "--repeats", "1")
    assert [line.split() for line in dry.stdout.splitlines()[1:4]] == [
        ["10", "25", "%", "1", "0"],
        ["20", "50", "%", "1", "0"],
        ["40", "100", "%", "1", "0"],
    ]
    assert "nothing to pay" in dry.stdout
    assert "40 in channel train" in dry.stdout, "the header is no row"
    done = inside("data", "curve", job, "--shares", "25,50,100", "--repeats", "1", "-o", "json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [(each["rows"], each["status"]) for each in found["trainings"]] == [
        (10, "Completed"), (20, "Completed"), (40, "Completed"),
    ]  # fmt: skip
    assert all(0 <= each["validation"] <= 1 for each in found["trainings"])
    assert found["target"] == 0.0
    assert (found["verdict"], found["reason"]) == ("not enough evidence", "few")


def test_a_plan_then_the_trainings_then_the_verdict(peer: Peer) -> None:
    peer.tune()
    plan = json.loads(inside("data", "curve", "toy", "--dry-run", "-o", "json").stdout)
    assert (plan["to_start"], plan["rows"], plan["seed_hyperparameter"]) == (12, ROWS, "seed")
    assert peer.created() == []
    started = inside("data", "curve", "toy", "--no-wait", "--parallel", "1")
    assert started.returncode == 0
    assert "There is more to come: smtune data curve toy" in started.stderr
    assert len(peer.created()) == 1
    done = inside("data", "curve", "toy", "--wait", "--timeout", "12h")
    assert done.returncode == 0, done.stderr
    assert "12 of 12 trainings over" in done.stderr
    assert "More rows help: twice as many, 800, are expected to lower the loss by" in done.stdout
    assert "4,000 (10 x)" in done.stdout
    assert "Nothing to pay; on AWS 0.0" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100
    again = json.loads(inside("data", "curve", "toy", "-o", "json").stdout)
    assert (again["to_start"], again["verdict"], again["is_over"], again["schema_version"]) == (
        0, "more rows help", True, 1,
    )  # fmt: skip
    assert len(peer.created()) == 12
    short = inside("data", "curve", "toy", "--target", "0.02")
    assert "Cannot be enough: even 4,000 rows, 10 times as many" in short.stdout
    other = json.loads(inside("data", "curve", "toy", "--seed", "1", "--dry-run", "-o", "json").stdout)
    assert other["to_start"] == 12


def test_what_is_measured_and_where_it_goes_can_be_said(peer: Peer) -> None:
    peer.tune()
    peer.put("in/rows/all.csv", f"y,x\n{TRAIN}")

    def plan(*options: str) -> dict[str, Any]:
        return dict(json.loads(inside("data", "curve", "toy", "--dry-run", "-o", "json", *options).stdout))

    named = plan("--metric", "train:error", "--train-metric", "validation:error")
    assert (named["metric"], named["train_metric"]) == ("train:error", "validation:error")
    assert plan("--to", "s3://bucket/mine")["parts"] == "s3://bucket/mine"
    assert plan("--header")["rows"] == ROWS - 1
    assert plan("--no-header")["rows"] == ROWS
    unknown = inside("data", "curve", "toy", "--channel", "rows")
    assert unknown.returncode == 2
    assert "there is no channel rows: the training job has train, validation" in unknown.stderr
    peer.put("in/train/large.csv", "1,2\n" * (1 << 19))
    large = inside("data", "curve", "toy", "--limit", "1")
    assert large.returncode == 2
    assert "let them be fetched: --limit 3, or --limit 0" in large.stderr
    for wrong in (
        ("--stop", "--yes"),
        ("--stop", "--metric", "train:error"),
        ("--stop", "--no-header"),
        ("--no-wait", "--timeout", "1m"),
        ("--shares", "a,b"),
        ("--shares", "50,500"),
    ):
        assert inside("data", "curve", "toy", *wrong).returncode == 2


def test_a_timeout_leaves_them_running_and_stop_ends_them(peer: Peer) -> None:
    peer.tune()
    peer.service.script(seconds=1e6)
    late = inside("data", "curve", "toy", "--repeats", "1", "--parallel", "2", "--timeout", "0")
    assert late.returncode == 4
    assert "the time is up" in late.stderr
    stopped = inside("data", "curve", "toy", "--stop")
    assert stopped.returncode == 0
    assert stopped.stderr.count("is stopping") == 2
    peer.service.advance(300)
    assert "no training of toy on a part runs" in inside("data", "curve", "toy", "--stop").stderr


def test_after_ctrl_c_it_says_how_to_come_back_and_each_training_is_there_once(
    peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    peer.tune()
    with monkeypatch.context() as keys:
        keys.setattr("smtune.retrain.carry._Round._look", interrupted)
        left = inside("data", "curve", "toy", "--repeats", "2", "--parallel", "2")
    assert left.returncode == 130
    assert "Come back (with the same options): smtune data curve toy\n" in left.stderr
    assert len(peer.created()) == 2
    assert inside("data", "curve", "toy", "--repeats", "2").returncode == 0
    assert len({request["TrainingJobName"] for request in peer.created()}) == len(peer.created()) == 8


def interrupted(_: object) -> None:
    raise KeyboardInterrupt


def test_where_no_training_brings_a_loss_it_fails(peer: Peer) -> None:
    peer.tune()
    peer.service.script(fails="AlgorithmError: too few rows")
    lost = inside("data", "curve", "toy", "--repeats", "1")
    assert lost.returncode == 1
    assert "Failed: AlgorithmError: too few rows" in lost.stderr
    assert "no training brought a loss" in lost.stdout
    assert "see: smtune logs TRAINING_JOB" in lost.stderr


def test_money_is_spent_only_when_somebody_says_so(paid: Peer, tmp_path: Path) -> None:
    (tmp_path / "prices.yaml").write_text(PRICES)
    plan = inside("data", "curve", "toy", "--dry-run", "--prices", str(tmp_path / "prices.yaml"))
    assert "1.21 EUR, by what the original, on all rows, cost" in plan.stdout
    assert "12 min 00 s of training" in plan.stdout
    refused = inside("data", "curve", "toy")
    assert refused.returncode == 2
    assert "nobody is here to ask: add --yes" in refused.stderr
    assert paid.created() == []
    done = inside("data", "curve", "toy", "--repeats", "2", "--yes")
    assert done.returncode == 0, done.stderr
    assert "The trainings that are over cost" in done.stdout
    assert len(paid.created()) == 8
    assert inside("data", "curve", "toy", "--repeats", "2", "--aws").returncode == 0, "nothing is left to pay"
    reach = ("--profile", "p", "--region", "eu-west-1", "--endpoint-url", "https://example.invalid")
    assert inside("data", "curve", "toy", *reach, "--dry-run").returncode == 0


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_it_asks_first(paid: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: "n")
    assert main(["data", "curve", "toy"]) == 130
    assert paid.created() == []
