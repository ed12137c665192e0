"""A spec -> its data and code as files, ready to upload."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from smtune.data.prepare import prepare
from smtune.data.recipe import is_label_first
from smtune.errors import SpecError
from smtune.plan import Prepared, plan
from smtune.scaffold import list_templates, templates_folder
from smtune.spec import Channels, Table, TuningSpec, load_spec

ROWS = "".join(f"{number},{number % 2},x{number}\n" for number in range(20))
SCRIPT = {"framework": "scikit-learn", "version": "1.2-1", "entry_point": "train.py"}


def spec_of(**changes: Any) -> TuningSpec:
    fields = {"name": "a", "algorithm": {"image": "i"}, "objective": {"maximize": "m"}, "data": {"source": "t.csv"}}
    return TuningSpec.model_validate({**fields, **changes})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a spec with a table, a script and channels."""
    base = tmp_path / "spec"
    for name, text in {
        "t.csv": "number,label,name\n" + ROWS,
        "train.py": "print()",
        "other/train.py": "print(1)",
        "c/b.txt": "b",
        "c/a.txt": "a",
        "d/a.txt": "a",
        "nested/sub/a.txt": "a",
        "hidden/.cache/a.txt": "a",
        "hidden/b.txt": "b",
    }.items():
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_text(text, encoding="utf-8")
    (base / "empty").mkdir()
    return base


def prepared(spec: TuningSpec, folder: Path, name: str = "workspace") -> Prepared:
    workspace = folder.parent / name
    workspace.mkdir()
    return prepare(spec, folder, workspace)


def complaint(spec: TuningSpec, folder: Path) -> str:
    with pytest.raises(SpecError) as caught:
        prepared(spec, folder)
    return str(caught.value)


@pytest.mark.parametrize("name", list_templates())
def test_every_template_is_prepared(name: str, tmp_path: Path) -> None:
    spec = load_spec(templates_folder() / name / "spec.yaml")
    found = prepare(spec, templates_folder() / name, tmp_path)
    if isinstance(spec.data, Table):
        assert set(found.files) == {"train", "validation", "test"} == set(found.rows)
        assert all(file.stat().st_size for files in found.files.values() for file in files)
    else:
        here = isinstance(spec.data, Channels) and any(channel.here for channel in spec.data.channels.values())
        assert bool(found.files) == here


def test_rows_held_out_of_the_training_period_are_a_part_of_their_own(folder: Path) -> None:
    data = {"source": "t.csv", "split": {"train": 0.5, "train_dev": 0.2, "time": "number"}}
    spec = spec_of(data=data)
    found = prepared(spec, folder)
    assert found.rows == {"train": 10, "train_dev": 4, "validation": 3, "test": 3}
    kept = load_spec(folder.parent / "workspace" / "spec.yaml").diagnosis
    assert kept is not None
    assert kept.rows.model_dump() == found.rows
    planned = plan(spec, found)
    assert {tag["Key"] for tag in planned.request["Tags"]} == {"smtune:spec", "smtune:test", "smtune:train-dev"}
    places = {tag["Key"]: tag["Value"] for tag in planned.request["Tags"]}
    assert f"{places['smtune:train-dev']}train_dev.csv" in {upload.uri for upload in planned.uploads}


def test_a_channel_of_train_dev_is_uploaded_and_no_channel_of_a_training_job(folder: Path) -> None:
    spec = spec_of(data={"channels": {"train": "c"}, "train_dev": "d"})
    planned = plan(spec, prepared(spec, folder))
    names = [channel["ChannelName"] for channel in planned.request["TrainingJobDefinition"]["InputDataConfig"]]
    assert names == ["train"]
    assert any(upload.uri.endswith("/train_dev/a.txt") for upload in planned.uploads)


def test_a_table_is_split_into_a_folder_for_each_part(folder: Path) -> None:
    found = prepared(spec_of(), folder)
    assert found.rows == {"train": 14, "validation": 3, "test": 3}
    workspace = folder.parent / "workspace"
    assert found.files == {name: (workspace / name / f"{name}.csv",) for name in ("train", "validation", "test")}
    assert found.files["test"][0].read_text(encoding="utf-8").splitlines()[0] == "number,label,name"


