"""A table that is still to be split: what the parts would be is looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from check_specs import kinds, look, named, rows, spec_of, text_of


def table(folder: Path, text: str, algorithm: str | None = "xgboost", **split: Any) -> Any:
    (folder / "t.csv").write_text(text)
    static = {"objective": "binary:logistic"} if algorithm == "xgboost" else {}
    return look(folder, spec_of(algorithm, {"source": "t.csv", "split": split}, **static))


def test_a_good_table(tmp_path: Path) -> None:
    found = table(tmp_path, text_of(rows(300), header=True), stratify="label")
    assert (found.findings, found.looks[0].rows) == ((), 300)


def test_a_table_in_which_the_label_is_illegal_and_a_column_is_text(tmp_path: Path) -> None:
    text = text_of(rows(100).assign(ward="north", label=[0, 1, 2, 1] * 25), header=True)
    found = table(tmp_path, text)
    assert kinds(found) == ["not-a-number", "illegal-label"]
    assert named(found, "illegal-label").place == f"{tmp_path}/t.csv:4"
    assert kinds(table(tmp_path, text, None)) == []


def test_group_and_time_need_not_be_numbers(tmp_path: Path) -> None:
    frame = rows(200).assign(patient=[f"p{number // 5}" for number in range(200)])
    assert kinds(table(tmp_path, text_of(frame, header=True), group="patient")) == []
    assert kinds(table(tmp_path, text_of(frame, header=True))) == ["not-a-number"]


@pytest.mark.parametrize(
    ("text", "split", "check", "words"),
    [
        ("x,y\n1,2\n", {}, "missing-column", "has no column 'label'"),
        ("x,label\n1,0\n1,1\n", {"group": "g"}, "missing-column", "has no column 'g'"),
        ("x,label\n1,0\n2,1\n", {}, "cannot-split", "2 rows are too few"),
        ("x,label\n", {}, "no-rows", "no rows"),
        ("x,x,label\n1,1,0\n", {}, "repeated-column", "more than one column 'x'"),
        ("x,label\n" + "1,0\n2,1\n" * 9 + "1\n", {}, "ragged-rows", "1 row not as wide"),
    ],
)
def test_a_table_that_cannot_be_split(tmp_path: Path, text: str, split: Any, check: str, words: str) -> None:
    finding = named(table(tmp_path, text, None, **split), check)
    assert (finding.severity, words in finding.message) == ("error", True)


def test_a_table_that_is_not_there(tmp_path: Path) -> None:
    found = look(tmp_path, spec_of("xgboost", {"source": "none.csv"}))
    assert [(each.check, each.place) for each in found.findings] == [("no-files", f"{tmp_path}/none.csv")]
