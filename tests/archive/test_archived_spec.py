"""The spec that a job was launched from is in its archive: the human level that it has counts there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from played_rounds import SPEC, playing

from smtune.advise import seek_advice
from smtune.archive.manifest import FILE, OBJECTS, Manifest, take_stock, verify
from smtune.archive.place import import_archive
from smtune.archive.session import ArchiveSession
from smtune.archive.write import Contents, archive_job
from smtune.clone.job import clone_job
from smtune.errors import SpecError
from smtune.job import launch
from smtune.local.settings import Settings
from smtune.plan import SPEC_TAG
from smtune.reporting import gather_report
from smtune.run import report
from smtune.testing import LocalService

HUSH = "correct-horse-battery"
HELD_OUT = SPEC.replace("validation/}}", "validation/}, test: s3://bucket/test/}").replace(
    "strategy: random", f"strategy: random\nenvironment: {{DB_PASSWORD: {HUSH}}}"
)


@dataclass(frozen=True)
class Launched:
    """A job that ran, and where its kept spec is."""

    service: LocalService
    name: str

    @property
    def client(self) -> Any:
        return self.service.session.client("s3")

    @property
    def arn(self) -> str:
        client: Any = self.service.session.client("sagemaker")
        described = client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=self.name)
        return str(described["HyperParameterTuningJobArn"])

    @property
    def uri(self) -> str:
        client: Any = self.service.session.client("sagemaker")
        tags = {tag["Key"]: tag["Value"] for tag in client.list_tags(ResourceArn=self.arn)["Tags"]}
        return str(tags[SPEC_TAG])

    @property
    def place(self) -> dict[str, str]:
        bucket, _, key = self.uri.removeprefix("s3://").partition("/")
        return {"Bucket": bucket, "Key": key}

    @property
    def kept(self) -> bytes:
        return bytes(self.client.get_object(**self.place)["Body"].read())

    def file(self, folder: Path) -> Path:
        return folder / OBJECTS / self.uri.removeprefix("s3://")

    def archive(self, folder: Path, contents: Contents | None = None) -> Manifest:
        return archive_job(self.service.session, self.name, folder, contents)


@pytest.fixture
def launched(tmp_path: Path) -> Iterator[Launched]:
    with playing(tmp_path / "service") as service:
        service.script(model={"model.txt": "it"})
        name = launch(HELD_OUT, session=service.session).name
        service.finish()
        yield Launched(service, name)


def restock(folder: Path) -> None:
    """Make the manifest that of the files as they are now."""
    told = json.loads((folder / FILE).read_bytes())
    manifest = take_stock(folder, told["tuning_job_name"], told["tuning_job_arn"])
    (folder / FILE).write_bytes(manifest.to_json())


def test_the_spec_is_where_s3_had_it_as_it_was_and_without_secrets(launched: Launched, tmp_path: Path) -> None:
    manifest = launched.archive(tmp_path / "kept")
    assert manifest.remarks == ()
    assert launched.file(tmp_path / "kept").read_bytes() == launched.kept
    assert b"human_error: 0.01" in launched.kept
    assert HUSH.encode() not in launched.kept, "a launch veils what it keeps"
    client: Any = ArchiveSession(tmp_path / "kept").client("s3")
    assert client.get_object(**launched.place)["Body"].read() == launched.kept
    assert verify(tmp_path / "kept") == manifest, "reading writes nothing"


def test_the_archive_of_an_archive_has_it_too(launched: Launched, tmp_path: Path) -> None:
    launched.archive(tmp_path / "one")
    archive_job(ArchiveSession(tmp_path / "one"), launched.name, tmp_path / "two")
    assert launched.file(tmp_path / "two").read_bytes() == launched.kept


def test_human_level_is_that_of_the_spec_whoever_reads_the_archive(launched: Launched, tmp_path: Path) -> None:
    here = launched.service.session
    launched.archive(tmp_path / "kept")
    import_archive(tmp_path / "kept", Settings(home=tmp_path / "elsewhere"))
    there = ArchiveSession(tmp_path / "elsewhere" / "archives" / launched.name)
    found = report(there, launched.name)
    assert found.diagnosis == report(here, launched.name).diagnosis
    assert found.diagnosis is not None
    assert found.diagnosis.errors.human is not None
    assert (found.diagnosis.errors.human.rows, found.diagnosis.order) == (10000, ("high_bias",))
    ladder = gather_report(there, launched.name).ladder
    assert ladder is not None
    assert (ladder.rungs[0].label, ladder.rungs[0].text) == ("Human level", "1.0 %")
    own, archived = seek_advice(here, launched.name), seek_advice(there, launched.name)
    assert archived.suggestions.headline == "High bias"
    assert [each.changes for each in archived.suggestions.entries] == [each.changes for each in own.suggestions.entries]
    next_spec = archived.suggestions.chosen().spec
    assert next_spec is not None
    assert next_spec.diagnosis is not None
    assert next_spec.diagnosis.human_error == 0.01
    assert clone_job(there, launched.name).to_yaml() == clone_job(here, launched.name).to_yaml()
    assert "human_error: 0.01" in clone_job(there, launched.name).to_yaml()


def test_without_model_or_rows_there_are_no_test_metrics_and_a_note_says_why(
    launched: Launched, tmp_path: Path
) -> None:
    launched.archive(tmp_path / "little")
    launched.archive(tmp_path / "models", Contents(models=True))
    for folder, missing in (("little", "/output/model.tar.gz"), ("models", "s3://bucket/test/")):
        found = report(ArchiveSession(tmp_path / folder), launched.name)
        assert (found.evaluation, found.diagnosis is not None) == (None, True)
        (note,) = found.notes
        assert note.startswith("no test metrics: NotArchived: the archive has no s3://")
        assert note.endswith(f"{missing} (models are in it with --models, rows of data never)")
    names = {path.name for path in (tmp_path / "models" / OBJECTS).rglob("*") if path.is_file()}
    assert names == {"spec.yaml", "model.tar.gz"}


def test_a_spec_that_somebody_wrote_with_a_secret_in_it_is_veiled(launched: Launched, tmp_path: Path) -> None:
    lines = ["# the password is other-horse-battery", HELD_OUT.replace(HUSH, "other-horse-battery")]
    launched.client.put_object(**launched.place, Body="\n".join(lines).encode())
    assert launched.archive(tmp_path / "kept").remarks == ()
    text = launched.file(tmp_path / "kept").read_text()
    assert "other-horse-battery" not in text
    assert "DB_PASSWORD: '${env:DB_PASSWORD:-(hidden)}'" in text
    assert report(ArchiveSession(tmp_path / "kept"), launched.name).diagnosis is not None


def test_a_secret_of_the_job_is_hidden_wherever_the_spec_has_it(launched: Launched, tmp_path: Path) -> None:
    launched.client.put_object(**launched.place, Body=SPEC.replace("bucket/train", f"bucket/{HUSH}").encode())
    assert launched.archive(tmp_path / "kept").remarks == ()
    assert "s3://bucket/(hidden)/" in launched.file(tmp_path / "kept").read_text()
    launched.client.put_object(**launched.place, Body=SPEC.replace("name: toy", f"name: {HUSH}").encode())
    (remark,) = launched.archive(tmp_path / "none").remarks
    assert remark.startswith("the job's own spec is not in the archive: s3://")
    assert HUSH not in remark
    assert not launched.file(tmp_path / "none").exists(), "without the secret it is no spec"


def gone(launched: Launched) -> None:
    launched.client.delete_object(**launched.place)


def written(body: bytes) -> Callable[[Launched], None]:
    return lambda launched: launched.client.put_object(**launched.place, Body=body) and None


def tagged(uri: str) -> Callable[[Launched], None]:
    def tag(launched: Launched) -> None:
        client: Any = launched.service.session.client("sagemaker")
        client.add_tags(ResourceArn=launched.arn, Tags=[{"Key": SPEC_TAG, "Value": uri}])

    return tag


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (gone, "NoSuchKey"),
        (written(b"name: [toy"), "spec.yaml:1:11: not YAML: "),
        (written(b"name: toy\nalgorithm: 7\n"), "spec.yaml:2:1: algorithm: says none of builtin"),
        (written(b"\xff\xfe"), "is not UTF-8 text"),
        (written(b"name: ${env:HOME}\n"), "HOME"),
        (tagged("nowhere"), "'nowhere' is not an S3 URI"),
        (tagged("s3://bucket"), "Invalid length for parameter Key"),
        (tagged(f"s3://bucket/{'ä' * 200}"), "NoSuchKey"),
        (tagged("s3://bucket/../../../out"), "cannot be a file's path"),
    ],
)
def test_a_spec_that_cannot_be_read_is_a_remark_and_the_archive_is_whole(
    launched: Launched, tmp_path: Path, change: Callable[[Launched], None], why: str
) -> None:
    change(launched)
    (remark,) = launched.archive(tmp_path / "kept").remarks
    assert remark.startswith(f"the job's own spec is not in the archive: {launched.uri}:")
    assert why in remark
    assert not (tmp_path / "kept" / OBJECTS).exists()
    found = report(ArchiveSession(tmp_path / "kept"), launched.name)
    assert found.notes[0].startswith(f"the job's spec at {launched.uri} cannot be read: ")
    assert found.diagnosis is not None, "of what the training jobs report"
    assert found.diagnosis.errors.human is None


def test_a_job_that_smtune_did_not_launch_has_none_and_nothing_to_remark(tmp_path: Path) -> None:
    from report_jobs import told_job

    manifest = archive_job(told_job("tune", 3).session(), "tune", tmp_path / "kept")
    assert manifest.remarks == ()
    assert not [name for name in manifest.files if name.startswith(OBJECTS)]


def test_an_archive_of_before_has_no_spec_and_is_read_as_ever(launched: Launched, tmp_path: Path) -> None:
    launched.archive(tmp_path / "old")
    launched.file(tmp_path / "old").unlink()
    restock(tmp_path / "old")
    import_archive(tmp_path / "old", Settings(home=tmp_path / "elsewhere"))
    found = gather_report(ArchiveSession(tmp_path / "elsewhere" / "archives" / launched.name), launched.name)
    assert found.notes[0] == (
        f"the job's spec at {launched.uri} cannot be read: NotArchived: the archive has no {launched.uri} "
        "(models are in it with --models, rows of data never)"
    )
    assert len(found.rows) == 3


def test_a_spec_that_was_changed_taken_out_or_put_in_is_not_believed(launched: Launched, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    launched.archive(folder)
    file = launched.file(folder)
    file.write_bytes(launched.kept.replace(b"0.01", b"0.10"))
    with pytest.raises(SpecError, match=r"spec\.yaml was changed"):
        ArchiveSession(folder)
    file.unlink()
    with pytest.raises(SpecError, match=r"spec\.yaml was changed"):
        ArchiveSession(folder)
    restock(folder)
    ArchiveSession(folder)
    file.write_bytes(launched.kept)
    with pytest.raises(SpecError, match=r"spec\.yaml was changed"):
        ArchiveSession(folder)