def test_a_built_in_algorithm_gets_the_label_first_and_no_header(folder: Path) -> None:
    found = prepared(spec_of(algorithm={"builtin": "xgboost", "version": "1.7-1"}), folder)
    lines = [line for files in found.files.values() for line in files[0].read_text(encoding="utf-8").splitlines()]
    assert sorted(lines) == sorted(f"{number % 2},{number},x{number}" for number in range(20))


@pytest.mark.parametrize(
    ("algorithm", "layout", "label_first"),
    [
        ({"builtin": "xgboost", "version": "1.7-1"}, None, True),
        ({"builtin": "xgboost", "version": "1.7-1"}, "as-is", False),
        ({"image": "i"}, None, False),
        ({"image": "i"}, "label-first", True),
        ({"script": SCRIPT}, None, False),
    ],
)
def test_the_layout_is_the_algorithms_unless_the_spec_says(
    algorithm: Any, layout: str | None, label_first: bool
) -> None:
    table = Table.model_validate({"source": "t.csv", "layout": layout})
    assert is_label_first(spec_of(algorithm=algorithm, data=table), table) is label_first


def test_a_script_is_packed(folder: Path) -> None:
    found = prepared(spec_of(algorithm={"script": SCRIPT}, data=None), folder)
    assert found.code == folder.parent / "workspace" / "sourcedir.tar.gz"
    assert found.code.is_file()
    assert found.files == {}


def test_channels_are_files_here_or_stay_on_s3(folder: Path) -> None:
    data = {"channels": {"one": "t.csv", "many": "c", "far": "s3://b/k", "web": "https://b/k"}, "test": "hidden"}
    found = prepared(spec_of(data=data), folder)
    assert found.files == {
        "one": (folder / "t.csv",),
        "many": (folder / "c" / "a.txt", folder / "c" / "b.txt"),
        "test": (folder / "hidden" / "b.txt",),
    }


def test_a_channels_folders_keep_their_paths_below_its_prefix(folder: Path) -> None:
    (folder / "nested" / "b+c %20 ü.txt").touch()
    data = {"channels": {"train": "nested", "one": "t.csv"}}
    found = prepared(spec_of(data=data), folder)
    assert found.folders == {"train": folder / "nested"}
    uploads = plan(spec_of(data=data), found).uploads
    names = [upload.uri.partition(f"/data/{found.fingerprint}/")[2] for upload in uploads[:3]]
    assert names == ["train/b+c %20 ü.txt", "train/sub/a.txt", "one/t.csv"]
    assert [upload.sha256 for upload in uploads[1:2]] == [hashlib.sha256(b"a").hexdigest()]


def test_another_place_within_a_channel_is_another_fingerprint(folder: Path) -> None:
    data = {"channels": {"train": "nested"}}
    before = prepared(spec_of(data=data), folder, "one").fingerprint
    (folder / "nested" / "sub").rename(folder / "nested" / "other")
    assert prepared(spec_of(data=data), folder, "two").fingerprint != before


def test_a_channel_whose_link_leaves_it_is_refused(folder: Path) -> None:
    (folder / "c" / "out").symlink_to(folder / "t.csv")
    said = complaint(spec_of(data={"channels": {"train": "c"}}), folder)
    assert said.startswith(f"spec: data.channels.train: the link {folder}/c/out leaves its folder")


def test_a_file_that_cannot_be_read_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.open

    def refuse(self: Path, *arguments: Any, **options: Any) -> Any:
        if self.name == "b.txt":
            raise PermissionError(13, "Permission denied", str(self))
        return real(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)
    assert complaint(spec_of(data={"channels": {"train": "c"}}), folder) == (
        f"spec: data.channels.train: cannot read {folder}/c/b.txt: Permission denied\n"
        "    make it readable, or name it in .smtuneignore"
    )


