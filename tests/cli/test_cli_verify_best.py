"""smtune verify-best: trainings that really run here, and a service where they would cost money."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from cli_jobs import SMTUNE, inside
from fake_tuning import FakeTuning, Json, RefusedError
from fake_tuning import time as moment
from local_jobs import WAIT_SECONDS, Run, wait_for

from smtune.local.session import LocalSession

SEEDED = """
import argparse, random
parser = argparse.ArgumentParser()
parser.add_argument("--kind", type=int)
parser.add_argument("--seed", type=int)
asked = parser.parse_args()
noise = random.Random(asked.seed * 10 + asked.kind).gauss(0, 0.01)
print(f"score={(0.9, 0.2)[asked.kind] + noise:.6f}")
"""
SLOW = SEEDED.replace("noise =", "import time\nif asked.seed > 1: time.sleep(600)\nnoise =")
CHANGES = {
    "hyperparameters": {"seed": 1, "kind": {"values": [0, 1]}},
    "strategy": "grid",
    "limits": {"parallel": 2},
    "seed": None,
}


@pytest.fixture
def job(submit: Run, session: LocalSession) -> str:
    name = submit(SEEDED, changes=CHANGES)
    wait_for(session, name)
    return name


def repeats(session: LocalSession) -> list[str]:
    client: Any = session.client("sagemaker")
    return [item["TrainingJobName"] for item in client.list_training_jobs(NameContains="-v0")["TrainingJobSummaries"]]


@pytest.mark.slow
def test_a_plan_then_the_repeats_then_the_verdict(job: str, session: LocalSession) -> None:
    plan = json.loads(inside("verify-best", job, "--dry-run", "--repeats", "2", "-o", "json").stdout)
    assert (plan["to_start"], plan["configurations"][0]["seed_hyperparameter"]) == (4, "seed")
    assert any("2 different configurations" in note for note in plan["notes"])
    table = inside("verify-best", job, "--dry-run", "--repeats", "2", "--top", "2", "--local")
    assert table.returncode == 0
    assert "4 to start, 0 there; 2 x 2, 2 at once" in table.stdout
    assert "4 times of 5" in table.stdout
    assert repeats(session) == []

    started = inside("verify-best", job, "--top", "2", "--repeats", "2", "--no-wait", "--parallel", "1")
    assert started.returncode == 0
    assert "There is more to come" in started.stderr
    assert len(repeats(session)) == 1
    done = inside("verify-best", job, "--top", "2", "--repeats", "2", "--wait", "--timeout", "2m")
    assert done.returncode == 0, done.stderr
    assert "4 of 4 repeats over" in done.stderr
    assert "is really the best: it beats configuration 2" in done.stdout
    assert len(repeats(session)) == 4
    again = json.loads(inside("verify-best", job, "--top", "2", "--repeats", "2", "-o", "json").stdout)
    assert (again["to_start"], again["verdict"], again["is_over"]) == (0, "best", True)
    assert len(repeats(session)) == 4
    for wrong in (
        ("--stop", "--yes"),
        ("--stop", "--no-seed"),
        ("--no-wait", "--timeout", "1m"),
        ("--no-seed", "--seed-hyperparameter", "seed"),
    ):
        assert inside("verify-best", job, *wrong).returncode == 2
    assert inside("verify-best", job, "--no-seed", "--dry-run").returncode == 0
    named = inside("verify-best", job, "--seed-hyperparameter", "draw", "--new", "--dry-run", "-o", "json")
    assert json.loads(named.stdout)["configurations"][0]["seed_hyperparameter"] == "draw"


@pytest.mark.slow
def test_ctrl_c_leaves_them_running_and_stop_ends_them(submit: Run, session: LocalSession) -> None:
    job = submit(SLOW, changes=CHANGES)
    wait_for(session, job)
    process = subprocess.Popen(
        [*SMTUNE, "verify-best", job, "--top", "1", "--repeats", "2"], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    with process.stderr as stderr:
        while "2 running" not in stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        rest = stderr.read()
    assert process.wait() == 130
    assert f"smtune verify-best {job} --stop" in rest
    late = inside("verify-best", job, "--top", "1", "--repeats", "2", "--timeout", "1")
    assert late.returncode == 4
    assert "the time is up" in late.stderr
    stopped = inside("verify-best", job, "--stop")
    assert stopped.returncode == 0
    assert stopped.stderr.count("is stopping") == 2
    client: Any = session.client("sagemaker")
    until = time.monotonic() + WAIT_SECONDS
    while any(
        client.describe_training_job(TrainingJobName=name)["TrainingJobStatus"] != "Stopped"
        for name in repeats(session)
    ):
        assert time.monotonic() < until
        time.sleep(0.1)
    ended = inside("verify-best", job, "--top", "1", "--repeats", "2")
    assert ended.returncode == 1
    assert "Stopped: it gave no objective" in ended.stderr
    assert len(repeats(session)) == 2


class Paid(FakeTuning):
    """The service, which also runs training jobs of nobody's tuning; each is over at once."""

    def _answer(self, model: Any, params: Json, **_: Any) -> Any:
        if model.name == "CreateTrainingJob":
            request = json.loads(params["body"])
            name = request["TrainingJobName"]
            original = next(job for key, job in self.jobs.items() if name.startswith(key))
            finals = [
                {"MetricName": metric, "Value": 0.5 + len(self.jobs), "Timestamp": moment(0)} for metric in self.metrics
            ]
            self.jobs[name] = {**original, **request, "FinalMetricDataList": finals}
        return super()._answer(model, params) if model.name != "CreateTrainingJob" else _made()

    def _describe_training_job(self, request: Json) -> Json:
        if request["TrainingJobName"] not in self.jobs:
            raise RefusedError("ValidationException", "Requested resource not found.")
        return super()._describe_training_job(request)


