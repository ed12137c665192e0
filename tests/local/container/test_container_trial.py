"""A training job in a container, with a Docker that is played, and once with the SDK's own local mode."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from local_jobs import WAIT_SECONDS

from smtune.local.container.place import Place
from smtune.local.container.trial import ContainerTrial, NoDockerError
from smtune.local.contract import Contract
from smtune.local.processes import MARK
from smtune.local.program import Program
from smtune.local.runners import kill_leftovers, start_trial
from smtune.local.trial import Trial, TrialPlan
from smtune.metrics import Scraper

SPEAKS = r"""
import os, pathlib, sys
print("score=\t0.25")
sys.stdout.flush()
sys.stdout.buffer.write(b"caf\xe9\n")
pathlib.Path(os.environ["ML"], "model", "weights").write_text("w")
pathlib.Path(os.environ["OUTPUT"], "data", "chart").write_text("c")
pathlib.Path(os.environ["OUTPUT"], "failure").write_text("no such label")
sys.exit(130)
"""
WAITS = "import signal, time\nsignal.signal(signal.SIGTERM, lambda *_: print('told', flush=True))\ntime.sleep(600)"
Plan = Callable[..., TrialPlan]


@pytest.fixture
def plan(tmp_path: Path, played: Path) -> Iterator[Plan]:
    folder = tmp_path / "a job: #1"  # what the SDK cannot read in an address, and Docker not in a volume
    data = tmp_path / "rows"
    data.mkdir()

    def plan(code: str = "", **changes: Any) -> TrialPlan:
        folder.mkdir(exist_ok=True)
        fields: dict[str, Any] = {
            "contract": Contract("toy-001", {"code": code, "note": "it's $HOME"}, {"train": {}}, "ml.m5.large", 1),
            "program": Program("image own", ("train",)),
            "data": {"train": data},
            "archive": None,
            "environment": {"PRICE": "5$US"},
            "folder": folder,
            "scraper": Scraper([{"Name": "score", "Regex": r"score=#011(\S+)"}]),
            "bubblewrap": None,
            "image": "own:1",
            "stop_grace": 0.3,
        }
        return TrialPlan(**{**fields, **changes})

    yield plan
    kill_leftovers(folder)


def ended(trial: Trial) -> int:
    until = time.monotonic() + WAIT_SECONDS
    while (code := trial.poll()) is None:
        assert time.monotonic() < until
        time.sleep(0.02)
    return code


def until_it_runs(trial: Trial) -> None:
    place, until = Place(trial.plan.folder), time.monotonic() + WAIT_SECONDS
    while not place.started.exists():
        assert time.monotonic() < until
        trial.poll()
        time.sleep(0.02)


@pytest.mark.slow
def test_it_ends_with_all_that_the_container_left(
    plan: Plan, played: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "the-caller-s-own")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "the-caller-s-own")
    trial = start_trial(plan(SPEAKS))
    until_it_runs(trial)
    service = json.loads((played / Place(trial.plan.folder).container / "service.json").read_text(encoding="utf-8"))

    assert ended(trial) == 130, "which the SDK takes for success"
    assert trial.trouble is None
    assert [item.value for item in trial.drain()] == [0.25]
    assert list(trial.tail) == ["score=\t0.25", "caf\N{REPLACEMENT CHARACTER}"]
    assert (trial.root / "model" / "weights").read_text() == "w"
    assert (trial.root / "output" / "data" / "chart").read_text() == "c"
    assert (trial.root / "output" / "failure").read_text() == "no such label"

    assert "the-caller-s-own" not in json.dumps(service)
    assert service["environment"]["PRICE"] == "5$$US"
    assert {mount["target"] for mount in service["volumes"] if mount.get("read_only")} == {"/opt/ml/input/data/train"}
    (source,) = [mount["source"] for mount in service["volumes"] if mount["target"] == "/opt/ml/input/data/train"]
    assert source == str(tmp_path / "rows"), "not a copy"
    assert (played / "removed").read_text().split() == [Place(trial.plan.folder).container]
    assert sorted(path.name for path in trial.plan.folder.iterdir()) == ["ml", "runner.log", "training.log"]


@pytest.mark.usefixtures("played_sdk")
def test_a_failure_file_does_not_lead_out_of_the_container(plan: Plan, tmp_path: Path) -> None:
    """What is a file of the container's there is one of this machine's here: its text would become the reason."""
    (tmp_path / "password").write_text("secret", encoding="utf-8")
    link = f"os.symlink({str(tmp_path / 'password')!r}, os.path.join(os.environ['OUTPUT'], 'failure'))"
    trial = start_trial(plan(f"import os, sys\n{link}\nsys.exit(1)"))

    assert ended(trial) == 1
    assert list((trial.root / "output").iterdir()) == [trial.root / "output" / "data"]


@pytest.mark.usefixtures("played_sdk")
def test_it_is_told_to_stop_and_killed_after_its_grace(plan: Plan, played: Path) -> None:
    trial = start_trial(plan(WAITS))
    until_it_runs(trial)
    time.sleep(0.3)  # for its signal handler
    trial.stop()
    trial.stop()

    assert ended(trial) == 128 + signal.SIGKILL
    assert list(trial.tail) == ["told"]
    assert trial.stopping is not None
    assert trial.exceeded is None


@pytest.mark.usefixtures("played_sdk")
def test_a_time_limit_counts_from_the_start_of_the_container(plan: Plan) -> None:
    trial = start_trial(plan(WAITS, time_limit=0.5))
    until_it_runs(trial)

    assert ended(trial) == 128 + signal.SIGKILL
    assert trial.exceeded == "MaxRuntime"


@pytest.mark.usefixtures("played_sdk")
def test_what_docker_says_instead_of_starting_is_the_trouble(plan: Plan, played: Path) -> None:
    (played / "refuse").write_text('exec: "train": executable file not found in $PATH\n')
    trial = start_trial(plan())

    assert ended(trial) != 0
    words = 'Docker could not start a container of own:1: exec: "train": executable file not found in $PATH'
    assert trial.trouble == words


@pytest.mark.usefixtures("played_sdk")
def test_whose_worker_is_killed_the_container_ends_with_it(plan: Plan, played: Path) -> None:
    """Its runner notices that nobody holds the other end of its stdin."""
    trial = ContainerTrial(plan(WAITS))
    until_it_runs(trial)
    assert trial._process.stdin is not None
    trial._process.stdin.close()

    assert trial._process.wait(WAIT_SECONDS) == 128 + signal.SIGKILL
    assert (played / "removed").exists()


@pytest.mark.usefixtures("played_sdk")
def test_leftovers_of_a_worker_and_runner_that_were_killed_are_removed(plan: Plan, played: Path) -> None:
    trial = ContainerTrial(plan(WAITS))
    until_it_runs(trial)
    os.killpg(trial._process.pid, signal.SIGKILL)
    trial._process.wait(WAIT_SECONDS)
    name = Place(trial.plan.folder).container
    assert (played / name).exists()
    kill_leftovers(trial.plan.folder)

    assert not (played / name).exists()
    assert not (trial.plan.folder / "container").exists()
    assert ended(trial) != 0
    assert "the container's runner ended with exit code -9" in str(trial.trouble)


@pytest.mark.usefixtures("played_sdk")
def test_a_stop_before_the_container_starts_starts_none(plan: Plan, played: Path) -> None:
    trial = start_trial(plan(WAITS))
    trial.stop()

    assert ended(trial) == 128 + signal.SIGTERM
    assert trial.trouble is None
    assert not (played / "removed").exists()


@pytest.mark.usefixtures("played_sdk")
def test_a_killed_trial_leaves_nothing(plan: Plan, played: Path) -> None:
    trial = ContainerTrial(plan(WAITS))
    until_it_runs(trial)
    trial.kill()

    assert not (played / Place(trial.plan.folder).container).exists()
    assert trial._process.returncode == -signal.SIGKILL


def test_without_docker_it_says_what_is_missing(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NoDockerError, match="there is no `docker` here: install it"):
        start_trial(plan())


def test_an_image_that_has_gone_meanwhile_is_not_fetched(plan: Plan, played: Path) -> None:
    (played / "images").write_text("other:1")
    with pytest.raises(NoDockerError, match=r"no image own:1 here, and none is fetched unasked: docker pull own:1"):
        start_trial(plan())


def test_a_command_of_the_sdk_that_is_new_is_refused(tmp_path: Path) -> None:
    """Else a container could run with the caller's data open to it, and nobody would notice."""
    (tmp_path / "container").mkdir()
    command = [sys.executable, "-m", "smtune.local.container.compose", "compose", "run", "train"]
    done = subprocess.run(command, env={**os.environ, MARK: str(tmp_path)}, capture_output=True, text=True)

    assert done.returncode == 1
    assert Place(tmp_path).trouble.read_text() == "the SDK called `docker compose run train`, which is new"
