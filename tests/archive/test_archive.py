"""A tuning job in a folder: the same bytes each time, whole or refused, and read like the job itself."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from local_jobs import script_spec, wait_for
from recorded_jobs import Ran, record_job

from smtune.archive.known import find_archive
from smtune.archive.manifest import FILE, take_stock, verify
from smtune.archive.place import import_archive
from smtune.archive.session import ArchiveSession
from smtune.archive.write import Contents, archive_job
from smtune.data.prepare import prepare
from smtune.errors import ServiceError, SpecError, UsageError
from smtune.execute import launch
from smtune.local.session import LocalSession
from smtune.local.settings import Settings
from smtune.logs import log_lines
from smtune.plan import plan
from smtune.results import best_training_job, curves, learning_curves, pull

HUSH = "correct-horse-battery"
# The second of three fails, after it has said something that nobody should read.
SCRIPT = """
import argparse, os, sys
parser = argparse.ArgumentParser()
parser.add_argument("--dose", type=float)
parser.add_argument("--rounds", type=int, default=1)
arguments = parser.parse_args()
for step in range(3):
    print(f"score={1 - (arguments.dose - 0.3) ** 2 - 0.1 * (2 - step):.6f}", flush=True)
if os.environ["TRAINING_JOB_NAME"].split("-")[-2] == "002":
    print("password is", os.environ["DB_PASSWORD"])
    sys.exit("no luck")