def _made() -> Any:
    from fake_tuning import Answer

    return Answer(), {"TrainingJobArn": "arn", "ResponseMetadata": {}}


@pytest.fixture
def paid(monkeypatch: pytest.MonkeyPatch) -> Paid:
    service = Paid(static={"epochs": "60", "seed": "1"})
    for number in (1, 2, 3):
        service.add(number)
    monkeypatch.setattr("smtune.cli.sessions.find_session", lambda *_: service.session())
    monkeypatch.setattr("time.sleep", lambda _: None)
    return service


PRICES = """
currency: EUR
sources: {own: {date: '2026-01-01', what: our contract}}
regions:
  eu-west-1: {source: own, storage: 0.1, instances: {ml.m5.large: 6.0}}
"""


def test_money_is_spent_only_when_somebody_says_so(paid: Paid, tmp_path: Path) -> None:
    (tmp_path / "prices.yaml").write_text(PRICES)
    prices = str(tmp_path / "prices.yaml")
    plan = inside("verify-best", "tune", "--dry-run", "--repeats", "2", "--prices", prices)
    assert "6.01 EUR, by what the originals cost" in plan.stdout
    assert "1 h 00 min of training" in plan.stdout
    refused = inside("verify-best", "tune", "--repeats", "2")
    assert refused.returncode == 2
    assert "nobody is here to ask: add --yes" in refused.stderr
    assert len(paid.jobs) == 3
    done = inside("verify-best", "tune", "--repeats", "2", "--yes")
    assert done.returncode == 0, done.stderr
    assert len(paid.jobs) == 9
    assert inside("verify-best", "tune", "--repeats", "2", "--aws").returncode == 0, "nothing is left to pay"
    reach = ("--profile", "p", "--region", "eu-west-1", "--endpoint-url", "https://example.invalid")
    assert inside("verify-best", "tune", "--repeats", "2", *reach, "--dry-run").returncode == 0


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_it_asks_first(paid: Paid, monkeypatch: pytest.MonkeyPatch) -> None:
    from smtune.cli import main

    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: "n")
    assert main(["verify-best", "tune"]) == 130
    assert len(paid.jobs) == 3
