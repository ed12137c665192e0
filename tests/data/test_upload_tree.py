"""Which files belong to a tree: ignore rules, links, loops, names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from smtune.data.upload.tree import TreeError, list_tree
from smtune.errors import UsageError


def write(folder: Path, *names: str) -> None:
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name, encoding="utf-8")


def names(folder: Path, *, packs_code: bool = False) -> list[str]:
    return [leaf.name for leaf in list_tree(folder, packs_code=packs_code).leaves]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    return tmp_path / "root"


def test_a_file_is_a_tree_of_one(tmp_path: Path) -> None:
    write(tmp_path, "a.csv")
    assert names(tmp_path / "a.csv") == ["a.csv"]


def test_files_are_sorted_by_their_paths_and_folders_are_followed(root: Path) -> None:
    write(root, "b", "a/z", "a/b/c", "ä ö", "a+b%20", "a-b")
    assert names(root) == ["a+b%20", "a-b", "a/b/c", "a/z", "b", "ä ö"]


def test_secrets_version_control_and_clutter_stay_here_and_are_named(root: Path) -> None:
    write(
        root, "data.csv", ".env", ".git/config", "lib/id_rsa", "__pycache__/x.pyc", ".DS_Store", ".cache/x", "m.tar.gz"
    )
    tree = list_tree(root)
    assert [leaf.name for leaf in tree.leaves] == ["data.csv", "m.tar.gz"]
    assert tree.left_out == (".DS_Store", ".cache/", ".env", ".git/", "__pycache__/", "lib/id_rsa")


def test_an_archive_is_data_but_no_code(root: Path) -> None:
    write(root, "train.py", "model.tar.gz")
    assert names(root, packs_code=True) == ["train.py"]


def test_an_ignore_file_leaves_out_more_and_takes_clutter_in_but_never_a_secret(root: Path) -> None:
    write(root, "a.tmp", "keep.tmp", "raw/big", "raw/sub/x", "deep/raw.csv", "venv/x", "x.pyc", ".env", ".aws/config")
    lines = ["# mine", "*.tmp", "!keep.tmp", "/raw/", "!venv/", "!*.pyc", "!.env", "!.aws/", ""]
    (root / ".smtuneignore").write_text("\n".join(lines), encoding="utf-8")
    assert names(root) == ["deep/raw.csv", "keep.tmp", "venv/x", "x.pyc"]


def test_an_ignore_file_that_is_not_text(root: Path) -> None:
    (root / ".smtuneignore").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match=r"cannot read .*\.smtuneignore"):
        names(root)


def test_links_inside_the_tree_are_followed(root: Path) -> None:
    write(root, "real/a", "b")
    (root / "again").symlink_to(root / "real")
    (root / "c").symlink_to("b")
    assert names(root) == ["again/a", "b", "c", "real/a"]


def test_the_root_may_be_a_link(root: Path, tmp_path: Path) -> None:
    write(root, "a")
    (tmp_path / "link").symlink_to(root)
    assert names(tmp_path / "link") == ["a"]


@pytest.mark.parametrize("target", ["outside", "outside/secret"])
def test_a_link_that_leaves_the_tree_is_refused_by_its_name_unless_it_is_ignored(
    target: str, root: Path, tmp_path: Path
) -> None:
    write(tmp_path, "outside/secret")
    write(root, "a")
    (root / "way-out").symlink_to(tmp_path / target)
    with pytest.raises(TreeError) as caught:
        names(root)
    assert str(caught.value) == (
        f"the link {root}/way-out leaves its folder\n"
        f"    it points to {tmp_path / target}: copy that, or name the link in .smtuneignore"
    )
    (root / ".smtuneignore").write_text("way-out\n", encoding="utf-8")
    assert names(root) == ["a"]


def test_loops_end(root: Path) -> None:
    write(root, "a/x", "b/y")
    (root / "a" / "up").symlink_to(root)
    (root / "a" / "other").symlink_to(root / "b")
    (root / "b" / "other").symlink_to(root / "a")
    assert names(root) == ["a/other/y", "a/x", "b/other/x", "b/y"]


@pytest.mark.parametrize("target", [".env", ".git/config", ".git", "lib/id_rsa", "lib/.aws"])
@pytest.mark.parametrize("packs_code", [False, True])
def test_a_link_with_a_harmless_name_takes_no_secret_out(target: str, packs_code: bool, root: Path) -> None:
    write(root, "a", ".env", ".git/config", "lib/id_rsa", "lib/.aws/config")
    (root / "notes.txt").symlink_to(target)
    assert names(root, packs_code=packs_code) == ["a"]
    assert "notes.txt" in list_tree(root).left_out


@pytest.mark.parametrize("target", ["gone", "itself"])
def test_a_link_to_nothing_is_refused(target: str, root: Path) -> None:
    (root / "itself").symlink_to(target)
    with pytest.raises(TreeError, match=r"the link .*itself points to nothing"):
        names(root)


def test_what_is_neither_file_nor_folder_is_refused(root: Path) -> None:
    os.mkfifo(root / "pipe")
    with pytest.raises(TreeError, match="pipe is neither a file nor a folder"):
        names(root)


def test_names_that_no_key_can_have_are_refused(root: Path) -> None:
    Path(os.fsdecode(os.fsencode(root) + b"/\xff")).touch()
    with pytest.raises(TreeError, match="not UTF-8"):
        names(root)


def test_a_path_that_is_too_long_for_a_key_is_refused(root: Path) -> None:
    write(root, "/".join(["x" * 200] * 6))
    with pytest.raises(TreeError, match="an S3 key has 1024 at most"):
        names(root)


def test_folders_deeper_than_any_key_are_refused(root: Path) -> None:
    folder = root
    for _ in range(600):
        folder /= "d"
        folder.mkdir()
    with pytest.raises(TreeError, match="an S3 key has 1024 at most"):
        names(root)


@pytest.mark.parametrize("name", ["line\nend", "tab\tand\rreturn", "\u202eright-to-left", "e\u0301"])
def test_a_name_with_odd_letters_stays_as_it_is(name: str, root: Path) -> None:
    write(root, name)
    assert names(root) == [name]


def test_nothing_there(root: Path) -> None:
    assert names(root) == []
    with pytest.raises(TreeError, match="there is no file or folder"):
        names(root / "none")