def test_a_table_that_changes_while_it_is_split_gets_no_address(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the old rows would lie below the address of the new ones, and stay there."""
    from smtune.data import split

    real = split.read_table

    def meanwhile(path: Path) -> Any:
        frame = real(path)
        path.write_text("number,label,name\n" + ROWS.replace("x", "y"), encoding="utf-8")
        return frame

    monkeypatch.setattr(split, "read_table", meanwhile)
    assert complaint(spec_of(), folder) == (
        f"data: data.source: {folder}/t.csv changed while it was read\n    do it again when the file is whole"
    )


def test_the_spec_is_kept_as_it_was_written_not_with_the_paths_of_this_machine(folder: Path) -> None:
    spec = spec_of()
    found = prepared(spec, folder)
    assert found.spec is not None
    kept = load_spec(found.spec)
    assert kept.model_copy(update={"diagnosis": spec.diagnosis}) == spec
    assert kept.diagnosis is not None
    rows = kept.diagnosis.rows
    counted = {"train": rows.train, "validation": rows.validation, "test": rows.test}
    assert counted == found.rows, "what says how sure an error is, when nobody has the files"
    assert str(folder) not in found.spec.read_text(encoding="utf-8")


def test_programs_are_found_beside_the_spec(folder: Path) -> None:
    found = prepared(spec_of(algorithm={"image": "i", "program": "train.py"}), folder)
    assert found.programs == {"i": folder / "train.py"}
    assert prepared(spec_of(), folder, "other").programs == {}


def test_the_same_contents_have_the_same_fingerprint_wherever_they_are_made(folder: Path) -> None:
    spec = spec_of(algorithm={"script": SCRIPT})
    assert prepared(spec, folder, "one").fingerprint == prepared(spec, folder, "two").fingerprint


def test_other_contents_have_another_fingerprint(folder: Path) -> None:
    specs = [
        spec_of(),
        spec_of(data={"source": "t.csv", "split": {"seed": 1}}),
        spec_of(algorithm={"script": SCRIPT}),
        spec_of(algorithm={"script": {**SCRIPT, "source_dir": "other"}}),
        spec_of(data=None),
        spec_of(data={"channels": {"x": "c", "y": "d"}}),
        spec_of(data={"channels": {"x": "d", "y": "c"}}),
        spec_of(data={"channels": {"x": "c", "z": "d"}}),
    ]
    fingerprints = {prepared(spec, folder, f"w{number}").fingerprint for number, spec in enumerate(specs)}
    assert len(fingerprints) == len(specs)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            {"source": "none.csv"},
            "data: data.source: there is no file {folder}/none.csv\n    paths are relative to the spec's folder",
        ),
        (
            {"source": "t.csv", "label": "target"},
            "data: data.label: there is no column 'target'\n    the columns are: number, label, name",
        ),
        (
            {"channels": {"train": "none"}},
            ("spec: data.channels.train: there is no file or folder {folder}/none\n    name what is on this machine"),
        ),
        (
            {"channels": {"train": "empty"}},
            "spec: data.channels.train: there are no files at {folder}/empty\n    name a file, or a folder of files",
        ),
    ],
)
def test_data_that_cannot_be_used(data: Any, message: str, folder: Path) -> None:
    assert complaint(spec_of(data=data), folder) == message.format(folder=folder)


def several(*scripts: dict[str, str]) -> TuningSpec:
    entries = [
        {"name": f"n{number}", "algorithm": {"script": {**SCRIPT, **script}}, "hyperparameters": {}}
        for number, script in enumerate(scripts)
    ]
    return TuningSpec.model_validate({"name": "a", "objective": {"maximize": "m"}, "algorithms": entries})


def test_one_archive_serves_the_scripts_of_several_algorithms(folder: Path) -> None:
    assert prepared(several({}, {"entry_point": "other/train.py"}), folder).code is not None
    with pytest.raises(SpecError, match=r"there is no file 'none\.py'"):
        prepared(several({}, {"entry_point": "none.py"}), folder, "again")


def test_scripts_in_different_folders_are_refused(folder: Path) -> None:
    assert complaint(several({}, {"source_dir": "other"}), folder) == (
        "spec: algorithms: the scripts have different source_dirs\n"
        "    put the scripts into one folder, each with its own entry_point"
    )
