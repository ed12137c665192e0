"""What would be uploaded, without a split and without pandas."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from smtune.data.prepare import prepare
from smtune.data.survey import survey
from smtune.errors import SpecError
from smtune.plan import plan
from smtune.spec import TuningSpec, dump_spec

ROWS = "label,x\n" + "".join(f"{n % 2},{n}\n" for n in range(20))
TABLE = {"source": "data/rows.csv", "split": {"train": 0.5, "validation": 0.5, "test": 0.0}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {
        "data/rows.csv": ROWS,
        "a/one.csv": "1\n",
        "a/two.csv": "22\n",
        "code/train.py": "pass\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def spec_of(**changes: Any) -> TuningSpec:
    script = {"framework": "scikit-learn", "version": "1.2-1", "entry_point": "train.py", "source_dir": "code"}
    fields = {
        "name": "toy",
        "algorithm": {"script": script},
        "objective": {"maximize": "score"},
        "metrics": {"score": "score=(.*)"},
        "hyperparameters": {"x": {"min": 0.0, "max": 1.0}},
        "data": TABLE,
    }
    return TuningSpec.model_validate({**fields, **changes})


def test_a_table_has_the_shares_of_its_parts_and_no_made_up_sizes(folder: Path) -> None:
    found = survey(spec_of(), folder)
    train, validation, code, spec = found.files
    assert [(part.kind, part.share, part.bytes, part.sha256) for part in (train, validation)] == [
        ("part", 0.5, None, None)
    ] * 2
    (source,) = train.sources
    assert (source.path, source.bytes, source.sha256) == (
        "data/rows.csv",
        len(ROWS),
        hashlib.sha256(ROWS.encode()).hexdigest(),
    )
    assert (code.kind, [file.path for file in code.sources]) == ("archive", ["code/train.py"])
    assert (spec.kind, spec.bytes) == ("spec", len(dump_spec(spec_of())))


def test_train_dev_is_a_part_as_the_launch_makes_it(folder: Path) -> None:
    spec = spec_of(data={"source": "data/rows.csv", "split": {"train": 0.5, "train_dev": 0.2, "time": "x"}})
    found = survey(spec, folder)
    assert [part.share for part in found.files if part.kind == "part"] == [0.5, 0.2, 0.15, 0.15]
    (folder / "workspace").mkdir()
    real = plan(spec, prepare(spec, folder, folder / "workspace"), name="toy-1")
    assert plan(spec, found.prepared, name="toy-1").request == real.request


def test_a_held_out_part_is_there_only_with_a_share(folder: Path) -> None:
    assert list(survey(spec_of(), folder).prepared.files) == ["train", "validation"]
    assert list(survey(spec_of(data={"source": "data/rows.csv"}), folder).prepared.files) == [
        "train",
        "validation",
        "test",
    ]


@pytest.mark.parametrize(
    "data", [TABLE, {"source": "data/rows.csv"}, {"channels": {"train": "a"}, "test": "data/rows.csv"}]
)
def test_uploads_have_the_names_that_the_launch_gives_them(folder: Path, tmp_path: Path, data: dict[str, Any]) -> None:
    spec = spec_of(data=data)
    seen = survey(spec, folder)
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    real = prepare(spec, folder, workspace)
    assert {name: [file.name for file in files] for name, files in seen.prepared.files.items()} == {
        name: [file.name for file in files] for name, files in real.files.items()
    }
    assert len(seen.files) == len(plan(spec, seen.prepared).uploads) == len(plan(spec, real).uploads)


def test_files_of_channels_are_described_as_they_are_and_addressed_as_at_the_launch(
    folder: Path, tmp_path: Path
) -> None:
    spec = spec_of(data={"channels": {"train": "a", "far": "s3://there/far"}})
    seen = survey(spec, folder)
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    real = prepare(spec, folder, workspace)
    assert seen.prepared.fingerprint == real.fingerprint
    assert [(file.sources[0].path, file.bytes) for file in seen.files[:2]] == [("a/one.csv", 2), ("a/two.csv", 3)]
    assert real.code is not None
    assert seen.files[2].sha256 == hashlib.sha256(real.code.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    "changes",
    [
        {"data": {**TABLE, "label": "x"}},
        {"data": {**TABLE, "layout": "label-first"}},
        {"data": {**TABLE, "split": {**TABLE["split"], "seed": 1}}},  # type: ignore[dict-item]
    ],
)
def test_another_split_has_another_address(folder: Path, changes: dict[str, Any]) -> None:
    assert survey(spec_of(**changes), folder).prepared.fingerprint != survey(spec_of(), folder).prepared.fingerprint


def test_other_rows_or_other_code_have_another_address_and_the_same_ones_the_same(folder: Path) -> None:
    before = survey(spec_of(), folder).prepared.fingerprint
    assert survey(spec_of(), folder).prepared.fingerprint == before
    (folder / "data" / "rows.csv").write_text(ROWS.replace("19", "18"), encoding="utf-8")
    after = survey(spec_of(), folder).prepared.fingerprint
    (folder / "code" / "train.py").write_text("print()\n", encoding="utf-8")
    assert len({before, after, survey(spec_of(), folder).prepared.fingerprint}) == 3


@pytest.mark.parametrize(
    ("data", "text", "key", "message"),
    [
        ({**TABLE, "source": "none.csv"}, ROWS, "data.source", "there is no file"),
        (TABLE, "", "data.label", "there is no column 'label'"),
        ({**TABLE, "label": "y"}, ROWS, "data.label", "there is no column 'y'"),
        ({**TABLE, "split": {**TABLE["split"], "stratify": "z"}}, ROWS, "data.split.stratify", "no column 'z'"),  # type: ignore[dict-item]
        (TABLE, "label,x\n", "data.source", "has no rows"),
        (TABLE, 'label,x\n"0,1\n', "data.source", "cannot read"),
    ],
)
def test_data_that_no_launch_could_use_is_refused(
    folder: Path, data: dict[str, Any], text: str, key: str, message: str
) -> None:
    (folder / "data" / "rows.csv").write_text(text, encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        survey(spec_of(data=data), folder)
    (problem,) = caught.value.problems
    assert problem.path == key
    assert message in problem.message


def test_nothing_is_left_behind(folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    survey(spec_of(), folder)
    assert sorted(folder.rglob("*")) == before