open(os.path.join(os.environ["SM_MODEL_DIR"], "model.txt"), "w").write(str(arguments.dose))
"""


@dataclass(frozen=True)
class Archived:
    """A local tuning job with its archive."""

    name: str
    state: Path
    folder: Path

    @property
    def session(self) -> LocalSession:
        return LocalSession(Settings(home=self.state))


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Archived:
    """One job for all tests: it takes longer than all of them."""
    folder = tmp_path_factory.mktemp("archived")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SMTUNE_HOME", str(folder / "state"))
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        patch.setenv("HOME", str(folder))
        session = LocalSession(Settings.from_environment())
        (folder / "code").mkdir()
        (folder / "code" / "train.py").write_text(SCRIPT, encoding="utf-8")
        (folder / "work").mkdir()
        spec = script_spec(environment={"DB_PASSWORD": HUSH}, tags={"team": "tuning"})
        name = launch(session, plan(spec, prepare(spec, folder / "code", folder / "work"))).name
        wait_for(session, name)
        archive_job(session, name, folder / "archive", Contents(models=True))
    return Archived(name, folder / "state", folder / "archive")


def files(folder: Path) -> Mapping[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_job_gives_the_same_bytes(archived: Archived, tmp_path: Path) -> None:
    archive_job(archived.session, archived.name, tmp_path / "again", Contents(models=True))
    assert files(tmp_path / "again") == files(archived.folder)


def test_it_has_everything_and_no_secret(archived: Archived) -> None:
    found = files(archived.folder)
    names = {name.partition("/")[0] for name in found}
    assert names == {
        *("manifest.json", "tuning_job.json", "training_jobs.json", "tags.json", "curves.json", "spec.yaml"),
        *("logs", "s3"),
    }
    assert not [name for name, data in found.items() if HUSH.encode() in data]
    (log,) = [data for name, data in found.items() if name.startswith("logs/")]
    assert b"password is (hidden)" in log
    assert json.loads(found["manifest.json"])["schema_version"] == 1
    assert "dose:" in found["spec.yaml"].decode()


def test_what_reads_a_job_reads_its_archive(archived: Archived) -> None:
    here, there = archived.session, ArchiveSession(archived.folder)
    pd.testing.assert_frame_equal(pull(there, archived.name).frame, pull(here, archived.name).frame)
    assert best_training_job(there, archived.name) == best_training_job(here, archived.name)
    columns = ["training_job", "metric", "step", "value"]
    one, other = curves(there, archived.name), curves(here, archived.name, source="logs")
    pd.testing.assert_frame_equal(one[columns], other[columns])
    failed = next(record.name for record in pull(there, archived.name).records if record.status == "Failed")
    assert len(learning_curves(there, failed)) == 3
    assert [line for _, line in log_lines(there, failed)][-1].startswith("no luck")


def test_the_services_own_calls_work_on_it(archived: Archived) -> None:
    session = ArchiveSession(archived.folder)
    client: Any = session.client("sagemaker")
    (summary,) = client.list_hyper_parameter_tuning_jobs()["HyperParameterTuningJobSummaries"]
    assert summary["HyperParameterTuningJobName"] == archived.name
    described = client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=archived.name)
    assert described["CreationTime"].tzinfo is not None
    pages = client.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job").paginate(
        HyperParameterTuningJobName=archived.name,
        SortBy="FinalObjectiveMetricValue",
        SortOrder="Descending",
        MaxResults=1,
    )
    values = [
        item["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]
        for page in pages
        for item in page["TrainingJobSummaries"]
    ]
    assert values == sorted(values, reverse=True)
    assert len(values) >= 2
    tags = client.list_tags(ResourceArn=described["HyperParameterTuningJobArn"])["Tags"]
    assert {"Key": "team", "Value": "tuning"} in tags
    best = best_training_job(session, archived.name)
    assert best is not None
    assert session.path_of(best.model_artifact).is_file()


def test_an_archive_is_only_for_reading(archived: Archived) -> None:
    client: Any = ArchiveSession(archived.folder).client("sagemaker")
    with pytest.raises(client.exceptions.ClientError, match="only for reading"):
        client.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=archived.name)
    with pytest.raises(ServiceError, match="ResourceNotFound"):
        pull(ArchiveSession(archived.folder), "other")


def test_an_archive_of_an_archive_is_the_same(archived: Archived, tmp_path: Path) -> None:
    archive_job(ArchiveSession(archived.folder), archived.name, tmp_path / "copy", Contents(models=True))
    one, other = files(archived.folder), files(tmp_path / "copy")
    assert {name for name in one if one[name] != other.get(name)} <= {"curves.json", FILE}, "but for the curves' source"


def test_importing_makes_the_job_known(archived: Archived, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    assert find_archive(archived.name, settings) is None
    first = import_archive(archived.folder, settings)
    assert import_archive(archived.folder, settings) == first
    folder = find_archive(archived.name, settings)
    assert folder is not None
    assert files(folder) == files(archived.folder)
    name = pull(ArchiveSession(folder), archived.name).records[0].name
    assert find_archive(name, settings) == folder, "by a training job too"
    assert find_archive(f"{archived.name}-nix", settings) is None
    assert sorted(path.name for path in folder.parent.iterdir()) == [archived.name]


def test_a_later_archive_takes_the_place_of_an_earlier_one(archived: Archived, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    archive_job(archived.session, archived.name, tmp_path / "small")
    import_archive(tmp_path / "small", settings)
    import_archive(archived.folder, settings)
    folder = find_archive(archived.name, settings)
    assert folder is not None
    assert (folder / "s3").is_dir()


def test_another_job_of_the_name_is_not_replaced(archived: Archived, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    import_archive(archived.folder, settings)
    shutil.copytree(archived.folder, tmp_path / "other")
    manifest = json.loads((tmp_path / "other" / FILE).read_bytes())
    manifest["tuning_job_arn"] = manifest["tuning_job_arn"].replace("us-east-1", "eu-west-1")
    (tmp_path / "other" / FILE).write_text(json.dumps(manifest))
    with pytest.raises(UsageError, match="another account or region"):
        import_archive(tmp_path / "other", settings)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda folder: (folder / "tags.json").write_text("[]"), "tags.json was changed"),
        (lambda folder: (folder / "curves.json").unlink(), "curves.json is missing"),
        (lambda folder: (folder / "more").write_text("x"), "more is not in the manifest"),
        (lambda folder: (folder / FILE).unlink(), "no manifest.json"),
        (lambda folder: (folder / FILE).write_text("{"), "cannot be read"),
        (lambda folder: (folder / FILE).write_text("{}"), "not that of an archive"),
        (lambda folder: edit(folder, schema_version=99), "an archive of version 99"),
        (lambda folder: edit(folder, files={"../../out": {}}), "names what cannot be"),
        (lambda folder: edit(folder, tuning_job_name="../out"), "names what cannot be"),
        (lambda folder: edit(folder, files=7), "is not whole"),
        (lambda folder: swap_for_link(folder / "tags.json"), "tags.json is no file"),
        (lambda folder: (folder / "way").symlink_to("/etc"), "way is no file"),
    ],
)
def test_what_is_not_whole_is_not_imported(archived: Archived, tmp_path: Path, change: Any, reason: str) -> None:
    shutil.copytree(archived.folder, tmp_path / "bent")
    change(tmp_path / "bent")
    settings = Settings(home=tmp_path / "home")
    with pytest.raises(SpecError, match=reason):
        import_archive(tmp_path / "bent", settings)
    assert not (tmp_path / "home").exists()


def edit(folder: Path, **changes: Any) -> None:
    manifest = json.loads((folder / FILE).read_bytes())
    (folder / FILE).write_text(json.dumps(manifest | changes))


def swap_for_link(file: Path) -> None:
    file.rename(file.with_name("..").resolve() / "elsewhere")
    file.symlink_to(file.with_name("..").resolve() / "elsewhere")


def test_a_folder_with_something_in_it_is_left_alone(archived: Archived, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(UsageError, match="has something in it"):
        archive_job(archived.session, archived.name, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_an_archive_that_failed_leaves_nothing(archived: Archived, tmp_path: Path) -> None:
    with pytest.raises(ServiceError):
        archive_job(archived.session, "unknown", tmp_path / "new")
    assert list(tmp_path.iterdir()) == []
    assert verify(archived.folder).tuning_job == archived.name


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("tuning_job.json", "{", "not those of a tuning job: JSONDecodeError"),
        ("tuning_job.json", "[]", "not those of a tuning job: TypeError"),
        ("tuning_job.json", "{}", "not those of a tuning job: KeyError"),
        ("training_jobs.json", '[{"job": {}}]', "not those of a tuning job: KeyError"),
        ("curves.json", "{}", "not those of a tuning job: KeyError"),
        ("logs/some.log", "no time", "not those of a tuning job"),
    ],
)
def test_hashes_alone_make_no_archive(archived: Archived, tmp_path: Path, file: str, text: str, reason: str) -> None:
    folder = tmp_path / "forged"
    shutil.copytree(archived.folder, folder)
    (folder / file).write_text(f"{text}\n")
    told = verify(archived.folder)
    (folder / FILE).write_bytes(take_stock(folder, told.tuning_job, told.arn).to_json())
    with pytest.raises(SpecError, match=reason):
        import_archive(folder, Settings(home=tmp_path / "home"))
    assert not (tmp_path / "home").exists()


def test_an_archive_under_another_name_is_refused(archived: Archived, tmp_path: Path) -> None:
    shutil.copytree(archived.folder, tmp_path / "forged")
    edit(tmp_path / "forged", tuning_job_name="other")
    with pytest.raises(SpecError, match="not of other"):
        import_archive(tmp_path / "forged", Settings(home=tmp_path / "home"))


def test_a_copy_that_was_damaged_is_told_and_replaced(archived: Archived, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    import_archive(archived.folder, settings)
    folder = find_archive(archived.name, settings)
    assert folder is not None
    (folder / "tuning_job.json").write_text("{")
    (folder / "training_jobs.json").write_text("{")
    assert find_archive(f"{archived.name}-001-0a1b2c3d", settings) is None
    with pytest.raises(SpecError, match="import it again"):
        ArchiveSession(folder)
    import_archive(archived.folder, settings)
    assert files(folder) == files(archived.folder)


@pytest.mark.parametrize("file", ["tuning_job.json", "training_jobs.json", "tags.json", "curves.json"])
def test_a_copy_that_was_edited_is_not_believed(archived: Archived, tmp_path: Path, file: str) -> None:
    shutil.copytree(archived.folder, tmp_path / "copy")
    text = (tmp_path / "copy" / file).read_text()
    (tmp_path / "copy" / file).write_text(f" {text}")  # the same to whoever only reads it
    with pytest.raises(SpecError, match=f"{file} was changed"):
        ArchiveSession(tmp_path / "copy")


def test_a_log_that_was_damaged_is_told(archived: Archived, tmp_path: Path) -> None:
    shutil.copytree(archived.folder, tmp_path / "copy")
    (log,) = (tmp_path / "copy" / "logs").glob("*.log")
    log.write_text("no time\n")
    with pytest.raises(SpecError, match=r"is damaged.*\n.*import it again"):
        log_lines(ArchiveSession(tmp_path / "copy"), log.stem)


def test_what_a_program_prints_comes_back_as_it_was(tmp_path: Path) -> None:
    printed = ["form\x0cfeed", "\x85 next \u2028 line \x1c", "return\rhere", "", "end"]
    settings = Settings(home=tmp_path / "state")
    (name,) = record_job(settings, "odd", [Ran(status="Failed", failure_reason="no luck", log=printed)])
    archive_job(LocalSession(settings), "odd", tmp_path / "archive")
    import_archive(tmp_path / "archive", settings)
    lines = [line for _, line in log_lines(ArchiveSession(tmp_path / "archive"), name)]
    assert lines == [line for _, line in log_lines(LocalSession(settings), name)]
    assert lines[:4] == printed[:4]
