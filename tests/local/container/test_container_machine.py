"""Docker as this machine has it or not, and the images of training jobs. No Docker needed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import pytest
from local_jobs import script_spec

from smtune.errors import ConfigurationError
from smtune.local.check import refusals
from smtune.local.container import docker
from smtune.local.container.docker import Compose, find_compose, machine_troubles, take_over
from smtune.local.container.image import find_image, image_troubles
from smtune.local.container.stand_in import write_stand_in
from smtune.local.notes import notes
from smtune.local.program import NoProgramError, Program
from smtune.local.settings import Settings
from smtune.preflight import Check, examine_machine
from smtune.request import to_request as request_of

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"


def asked(**answers: tuple[int, str]) -> Callable[..., tuple[int, str]]:
    """What `ask` says: of Docker's own compose, of `info`, of other programs by their names; nothing wrong, else."""

    def ask(command: list[str], seconds: float | None = None) -> tuple[int, str]:
        name = "compose" if command[1:] == ["compose", "version"] else Path(command[0]).name.replace("-", "_")
        return answers.get(name if command[1] != "info" else "info", (0, ""))

    return ask


def test_dockers_own_compose_comes_first_then_the_packaged_one_then_any_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    packaged = tmp_path / "docker-compose"
    packaged.touch()
    spec = ModuleSpec("compose", None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(docker, "find_spec", lambda _: spec)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")

    monkeypatch.setattr(docker, "ask", asked(compose=(0, "Docker Compose version v2.40.3")))
    assert find_compose("docker") == Compose(("docker", "compose"), 2)
    monkeypatch.setattr(docker, "ask", asked(compose=(1, "unknown command"), docker_compose=(0, "version v2.40.3")))
    assert find_compose("docker") == Compose((str(packaged),), 2)
    monkeypatch.setattr(docker, "find_spec", lambda _: None)
    monkeypatch.setattr(
        docker, "ask", asked(compose=(1, ""), docker_compose=(0, "docker-compose version 1.29.2, build"))
    )
    assert find_compose("docker") == Compose(("/usr/bin/docker-compose",), 1)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert find_compose("docker") is None


def test_what_is_missing_is_said_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/docker" if name == "docker" else None)
    monkeypatch.setattr(docker, "find_spec", lambda _: None)
    monkeypatch.setattr(docker, "ask", asked(info=(1, "Server:\nCannot connect to the Docker daemon\n")))
    (said,) = machine_troubles()
    assert "does not answer here (Cannot connect to the Docker daemon): start it" in said
    monkeypatch.setattr(docker, "ask", asked(compose=(1, "")))
    (said,) = machine_troubles()
    assert "pip install 'smtune[container]'" in said
    monkeypatch.setattr(shutil, "which", lambda _: None)
    (said,) = machine_troubles()
    assert "there is no `docker` here: install it" in said
    assert "--runner process" in said


def test_a_command_that_cannot_be_run_or_hangs_is_an_answer_too() -> None:
    assert docker.ask(["/nowhere/docker"])[0] == -1
    assert docker.ask([sys.executable, "-c", "import time; time.sleep(9)"], seconds=0.1)[0] == -1


def test_what_belongs_to_the_caller_is_not_taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[str]] = []

    def ask(command: list[str]) -> tuple[int, str]:
        calls.append(command)
        return 1, "no chown"

    monkeypatch.setattr(docker, "ask", ask)
    (tmp_path / "model").write_text("m")
    take_over("docker", "own:1", tmp_path)
    assert calls == []
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    take_over("docker", "own:1", tmp_path)
    assert calls[0][-3:] == ["-R", f"12345:{os.getegid()}", "/taken"]


def test_the_stand_in_hands_everything_to_docker_but_compose(tmp_path: Path) -> None:
    real = tmp_path / "real docker"
    real.write_text('#!/bin/sh\necho "real: $@"\n')
    real.chmod(0o755)
    write_stand_in(tmp_path / "bin", str(real))

    def say(*words: str) -> str:
        done = subprocess.run([tmp_path / "bin" / "docker", *words], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    assert say("images", "-q", "own:1") == "real: images -q own:1"
    assert say("compose", "version") == "Docker Compose version v2 (smtune's)"


def test_the_doctor_looks_at_docker_where_containers_are_wanted(played: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def check() -> Check:
        return next(check for check in examine_machine() if check.name == "docker")

    assert "do without it" in check().detail
    monkeypatch.setenv("SMTUNE_RUNNER", "container")
    assert (check().state, check().detail) == ("ok", "it answers, with compose: training jobs run in containers")
    monkeypatch.setenv("PATH", "/nowhere")
    assert (check().state, check().fix) == ("failed", "unset SMTUNE_RUNNER")


# The image


def definition(image: str | None, **static: str) -> dict[str, Any]:
    specification = {} if image is None else {"TrainingImage": image}
    return {"AlgorithmSpecification": specification, "StaticHyperParameters": static}


def test_an_image_runs_itself_and_a_script_in_it() -> None:
    assert find_image(definition("own:1")) == Program("image own:1", ("train",))
    script = find_image(definition("own:1", sagemaker_program="t.py", sagemaker_submit_directory="s3://b/k"))
    assert (script.entry_point, script.archive) == ("t.py", "s3://b/k")
    with pytest.raises(NoProgramError, match="names none"):
        find_image(definition(None))


@pytest.mark.parametrize(
    ("image", "words"),
    [
        ("own:2", "docker pull own:2, or docker build -t own:2 FOLDER"),
        (
            IMAGE,
            f"--password-stdin {IMAGE.partition('/')[0]} && docker pull {IMAGE}; the built-in XGBoost runs without it",
        ),
    ],
)
def test_an_image_that_is_not_there_is_named_with_how_to_get_it(played: Path, image: str, words: str) -> None:
    (played / "images").write_text("own:1", encoding="utf-8")

    assert list(image_troubles(definition("own:1"))) == []
    (said,) = image_troubles(definition(image))
    assert f"no image {image} here" in said
    assert words in said


def test_a_request_is_refused_for_what_its_runner_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    request = request_of(script_spec())
    assert refusals(request, {}) == ()
    monkeypatch.setenv("PATH", "/nowhere")
    (said,) = refusals(request, {}, "container")
    assert "there is no `docker` here" in said


def test_in_containers_nothing_is_said_of_this_python_or_bubblewrap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTUNE_SANDBOX", "off")
    request = request_of(script_spec())
    assert "this Python" in " ".join(notes(request))
    monkeypatch.setenv("SMTUNE_RUNNER", "container")
    said = " ".join(notes(request))
    assert "in containers of their own images" in said
    assert "this Python" not in said
    assert "bubblewrap" not in said


def test_a_worker_gets_the_runner_and_an_unknown_one_is_refused() -> None:
    chosen = Settings.from_environment({"SMTUNE_RUNNER": "container"})
    assert chosen.runner == "container"
    assert Settings.from_environment(chosen.as_environment()).runner == "container"
    with pytest.raises(ConfigurationError, match="SMTUNE_RUNNER='vm' is neither process nor container"):
        Settings.from_environment({"SMTUNE_RUNNER": "vm"})
