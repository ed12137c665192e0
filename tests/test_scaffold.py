"""Templates: listed, copied whole and with the schema, all or nothing, and never over what is there."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from smtune import scaffold
from smtune.errors import UsageError
from smtune.scaffold import PLACEHOLDER, copy_template, list_templates, templates_folder
from smtune.spec.schema import FILE, spec_schema
from smtune.validate import find_problems

SCHEMA = (json.dumps(spec_schema(), indent=2) + "\n").encode()


def contents(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def complaint(name: str, target: Path) -> str:
    with pytest.raises(UsageError) as caught:
        copy_template(name, target)
    return str(caught.value)


# What there is


def test_every_template_is_listed_with_what_it_is_about() -> None:
    listed = list_templates()
    assert sorted(listed) == sorted(path.name for path in templates_folder().iterdir() if path.is_dir())
    assert all(20 < len(each.about) <= 95 and each.about.endswith((".", "?")) for each in listed.values())
    assert all(each.name == name for name, each in listed.items())


def test_templates_of_one_group_are_listed_together_the_quickstart_first() -> None:
    groups = [each.group for each in list_templates().values()]
    assert len(set(groups)) == sum(one != other for one, other in zip(groups, ["", *groups], strict=False))
    assert next(iter(list_templates())) == "quickstart"


def test_a_template_says_how_it_runs_on_this_machine_if_it_does() -> None:
    listed = list_templates()
    assert listed["quickstart"].command == "smtune run spec.yaml --local"
    assert (listed["pytorch"].command, listed["pytorch"].condition) == (
        "smtune run spec.yaml --local",
        ", where torch is installed",
    )
    assert listed["deepar"].command is None


# A copy


@pytest.mark.parametrize("name", list_templates())
def test_a_template_is_copied_whole_with_its_schema_and_has_no_problem(name: str, tmp_path: Path) -> None:
    target = tmp_path / "deep" / "down"
    copy = copy_template(name, target)
    assert contents(target) == contents(templates_folder() / name) | {FILE: SCHEMA}
    assert sorted(copy.files) == sorted(target / path for path in contents(target))
    assert copy.spec == target / "spec.yaml"
    assert find_problems(copy.spec) == ()


@pytest.mark.parametrize("name", list_templates())
def test_the_lines_to_fill_in_are_those_that_hold_a_placeholder(name: str, tmp_path: Path) -> None:
    copy = copy_template(name, tmp_path)
    lines = copy.spec.read_text(encoding="utf-8").splitlines()
    expected = {number for number, line in enumerate(lines, 1) if PLACEHOLDER in line and not line.startswith("#")}
    assert set(copy.placeholders) == expected
    # What runs here runs as it is.
    assert bool(expected) == (copy.template.command is None)


def test_a_program_can_be_executed_and_data_cannot(tmp_path: Path) -> None:
    copy_template("container", tmp_path)
    assert (tmp_path / "train").stat().st_mode & 0o111
    assert not (tmp_path / "spec.yaml").stat().st_mode & 0o111


def test_a_program_is_executable_even_where_the_installer_lost_its_mode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "templates"
    for name in list_templates():
        (folder / name).mkdir(parents=True)
        (folder / name / "spec.yaml").write_text("# About it.\n", encoding="utf-8")
    (folder / "container" / "train").write_text("#!/bin/sh\n", encoding="utf-8")
    monkeypatch.setattr(scaffold, "templates_folder", lambda: folder)

    copy_template("container", tmp_path / "x")
    assert os.access(tmp_path / "x" / "train", os.X_OK)


def test_a_copy_has_the_mode_of_the_users_other_files(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    copy_template("quickstart", tmp_path)
    assert (tmp_path / "spec.yaml").stat().st_mode == (tmp_path / "mine.txt").stat().st_mode


def test_caches_are_not_copied(tmp_path: Path) -> None:
    copy_template("scikit-learn", tmp_path / "x")
    assert [path for path in (tmp_path / "x").rglob("*") if path.name == "__pycache__"] == []


# What is there already


def test_other_files_in_the_folder_stay(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    copy_template("quickstart", tmp_path)
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_nothing_is_copied_where_one_file_would_be_overwritten(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "breast_cancer.csv").write_text("mine", encoding="utf-8")
    message = complaint("quickstart", tmp_path)
    assert message == f"{tmp_path}/data/breast_cancer.csv is there already: name another folder"
    assert contents(tmp_path) == {"data/breast_cancer.csv": b"mine"}


def test_a_link_that_leads_nowhere_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").symlink_to(tmp_path / "elsewhere")
    assert complaint("deepar", tmp_path) == f"{tmp_path}/spec.yaml is there already: name another folder"
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_that_comes_meanwhile_is_not_overwritten_and_nothing_else_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def link(staged: Path, path: Path, real: Any = os.link) -> None:
        if path.name == "spec.yaml":
            path.write_text("mine", encoding="utf-8")
        real(staged, path)

    monkeypatch.setattr(os, "link", link)
    assert complaint("deepar", tmp_path) == f"{tmp_path}/spec.yaml is there already: name another folder"
    assert contents(tmp_path) == {"spec.yaml": b"mine"}


def test_a_disk_that_is_full_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(path: Path, content: bytes, real: Any = Path.write_bytes) -> None:
        if path.name == "spec.yaml":
            real(path, content[:10])
            raise OSError(28, "No space left on device", str(path))
        real(path, content)

    monkeypatch.setattr(Path, "write_bytes", write)
    with pytest.raises(OSError, match="No space left"):
        copy_template("quickstart", tmp_path)
    assert contents(tmp_path) == {}
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_file_system_without_hard_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(staged: Path, path: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    copy_template("deepar", tmp_path)
    assert contents(tmp_path) == contents(templates_folder() / "deepar") | {FILE: SCHEMA}


@pytest.mark.parametrize(("text", "is_other"), [(SCHEMA, False), (b"{}", True)])
def test_a_schema_that_is_there_stays(text: bytes, is_other: bool, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(text)
    copy = copy_template("deepar", tmp_path)
    assert (tmp_path / FILE).read_bytes() == text
    assert copy.has_other_schema == is_other
    assert copy.files == (tmp_path / "spec.yaml",)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    assert complaint("quickstart", file) == f"{file} is not a folder: name another"


# What there is not


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("quickstrat", "quickstart"),
        ("QUICKSTART", "quickstart"),
        ("quickstart/", "quickstart"),
        ("xgboost", "quickstart"),
        ("sklearn", "scikit-learn"),
        ("imageclassification", "image-classification"),
        ("two-algorithm", "two-algorithms"),
        ("warmstart", "warm-start"),
    ],
)
def test_an_unknown_template_names_the_one_that_is_meant(name: str, near: str, tmp_path: Path) -> None:
    assert complaint(name, tmp_path / "x") == f"no template {name!r}: did you mean {near}? All: smtune init --list"
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("name", ["nothing", "", ".", "..", "/"])
def test_an_unknown_template_that_is_near_none_names_them_all(name: str, tmp_path: Path) -> None:
    assert complaint(name, tmp_path / "x") == f"no template {name!r}; there are: {', '.join(list_templates())}"


def test_every_other_name_leads_to_a_template() -> None:
    for other in scaffold._OTHER_NAMES:
        assert f"did you mean {scaffold._OTHER_NAMES[other]}?" in complaint(other, Path("x"))
        assert scaffold._OTHER_NAMES[other] in list_templates()


def test_a_folder_elsewhere_is_no_template(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "spec.yaml").touch()
    assert complaint(str(tmp_path / "mine"), tmp_path / "x").startswith("no template ")
    assert complaint("../templates/quickstart", tmp_path / "x").startswith("no template ")
