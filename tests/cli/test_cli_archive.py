"""smtune archive and smtune import: out of one place, into another, and every reading command works there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_jobs import inside
from fake_tuning import FakeTuning
from played_rounds import SPEC, playing
from recorded_jobs import Ran, record_job

from smtune.archive.known import find_archive
from smtune.archive.session import ArchiveSession
from smtune.archive.write import archive_job
from smtune.job import launch
from smtune.local.session import LocalSession
from smtune.local.settings import Settings
from smtune.spec import load_spec


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> FakeTuning:
    service = FakeTuning()
    service.add(1)
    service.add(2)
    monkeypatch.setattr("smtune.cli.sessions.find_session", lambda *_: service.session())
    return service


def test_what_was_archived_and_imported_is_read_without_the_service(
    service: FakeTuning, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {name: inside(name, "tune", "-o", "json").stdout for name in ("results", "best", "cost", "describe")}
    done = inside("archive", "tune", "kept", "-o", "json")
    assert done.returncode == 0, done.stderr
    assert "training_jobs.json" in json.loads(done.stdout)["files"]

    def find(job: str, *_: Any) -> ArchiveSession:
        folder = find_archive(job, Settings.from_environment())
        assert folder is not None
        return ArchiveSession(folder)

    monkeypatch.setattr("smtune.cli.sessions.find_session", find)
    done = inside("import", "kept")
    assert (done.returncode, done.stdout.splitlines()[0].split()) == (0, ["tuning", "job", "tune"])
    again = json.loads(inside("import", "kept", "-o", "json").stdout)
    assert again == {"tuning_job_name": "tune", "tuning_job_arn": service.arn}
    service.calls.clear()
    after = {name: inside(name, "tune", "-o", "json").stdout for name in before}
    assert service.calls.total() == 0
    for name in ("results", "best", "cost"):
        assert json.loads(after[name]) == json.loads(before[name]), name
    assert json.loads(after["describe"])["HyperParameterTuningJobStatus"] == "Completed"
    assert inside("results", "tune").returncode == 0


def test_an_imported_archive_has_the_human_level_of_its_spec(tmp_path: Path) -> None:
    with playing(tmp_path / "service") as service:
        name = launch(SPEC, session=service.session).name
        service.finish()
        archive_job(service.session, name, tmp_path / "kept")
    assert inside("import", str(tmp_path / "kept")).returncode == 0
    diagnosed = inside("diagnose", name, "-o", "json")
    assert json.loads(diagnosed.stdout)["order"] == ["high_bias"], diagnosed.stderr
    reported = inside("report", name, "-o", "told.json")
    assert reported.returncode == 0, reported.stderr
    ladder = json.loads(Path("told.json").read_text(encoding="utf-8"))["ladder"]
    assert (ladder["rungs"][0]["label"], ladder["rungs"][0]["text"]) == ("Human level", "1.0 %")
    for command in ("suggest", "clone"):
        done = inside(command, name)
        assert done.returncode == 0, done.stderr
        assert load_spec(done.stdout).diagnosis == load_spec(SPEC).diagnosis
    own = inside("diagnose", name, "--human-error", "14.9%/900", "-o", "json")
    assert json.loads(own.stdout)["levels"][0]["value"] == 0.149, "what the caller knows wins there, too"


def test_a_folder_in_use_and_a_folder_that_is_no_archive_are_refused(service: FakeTuning) -> None:
    Path("mine").mkdir()
    Path("mine/file").write_text("mine")
    assert inside("archive", "tune", "mine").returncode == 2
    assert inside("import", "mine").returncode == 252
    assert inside("import", "nix").returncode == 2


def test_a_spec_that_is_not_there_is_a_remark_and_no_error(settings: Settings) -> None:
    record_job(settings, "toy", [Ran()])
    assert json.loads(inside("archive", "toy", "whole", "-o", "json").stdout)["remarks"] == []
    client: Any = LocalSession(settings).client("sagemaker")
    arn = client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="toy")["HyperParameterTuningJobArn"]
    client.add_tags(ResourceArn=arn, Tags=[{"Key": "smtune:spec", "Value": "nowhere"}])
    done = inside("archive", "toy", "kept", "-o", "json")
    sentence = "the job's own spec is not in the archive: nowhere: 'nowhere' is not an S3 URI: write s3://bucket/prefix"
    assert (done.returncode, json.loads(done.stdout)["remarks"]) == (0, [sentence])
    assert done.stderr == f"note: {sentence}\n"
    assert Path("kept/manifest.json").is_file()


def test_all_logs_and_the_models_are_kept_on_request(settings: Settings) -> None:
    good, bad = record_job(settings, "toy", [Ran(), Ran((), "Failed", {"dose": "1"}, "no")])
    uri = json.loads(inside("best", "toy", "-o", "json").stdout)["model_artifact_uri"]
    model = LocalSession(settings).path_of(uri)
    model.parent.mkdir(parents=True)
    model.write_bytes(b"the model")

    def kept(folder: str, *options: str) -> list[str]:
        done = inside("archive", "toy", folder, *options, "-o", "json")
        assert done.returncode == 0, done.stderr
        return [name for name in json.loads(done.stdout)["files"] if name.startswith(("logs", "s3"))]

    assert kept("little") == [f"logs/{bad}.log"]
    assert kept("logs", "--logs") == [f"logs/{good}.log", f"logs/{bad}.log"]
    assert kept("models", "--models") == [f"logs/{bad}.log", f"s3/{uri.removeprefix('s3://')}"]


def test_what_was_imported_is_listed_among_the_jobs_of_this_machine(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def names(*options: str) -> list[str]:
        return [job["name"] for job in json.loads(inside("list", "-o", "json", *options).stdout)]

    record_job(settings, "older", [Ran()], status="Failed", began=1_700_000_000)
    record_job(settings, "other", [Ran(), Ran()], began=1_800_000_000)
    record_job(settings, "broken", [Ran()], began=1_800_000_000)
    listed = {job["name"]: job for job in json.loads(inside("list", "-o", "json").stdout)}
    for name in listed:
        assert inside("archive", name, f"kept/{name}").returncode == 0
    monkeypatch.setenv("SMTUNE_HOME", str(tmp_path / "another"))
    record_job(Settings(home=tmp_path / "another"), "own", [Ran()], began=1_750_000_000)
    for name in listed:
        assert inside("import", f"kept/{name}").returncode == 0
    (tmp_path / "another" / "archives" / "broken" / "tuning_job.json").write_text("{}")

    assert names() == ["other", "own", "older"], "newest first, without the one that cannot be read"
    found = {job["name"]: job for job in json.loads(inside("list", "-o", "json").stdout)}
    assert found["other"] == {**listed["other"], "archived": True}
    assert not found["own"]["archived"]
    lines = inside("list").stdout.splitlines()
    assert lines[0].split()[-1] == "archived"
    assert [line.split()[-1] for line in lines[1:]] == ["yes", "0", "yes"]
    assert names("--status", "Failed") == ["older"]
    assert names("--name-contains", "OTH") == ["other"]
    assert names("--since", "2026-01-01") == ["other"]
    assert names("--max", "2", "--local") == ["other", "own"]
    record_job(Settings(home=tmp_path / "another"), "older", [], began=1_850_000_000)
    assert names() == ["older", "other", "own"]
    assert not json.loads(inside("list", "-o", "json").stdout)[0]["archived"], "as `smtune results older` finds it"
