"""smtune loop: rounds on stderr as they end, the next specs as files, a table of all on stdout."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_jobs import inside
from played_rounds import SPEC, jobs_of, play, playing, write_spec

from smtune.progress import watch
from smtune.spec import load_spec
from smtune.testing import LocalService
from smtune.validate import check_file

CREATE = "CreateHyperParameterTuningJob"


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalService]:
    """Where the command launches, whether it says --local or not; its spec is `spec.yaml` here."""
    write_spec(Path())
    with playing(tmp_path / "service") as service:
        monkeypatch.setattr("smtune.cli.launched.connect", lambda *_, **__: service.session)
        yield service


def test_rounds_are_told_and_the_best_is_named(service: LocalService) -> None:
    done = inside("loop", "spec.yaml", "--local", "--rounds", "2")
    assert done.returncode == 0, done.stderr
    first, second = jobs_of(service)
    assert (
        f"round 1: {first}, objective 0.155\n  High bias\n  next: use a bigger model; spec.round-2.yaml\n"
        in done.stderr
    )
    assert f"round 2: {second}, objective 0.0" in done.stderr
    assert ", better\n" in done.stderr
    assert "1  " + first in done.stdout
    assert f"\nBest: {second}\n" in done.stdout
    assert f"What is left: smtune suggest {second} -o table" in done.stdout


def test_the_next_spec_is_a_file_beside_the_spec_that_is_launched_by_itself(service: LocalService) -> None:
    folder = Path("below")
    folder.mkdir()
    write_spec(folder)
    done = inside("loop", str(folder / "spec.yaml"), "--local", "--rounds", "2", "-o", "json")
    assert done.returncode == 0, done.stderr
    first, second = json.loads(done.stdout)["rounds"]
    assert [first["round"], first["is_best"], first["next"]] == [1, True, "Use a bigger model"]
    assert second["changes"][0]["path"] == "hyperparameters.max_depth"
    assert sorted(file.name for file in folder.iterdir()) == ["spec.round-2.yaml", "spec.yaml"]
    text = (folder / "spec.round-2.yaml").read_text(encoding="utf-8")
    assert text.startswith(f"# for {first['tuning_job_name']}: High bias\n# -> 1. Use a bigger model\n")
    assert "# max_depth: was 2; the same in all training jobs, 2: search it, more than that\n" in text
    assert check_file(folder / "spec.round-2.yaml") == ()

    launched = inside("launch", str(folder / "spec.round-2.yaml"), "--local", "-o", "json")
    assert launched.returncode == 0, launched.stderr
    assert json.loads(launched.stdout)["tuning_job_name"] == second["tuning_job_name"], "it is the same tuning job"
    assert len(service.calls(CREATE)) == 2


def test_a_round_that_is_no_better_is_told_and_the_file_names_the_job_it_goes_back_to(service: LocalService) -> None:
    play(service, lambda given: (0.1, 0.105) if given["max_depth"] == 2 and given["num_round"] == 10 else (0.2, 0.205))
    done = inside("loop", "spec.yaml", "--rounds", "3", "--skip-data-check", "--runner", "process", "--local")
    assert done.returncode == 0, done.stderr
    first, second, third = jobs_of(service)
    assert f"round 2: {second}, objective 0.205, no better: taken back\n" in done.stderr
    text = Path("spec.round-3.yaml").read_text(encoding="utf-8")
    assert text.startswith(f"# for {first}: High bias\n# -> 1. Train longer\n")
    assert load_spec(Path("spec.round-3.yaml")).hyperparameters["max_depth"] == 2
    assert f"Best: {first}\n" in done.stdout
    assert third in done.stdout


def test_overlays_and_settings_are_part_of_the_spec(service: LocalService) -> None:
    Path("more.yaml").write_text("limits: {jobs: 2, parallel: 2}\n", encoding="utf-8")
    words = ("--file", "more.yaml", "--set", "hyperparameters.max_depth=4", "--local", "--rounds", "1")
    assert inside("loop", "spec.yaml", *words).returncode == 0
    (sent,) = service.calls(CREATE)
    assert sent["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxNumberOfTrainingJobs"] == 2
    assert sent["TrainingJobDefinition"]["StaticHyperParameters"]["max_depth"] == "4"


def test_a_spec_from_standard_input_has_its_next_ones_here(
    service: LocalService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(SPEC.encode())))
    assert inside("loop", "-", "--local", "--rounds", "2").returncode == 0
    assert Path("spec.round-2.yaml").is_file()


def test_a_tuning_job_that_failed_is_exit_code_1(service: LocalService) -> None:
    service.script(fails="AlgorithmError: no such column")
    done = inside("loop", "spec.yaml", "--local")
    assert done.returncode == 1
    assert "Ended: the tuning job ended as Failed" in done.stdout
    assert "no objective" in done.stderr
    assert not Path("spec.round-2.yaml").exists()


def test_one_that_was_stopped_is_exit_code_3(service: LocalService, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop_and_watch(session: Any, job: str, *how: Any) -> Any:
        session.client("sagemaker").stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=job)
        return watch(session, job, *how)

    monkeypatch.setattr("smtune.cli.looped.watch", stop_and_watch)
    assert inside("loop", "spec.yaml", "--local").returncode == 3


def test_ctrl_c_leaves_the_tuning_job_and_the_same_command_goes_on(
    service: LocalService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("smtune.cli.looped.watch", interrupt)
        done = inside("loop", "spec.yaml", "--local")
    assert done.returncode == 130
    (job,) = jobs_of(service)
    assert f"{job} goes on without you. Come back: the same smtune loop" in done.stderr
    assert inside("loop", "spec.yaml", "--local", "--rounds", "1").returncode == 0
    assert jobs_of(service) == [job]


@pytest.mark.usefixtures("service")
def test_a_mistake_is_named_by_its_place_in_the_file() -> None:
    write_spec(Path(), {"max_depth: 2": "max_depth: deep"})
    done = inside("loop", "spec.yaml", "--local")
    assert done.returncode == 252
    assert "spec.yaml:8:" in done.stderr


def test_a_budget_is_for_all_rounds_together(service: LocalService, monkeypatch: pytest.MonkeyPatch) -> None:
    play(service, lambda _: (0.1, 0.105))
    service.script(seconds=300)
    monkeypatch.setattr("smtune.loop.run.is_local", lambda _: False)
    write_spec(Path(), {"{instance: ml.m5.large}": "{instance: ml.m5.24xlarge, runtime_seconds: 300}"})
    done = inside("loop", "spec.yaml", "--rounds", "20", "--budget", "2.9 USD", "-o", "json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)["rounds"]
    assert len(told) == 2
    assert told[-1]["spent"] <= 2.9
    assert told[-1]["ends"].startswith("the budget is used: ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--budget", "20 EUR"), "write it as '20 USD'"),
        (("--budget", "0"), "write it as '20 USD'"),
        (("--budget", "-3"), "write it as '20 USD'"),
        (("--budget", "20 USD", "--local"), "nothing costs money on this machine"),
        (("--rounds", "0"), "0 is not in the range"),
        (("--runner", "container"), "say --local, too"),
        (("--local", "--role", "arn:aws:iam::123456789012:role/r"), "leave --role out"),
        (("--local", "--bucket", "b", "--prefix", "p"), "leave --bucket, --prefix out"),
    ],
)
@pytest.mark.usefixtures("service")
def test_what_does_not_go_together_is_refused(words: tuple[str, ...], said: str) -> None:
    done = inside("loop", "spec.yaml", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_aws_is_reached_as_it_is_said() -> None:
    write_spec(Path())
    reach = ("--profile", "mine", "--region", "eu-west-3", "--endpoint-url", "http://localhost:1")
    assert inside("loop", "spec.yaml", *reach).returncode == 253


def test_without_a_spec_there_is_nothing_to_tune() -> None:
    assert inside("loop").returncode == 2
