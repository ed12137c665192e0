"""A table -> train, validation and test: exact shares, no row lost or doubled, nothing changed on the way."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtune.data.split import lay_out_table, read_table, split_table
from smtune.errors import SpecError
from smtune.spec import Split, Table


def table(rows: int, classes: int = 2) -> pd.DataFrame:
    numbers = range(rows)
    return pd.DataFrame({"id": map(str, numbers), "label": [str(number % classes) for number in numbers]})


def spec(**split: object) -> Table:
    return Table(source="table.csv", split=Split.model_validate(split))


def sizes(parts: dict[str, pd.DataFrame]) -> list[int]:
    return [len(part) for part in parts.values()]


def complaint(path: Path) -> str:
    with pytest.raises(SpecError) as caught:
        read_table(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (100, [70, 15, 15]),
        (200, [140, 30, 30]),
        (1000, [700, 150, 150]),
        (1480, [1036, 222, 222]),
        (20, [14, 3, 3]),
        (569, [398, 86, 85]),
        (8, [6, 1, 1]),
    ],
)
def test_the_shares_are_exact_to_a_row(rows: int, expected: list[int]) -> None:
    assert sizes(split_table(table(rows), spec())) == expected
    if rows > 8:
        assert sizes(split_table(table(rows), spec(stratify="label"))) == expected


def test_the_parts_come_in_order_and_test_only_if_it_has_a_share() -> None:
    assert list(split_table(table(20), spec())) == ["train", "validation", "test"]
    assert list(split_table(table(20), spec(train=0.8, validation=0.2, test=0.0))) == ["train", "validation"]


@settings(max_examples=40, deadline=None)
@given(
    st.integers(40, 300),
    st.sampled_from([(0.7, 0.15, 0.15), (0.8, 0.1, 0.1), (0.6, 0.2, 0.2), (0.9, 0.1, 0.0), (0.34, 0.33, 0.33)]),
    st.integers(0, 2**32 - 1),
    st.booleans(),
)
def test_no_row_is_lost_or_doubled(rows: int, shares: tuple[float, float, float], seed: int, stratified: bool) -> None:
    train, validation, test = shares
    split = spec(train=train, validation=validation, test=test, seed=seed, stratify="label" if stratified else None)
    parts = split_table(table(rows), split)
    found = [value for part in parts.values() for value in part["id"]]
    assert sorted(found, key=int) == [str(number) for number in range(rows)]
    for part, share in zip(parts.values(), shares, strict=False):
        assert abs(len(part) - rows * share) < 1


def test_the_same_seed_gives_the_same_rows_and_another_others() -> None:
    first, again, other = (split_table(table(200), spec(seed=seed)) for seed in (7, 7, 8))
    assert all(first[name].equals(again[name]) for name in first)
    assert not first["train"].equals(other["train"])


def test_every_part_keeps_the_mix_of_classes() -> None:
    frame = pd.DataFrame({"x": map(str, range(1000)), "label": ["rare"] * 100 + ["usual"] * 900})
    for part in split_table(frame, spec(stratify="label")).values():
        assert (part["label"] == "rare").mean() == pytest.approx(0.1, abs=0.01)


def test_stratifying_by_another_column_than_the_label() -> None:
    frame = table(100).assign(site=["a"] * 20 + ["b"] * 80)
    parts = split_table(frame, spec(stratify="site"))
    assert [(part["site"] == "a").sum() for part in parts.values()] == [14, 3, 3]


@pytest.mark.parametrize(
    ("frame", "split", "message"),
    [
        (
            table(20).rename(columns={"label": "y"}),
            spec(),
            "data: data.label: there is no column 'label'\n    the columns are: id, y",
        ),
        (
            table(20),
            spec(stratify="site"),
            "data: data.split.stratify: there is no column 'site'\n    the columns are: id, label",
        ),
        (
            pd.DataFrame({f"c{number}": ["1"] for number in range(20)}),
            spec(),
            (
                "data: data.label: there is no column 'label'\n"
                "    the columns are: c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, ..."
            ),
        ),
        (
            table(3),
            spec(),
            "data: data.split: 3 rows are too few for these shares\n    give more rows, or a larger share",
        ),
    ],
)
def test_what_cannot_be_split(frame: pd.DataFrame, split: Table, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        split_table(frame, split)
    assert str(caught.value) == message


def test_a_class_too_small_for_every_part() -> None:
    frame = table(100)
    frame.loc[0, "label"] = "only one"
    with pytest.raises(SpecError) as caught:
        split_table(frame, spec(stratify="label"))
    (problem,) = caught.value.problems
    assert problem.path == "data.split"
    assert problem.message.startswith("cannot split 100 rows: The least populated class")
    assert problem.fix.startswith("stratify by a column with few values")


def test_label_first_has_no_header_and_the_label_in_column_0() -> None:
    frame = pd.DataFrame({"a": ["1", "2"], "label": ["x", "y"], "b": ["3", "4"]})
    assert lay_out_table(frame, spec(), label_first=True) == "x,1,3\ny,2,4\n"


def test_as_is_is_as_in_the_source() -> None:
    frame = pd.DataFrame({"a": ["1", "2"], "label": ["x", "y"], "b": ["3", "4"]})
    assert lay_out_table(frame, spec(), label_first=False) == "a,label,b\n1,x,3\n2,y,4\n"


def test_no_value_changes_on_the_way(tmp_path: Path) -> None:
    text = 'id,zip,country,x,note,label\n1,0123,NA,0.1000000000000000055511,"a, ""b""\nc",1\n2,,None,1e400,é,0\n'
    file = tmp_path / "table.csv"
    file.write_text(text, encoding="utf-8")
    assert lay_out_table(read_table(file), spec(), label_first=False) == text


cells = st.text(st.characters(exclude_characters="\r\0", exclude_categories=["Cs"]), max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.just("k"), cells, cells), min_size=1, max_size=5))
def test_any_text_survives_reading_and_writing(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str]]
) -> None:
    frame = pd.DataFrame(rows, columns=["key", "a", "label"])
    file = tmp_path_factory.mktemp("table") / "table.csv"
    file.write_text(lay_out_table(frame, spec(), label_first=False), encoding="utf-8")
    assert read_table(file).to_dict("list") == frame.to_dict("list")


@pytest.mark.parametrize("content", [b"\xef\xbb\xbfa,label\n1,2\n", b"a,label\r\n1,2\r\n"], ids=["mark", "CRLF"])
def test_tables_of_other_programs_are_read(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "table.csv"
    file.write_bytes(content)
    assert read_table(file).to_dict("list") == {"a": ["1"], "label": ["2"]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "{file} has no rows\n    give a CSV file with a header and rows"),
        (b"a,label\n", "{file} has no rows\n    give a CSV file with a header and rows"),
        (
            b"a,label\n1,2,3\n4,5,6\n",
            "{file}:2: 3 fields under a header of 2\n    mend the row, or quote what holds a comma",
        ),
        (
            b"a,label\n1,2\n\n3\n",
            "{file}:4: 1 fields under a header of 2\n    mend the row, or quote what holds a comma",
        ),
        (b"a,a,label\n1,2,3\n", "{file} has more than one column 'a'\n    rename one of them"),
        (
            b'a,label\n"1,2\n',
            "cannot read {file} as CSV: unexpected end of data\n    give a CSV file with a header",
        ),
    ],
)
def test_a_file_that_is_no_table(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "table.csv"
    file.write_bytes(content)
    assert complaint(file) == "data: data.source: " + message.format(file=file)


def test_a_file_of_another_encoding_or_none_at_all(tmp_path: Path) -> None:
    (tmp_path / "latin.csv").write_bytes("a,label\né,1\n".encode("latin-1"))
    assert "as CSV: 'utf-8' codec can't decode byte" in complaint(tmp_path / "latin.csv")
    missing = tmp_path / "none.csv"
    fix = "paths are relative to the spec's folder"
    assert complaint(missing) == f"data: data.source: there is no file {missing}\n    {fix}"
    assert "Is a directory" in complaint(tmp_path)
