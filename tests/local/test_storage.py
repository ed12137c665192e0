"""A channel has the objects whose keys begin with its URI, as on the service."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtune.local.storage import FolderStorage


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    for key in ("b/data/train/1.csv", "b/data/train_lst/2.csv", "b/data/other/3.csv", "b-2/4.csv"):
        (tmp_path / "objects" / key).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "objects" / key).write_text(key)
    return FolderStorage(tmp_path / "objects")


@pytest.mark.parametrize(
    ("uri", "files"),
    [
        ("s3://b/data/train/", {"1.csv"}),
        ("s3://b/data/train", {"1.csv", "train_lst/2.csv"}),
        ("s3://b/data/train_lst", {"2.csv"}),
        ("s3://b/data/o", {"other/3.csv"}),
        ("s3://b/data/other/3.csv", {"3.csv"}),
        ("s3://b", {"data/train/1.csv", "data/train_lst/2.csv", "data/other/3.csv"}),
    ],
)
def test_a_channel_reads_all_keys_that_begin_with_its_uri(
    storage: FolderStorage, uri: str, files: set[str], tmp_path: Path
) -> None:
    found = storage.folder(uri, tmp_path / "channel")
    assert {file.relative_to(found).as_posix() for file in found.rglob("*") if file.is_file()} == files


def test_nothing_is_copied_where_a_folder_is_all_of_it(storage: FolderStorage, tmp_path: Path) -> None:
    assert storage.folder("s3://b/data/train/", tmp_path / "channel") == tmp_path / "objects/b/data/train"
    assert storage.folder("s3://b/data/other", tmp_path / "channel") == tmp_path / "objects/b/data/other"
    assert not (tmp_path / "channel").exists()
