"""plan.json: the same plan has the same bytes, and an edit shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from smtune.errors import SpecError, UsageError
from smtune.naming import is_job_name
from smtune.plan.document import (
    PlanDocument,
    PlannedFile,
    SourceFile,
    _sha256,
    canonical,
    planned_name,
    read_plan,
    write_plan,
)

DOCUMENT = PlanDocument(
    source="spec.yaml",
    yaml="name: toy\n",
    site={"region": "us-east-1", "account": "123456789012", "role": None, "bucket": None},
    request={"HyperParameterTuningJobName": "toy-1", "HyperParameterTuningJobConfig": {"Strategy": "Random"}, "n": 0.1},
    uploads=(
        PlannedFile("file", (SourceFile("data/a.csv", 3, "ab"),), 3, "ab", uri="s3://b/a.csv"),
        PlannedFile("part", (SourceFile("data/t.csv", 30, "cd"),), share=0.7, uri="s3://b/train.csv"),
        PlannedFile("spec", (), 10, "ef", uri="s3://b/spec.yaml"),
    ),
    estimate={"jobs": {"number": 3}},
    notes=("größer",),
)


def write(path: Path) -> Path:
    write_plan(DOCUMENT, path)
    return path


def edited(path: Path, **changes: Any) -> Path:
    data = json.loads(write(path).read_text(encoding="utf-8"))
    path.write_text(json.dumps(data | changes), encoding="utf-8")
    return path


def hashed(path: Path, data: dict[str, Any]) -> Path:
    """A file whose hash fits."""
    rest = {key: value for key, value in data.items() if key != "sha256"}
    path.write_text(json.dumps({**rest, "sha256": _sha256(canonical(rest))}), encoding="utf-8")
    return path


def test_a_plan_is_read_back_as_it_was(tmp_path: Path) -> None:
    assert read_plan(write(tmp_path / "plan.json")) == DOCUMENT


def test_the_same_plan_has_the_same_bytes(tmp_path: Path) -> None:
    assert write(tmp_path / "a.json").read_bytes() == write(tmp_path / "b.json").read_bytes()


def test_another_layout_of_the_same_json_is_the_same_plan(tmp_path: Path) -> None:
    path = write(tmp_path / "plan.json")
    data = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(dict(reversed(data.items())), ensure_ascii=True), encoding="utf-8")
    assert read_plan(path) == DOCUMENT


@pytest.mark.parametrize(
    "changes",
    [{"request": {"Strategy": "Grid"}}, {"notes": []}, {"sha256": "0" * 64}, {"sha256": None}, {"extra": 1}],
    ids=", ".join,
)
def test_an_edit_is_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(SpecError, match="the plan was edited after it was made") as caught:
        read_plan(edited(tmp_path / "plan.json", **changes))
    assert "smtune plan SPEC --out plan.json" in str(caught.value)


def test_another_version_is_refused_before_its_hash(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="a plan of version 2; this smtune reads version 1"):
        read_plan(edited(tmp_path / "plan.json", schema_version=2))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"kind": "smtune/plan", "n": NaN}', "not JSON"),
        ('{"kind": "smtune/plan", "schema_version": 1, "n": 1e999}', "not JSON: 1e999 is no number"),
        ("{}", "not a plan"),
        ("[]", "not a plan"),
        ('{"kind": "other"}', "not a plan"),
    ],
)
def test_what_is_no_plan_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SpecError, match=message):
        read_plan(path)


def test_a_plan_that_is_not_whole_is_refused_even_with_a_fitting_hash(tmp_path: Path) -> None:
    data = DOCUMENT.to_dict()
    del data["uploads"]
    with pytest.raises(SpecError, match="the plan is not whole"):
        read_plan(hashed(tmp_path / "plan.json", data))


@pytest.mark.parametrize(
    "changes",
    [
        {"spec": {"source": 5, "yaml": "name: x"}},
        {"spec": {"source": "spec.yaml", "yaml": None}},
        {"uploads": [{"kind": "device", "sources": []}]},
        {"uploads": [{"kind": "file", "sources": [], "uri": 7}]},
        {"uploads": [{"kind": "file", "sources": [{"path": 7, "bytes": 1, "sha256": "0"}]}]},
    ],
)
def test_a_plan_of_other_types_is_refused_even_with_a_fitting_hash(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(SpecError, match="the plan is not whole"):
        read_plan(hashed(tmp_path / "plan.json", {**DOCUMENT.to_dict(), **changes}))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="cannot read the file"):
        read_plan(tmp_path / "none.json")


def test_only_the_owner_may_read_a_plan(tmp_path: Path) -> None:
    assert write(tmp_path / "plan.json").stat().st_mode & 0o077 == 0


def test_a_plan_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = write(tmp_path / "plan.json")
    before = path.read_bytes()
    broken = PlanDocument("s", "y", {}, {"n": float("nan")}, (), {})
    with pytest.raises(ValueError, match="JSON"):
        write_plan(broken, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_in_the_place_of_the_file_leaves_nothing_behind(tmp_path: Path) -> None:
    target = tmp_path / "plan.json"
    target.mkdir()
    with pytest.raises(UsageError, match="is a folder: name a file in it"):
        write_plan(DOCUMENT, target)
    assert list(tmp_path.iterdir()) == [target]


def test_the_name_is_that_of_the_request_whatever_it_was_called_before() -> None:
    asked = {"HyperParameterTuningJobName": "a", "x": 1}
    name = planned_name("my-model", asked)
    assert is_job_name(name)
    assert name.startswith("my-model-")
    assert planned_name("my-model", {**asked, "HyperParameterTuningJobName": "b"}) == name
    assert planned_name("my-model", {**asked, "x": 2}) != name
