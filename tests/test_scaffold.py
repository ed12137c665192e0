"""Templates: listed, copied whole, and never over what is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtune.errors import UsageError
from smtune.scaffold import copy_template, list_templates, templates_folder
from smtune.validate import check_file


def contents(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def complaint(name: str, target: Path) -> str:
    with pytest.raises(UsageError) as caught:
        copy_template(name, target)
    return str(caught.value)


def test_every_template_is_listed_with_what_it_is_about() -> None:
    listed = list_templates()
    assert sorted(listed) == sorted(path.name for path in templates_folder().iterdir() if path.is_dir())
    assert all(len(about) > 20 and not about.startswith("#") for about in listed.values())


@pytest.mark.parametrize("name", list_templates())
def test_a_template_is_copied_whole_and_is_valid(name: str, tmp_path: Path) -> None:
    copy_template(name, tmp_path / "deep" / "down")
    assert contents(tmp_path / "deep" / "down") == contents(templates_folder() / name)
    assert check_file(tmp_path / "deep" / "down" / "spec.yaml") == ()


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


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    assert complaint("quickstart", file) == f"{file} is not a folder: name another"


@pytest.mark.parametrize("name", ["nothing", "", ".", "..", "../templates/quickstart", "quickstart/", "QUICKSTART"])
def test_an_unknown_template_names_those_that_are_there(name: str, tmp_path: Path) -> None:
    assert complaint(name, tmp_path / "x") == f"no template {name!r}; there are: {', '.join(list_templates())}"


def test_a_folder_elsewhere_is_no_template(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "spec.yaml").touch()
    assert complaint(str(tmp_path / "mine"), tmp_path / "x").startswith("no template ")


def test_caches_are_not_copied(tmp_path: Path) -> None:
    copy_template("scikit-learn", tmp_path / "x")
    assert [path for path in (tmp_path / "x").rglob("*") if path.name == "__pycache__"] == []
