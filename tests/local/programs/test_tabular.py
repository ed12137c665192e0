"""The data of LightGBM and CatBoost, in each layout that their documentation has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from training_folder import write_folder

from smtune.local.programs.failures import UserError
from smtune.local.programs.folder import read_folder
from smtune.local.programs.tabular import Tabular, read_tabular

ROWS = "".join(f"{n % 2},{n},{n % 3}\n" for n in range(10))


def read(base: Path, **channels: Any) -> Tabular:
    return read_tabular(read_folder(write_folder(base, {}, "text/csv", **channels)), 0)


@pytest.mark.parametrize(
    "channels",
    [
        {"train": {"a.csv": ROWS}, "validation": {"b.csv": "1,5,5\n"}},
        {"training": {"a.csv": ROWS}, "validation": {"b.csv": "1,5,5\n"}},
        {"train": {"train/a.csv": ROWS[:24], "train/b.csv": ROWS[24:], "validation/c.csv": "1,5,5\n"}},
    ],
)
def test_a_layout_of_the_documentation(tmp_path: Path, channels: dict[str, Any]) -> None:
    data = read(tmp_path, **channels)
    assert data.features.shape == (10, 2)
    assert data.labels.tolist() == [n % 2 for n in range(10)]
    assert data.validation[0].to_numpy().tolist() == [[5, 5]]


def test_a_fifth_is_held_out_where_there_is_no_validation_data(tmp_path: Path) -> None:
    data = read(tmp_path, train={"a.csv": ROWS})
    assert (len(data.features), len(data.validation[0])) == (8, 2)
    seen = [*data.features.iloc[:, 0], *data.validation[0].iloc[:, 0]]
    assert sorted(seen) == list(range(10))


def test_labels_are_words_in_all_files_or_in_none(tmp_path: Path) -> None:
    data = read(tmp_path, train={"a.csv": "1,5,6\n", "b.csv": "x,7,8\n"}, validation={"a.csv": "1,2,3\n"})
    assert (data.labels.tolist(), data.validation[1].tolist()) == (["1", "x"], ["1"])


@pytest.mark.parametrize("key", ["cat_index_list", "cat_index"])
def test_categories_are_columns_of_the_file(tmp_path: Path, key: str) -> None:
    text = "".join(f"{n % 2},{n},{'ab'[n % 2]}\n" for n in range(10))
    data = read(tmp_path, train={"a.csv": text, "categorical_index.json": json.dumps({key: [2]})})
    assert data.categories == (1,)


@pytest.mark.parametrize(
    ("channels", "message"),
    [
        ({"validation": {"a.csv": ROWS}}, "there is no channel train or training"),
        ({"train": {}}, "channel train holds no CSV file"),
        (
            {"train": {"a.csv": "target,x,y\n" + ROWS}},
            "column 1 holds what is no number, as 'x': CSV has no header here",
        ),
        ({"train": {"a.csv": ROWS, "b.csv": "1,2\n"}}, "differ in their number of columns: a.csv 3, b.csv 2"),
        ({"train": {"a.csv": ROWS}, "validation": {"b.csv": "1,5\n"}}, "have 3 columns, validation data 2"),
        ({"train": {"a.csv": "1\n0\n"}}, "a label and at least one feature are needed"),
        ({"train": {"a.csv": ",1,2\n" + ROWS}, "validation": {"b.csv": ROWS}}, "some rows have no label"),
        (
            {"train": {"a.csv": ROWS, "categorical_index.json": '{"cat_index_list": [0]}'}},
            'write {"cat_index_list": [3, 5]}, with columns from 1 to 2',
        ),
        ({"train": {"a.csv": ROWS, "categorical_index.json": "[1"}}, 'write {"cat_index_list": [3, 5]}'),
        ({"train": {"a.csv": ROWS, "categorical_index.json": "5"}}, 'write {"cat_index_list": [3, 5]}'),
        ({"train": {"a.csv": ROWS, "categorical_index.json": '{"cat_index": [true]}'}}, "with columns from 1 to 2"),
        ({"train": {"a.csv": f"0,{'9' * 30},1\n" + ROWS}}, "column 1 holds what is no number, as"),
        ({"train": {"a.csv": "0,1,2\n"}}, "one row cannot be divided into training and validation data"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, channels: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError) as failed:
        read(tmp_path, **channels)
    assert message in str(failed.value)


def test_other_content_types_are_refused(tmp_path: Path) -> None:
    folder = read_folder(write_folder(tmp_path, {}, "text/libsvm", train={"a.csv": ROWS}))
    with pytest.raises(UserError, match="the content type is text/libsvm, and not text/csv"):
        read_tabular(folder, 0)
