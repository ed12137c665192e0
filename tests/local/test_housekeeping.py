"""What may go goes, and nothing else: never anything of a tuning job that has not ended."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from local_jobs import script_spec

from smtune.cli.main import main
from smtune.files import DRAFT
from smtune.local.housekeeping import find_waste, remove, survey
from smtune.local.lock import worker_lock
from smtune.local.records import TrainingJob, TuningJob
from smtune.local.settings import DELETED, Settings
from smtune.local.store import Store
from smtune.metrics import Observation
from smtune.request import to_request

DAY = 86_400.0


def keep(
    settings: Settings, name: str, *, age: float | None = DAY, trainings: tuple[str, ...] = ("Completed",)
) -> TuningJob:
    """A tuning job that ended `age` seconds ago (None: it runs), with its training jobs, logs and models."""
    now = time.time()
    ended = None if age is None else now - age
    request = to_request(script_spec())
    job = TuningJob(name, request, now, now, status="InProgress" if ended is None else "Completed", ended=ended)
    store = Store(settings.database)
    store.create_tuning_job(job)
    for number, status in enumerate(trainings, start=1):
        training = TrainingJob(f"{name}-{number}", name, number, {"dose": "1"}, now, now, status=status)  # type: ignore[arg-type]
        store.save_training_job(training, [Observation("score", 1.0, now, 0)])
        folder = settings.training_folder(name, training.name)
        (folder / "ml" / "model").mkdir(parents=True)
        (folder / "ml" / "model" / "weights").write_bytes(b"w" * 1000)
        (folder / "training.log").write_text("x" * 10, encoding="utf-8")
        output = job.definitions[0].body["OutputDataConfig"]["S3OutputPath"].removeprefix("s3://")
        model = settings.objects / output / training.name / "output" / "model.tar.gz"
        model.parent.mkdir(parents=True)
        model.write_bytes(b"m" * 500)
    return job


def files(settings: Settings) -> set[str]:
    return {path.name for path in settings.home.rglob("*") if path.is_file() and "state.db" not in path.name}


def delete(settings: Settings, name: str) -> None:
    assert Store(settings.database).delete_tuning_job(name, only_if=("Completed",))


def kinds(settings: Settings, **options: Any) -> list[tuple[str, str]]:
    return [(each.kind, each.name) for each in find_waste(settings, time.time(), **options)]


def test_where_nothing_ever_ran_there_is_nothing_and_nothing_is_made(settings: Settings) -> None:
    kept = survey(settings)
    assert (kept.tuning_jobs, kept.training_jobs, kept.workers, kept.sizes["database"]) == ({}, 0, (), 0)
    assert find_waste(settings, time.time()) == ()
    remove(settings, ())
    assert not settings.home.exists()


def test_everything_is_counted(settings: Settings) -> None:
    keep(settings, "done")
    keep(settings, "gone")
    keep(settings, "runs", age=None)
    keep(settings, "waits", age=None)
    delete(settings, "gone")
    with worker_lock(settings, "runs"):
        kept = survey(settings)
    assert kept.tuning_jobs == {"Completed": 1, "Deleted": 1, "InProgress": 2}
    assert (kept.training_jobs, kept.workers, kept.unattended) == (4, ("runs",), ("waits",))
    assert kept.sizes["jobs"] >= 4 * 1010
    assert kept.sizes["objects"] == 4 * 500


def test_what_a_deleted_tuning_job_left_goes_and_the_one_that_has_its_name_now_stays(settings: Settings) -> None:
    keep(settings, "again")
    delete(settings, "again")
    store = Store(settings.database)
    now = time.time()
    store.create_tuning_job(TuningJob("again", to_request(script_spec()), now, now, status="Completed", ended=now))
    store.save_training_job(TrainingJob("again-new", "again", 1, {"dose": "1"}, now, now, status="Completed"))
    (settings.training_folder("again", "again-new")).mkdir(parents=True)

    assert kinds(settings) == [("deleted", "again")]
    remove(settings, find_waste(settings, now))
    assert store.training_job("again-1") is None
    assert store.observations("again-1") == []
    assert [job.name for job in store.all_tuning_jobs()] == ["again"]
    assert settings.training_folder("again", "again-new").is_dir()
    assert "model.tar.gz" not in files(settings)
    assert kinds(settings) == []


def test_the_room_of_a_failed_training_job_goes_and_its_log_stays(settings: Settings) -> None:
    keep(settings, "mixed", trainings=("Completed", "Failed"))
    assert kinds(settings) == [("failed", "mixed-2")]
    remove(settings, find_waste(settings, time.time()))
    folder = settings.training_folder("mixed", "mixed-2")
    assert [path.name for path in folder.iterdir()] == ["training.log"]
    assert settings.training_folder("mixed", "mixed-1").joinpath("ml").is_dir(), "it is not for us to say"


def test_old_tuning_jobs_go_as_a_whole_when_asked(settings: Settings) -> None:
    keep(settings, "old", age=40 * DAY)
    keep(settings, "new", age=DAY)
    assert kinds(settings) == []
    assert kinds(settings, older_than=30 * DAY) == [("old", "old")]
    remove(settings, find_waste(settings, time.time(), older_than=30 * DAY))
    assert [job.name for job in Store(settings.database).all_tuning_jobs()] == ["new"]
    assert kinds(settings, older_than=0.0) == [("old", "new")]


def test_nothing_of_a_tuning_job_that_has_not_ended_is_touched(settings: Settings) -> None:
    keep(settings, "runs", age=None, trainings=("Failed", "InProgress"))
    assert kinds(settings, older_than=0.0) == []


def test_drafts_go_after_a_day(settings: Settings) -> None:
    keep(settings, "any")
    young, old = (settings.objects / "bucket" / f"{DRAFT}{name}" for name in ("young", "old"))
    young.parent.mkdir(parents=True, exist_ok=True)
    for draft in (young, old):
        draft.write_text("half", encoding="utf-8")
    os.utime(old, (0, 0))
    assert kinds(settings) == [("draft", f"s3/bucket/{DRAFT}old")]
    remove(settings, find_waste(settings, time.time()))
    assert [young.exists(), old.exists()] == [True, False]


def test_status_prints_what_there_is(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    keep(settings, "done")
    keep(settings, "waits", age=None)
    assert main(["local", "status"]) == 0
    text = capsys.readouterr().out
    assert "tuning jobs      1 Completed, 1 InProgress\n" in text
    assert "run by nobody    waits\n" in text
    assert main(["local", "status", "-o", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["training_jobs"], shown["unattended"], shown["bytes"]["objects"]) == (2, ["waits"], 1000)


def test_gc_says_what_would_go_and_removes_it_only_when_told(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(settings, "old", age=40 * DAY)
    assert main(["local", "gc", "--older-than", "30d"]) == 0
    shown = capsys.readouterr()
    assert shown.out.split()[3:5] == ["old", "old"]
    assert "to be removed with --yes" in shown.err
    assert Store(settings.database).tuning_job("old") is not None
    assert main(["local", "gc", "--older-than", "30d", "--yes", "-o", "json"]) == 0
    removed = json.loads(capsys.readouterr().out)
    assert removed["removed"] is True
    assert [item["kind"] for item in removed["items"]] == ["old"]
    assert removed["bytes"] == removed["items"][0]["bytes"] > 1000
    assert Store(settings.database).tuning_job("old") is None
    assert main(["local", "gc"]) == 0
    assert capsys.readouterr().err == "nothing to remove\n"
    assert DELETED not in "".join(files(settings))


def test_what_cannot_be_removed_is_told(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(settings, "mixed", trainings=("Failed",))
    monkeypatch.setattr(shutil, "rmtree", refused)
    assert main(["local", "gc", "--yes"]) == 255
    assert f"could not be removed, and may need other rights: {settings.home}" in capsys.readouterr().err


def refused(path: Path) -> None:
    raise PermissionError(13, "Permission denied", str(path))


def test_a_home_that_is_no_home_is_told(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    settings.home.mkdir(parents=True)
    Path(settings.database).write_text("no database at all, but long enough to be one" * 50, encoding="utf-8")
    assert main(["local", "status"]) == 255
    assert "is not smtune's database" in capsys.readouterr().err
