"""A file -> parts in a folder: all or none, in the format of the source, nothing of others overwritten."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtune.data.parts import SplitFiles, as_record
from smtune.data.split_file import split_file
from smtune.data.table_file import TableFile
from smtune.errors import SpecError, UsageError
from smtune.spec import Split

ROWS = 200


def frame() -> pd.DataFrame:
    numbers = pd.Series(range(ROWS))
    return pd.DataFrame({"id": numbers, "label": numbers % 4, "patient": numbers // 8, "x": numbers / 7})


def write(folder: Path, kind: str) -> Path:
    file = folder / f"table.{kind}"
    if kind == "parquet":
        frame().to_parquet(file)
    elif kind == "jsonl":
        frame().to_json(file, orient="records", lines=True)
    else:
        frame().to_csv(file, index=False, sep="\t" if kind == "tsv" else ",")
    return file


def read(file: Path) -> pd.DataFrame:
    if file.suffix == ".parquet":
        return pd.read_parquet(file)
    if file.suffix == ".jsonl":
        return pd.read_json(file, lines=True)
    return pd.read_csv(file, sep="\t" if file.suffix == ".tsv" else ",")


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "parquet"])
def test_the_parts_are_files_of_the_same_format_with_every_row_once(tmp_path: Path, kind: str) -> None:
    made = split_file(write(tmp_path, kind), tmp_path / "parts", Split(group="patient"), label="label")
    assert [part.file.name for part in made.parts] == [f"{name}.{kind}" for name in ("train", "validation", "test")]
    parts = [read(part.file) for part in made.parts]
    assert [len(part) for part in parts] == [part.rows for part in made.parts] == [136, 32, 32]
    whole = pd.concat(parts).sort_values("id").reset_index(drop=True)
    pd.testing.assert_frame_equal(whole, read(write(tmp_path, kind)))
    for part, rows in zip(made.parts, parts, strict=True):
        assert part.groups == rows["patient"].nunique()
        assert part.classes == {str(name): count for name, count in rows["label"].value_counts().items()}


def test_lines_of_json_are_copied_as_they_stand(tmp_path: Path) -> None:
    lines = [f'{{"n":{number}, "x" : 1.10, "deep": {{"a": [1,  2]}}, "é": null}}' for number in range(20)]
    (tmp_path / "t.jsonl").write_text("\n".join(lines) + "\n\n", encoding="utf-8")
    made = split_file(tmp_path / "t.jsonl", tmp_path / "parts", Split(time="n"))
    copied = [line for part in made.parts for line in part.file.read_text(encoding="utf-8").splitlines()]
    assert copied == lines
    assert (made.parts[0].first, made.parts[0].last) == ("0", "13")


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    table = frame().assign(day=pd.date_range("2024-01-01", periods=ROWS, tz="UTC"), kind=["a"] * ROWS)
    table = table.astype({"id": "int16", "kind": "category"})
    table.to_parquet(tmp_path / "t.parquet")
    made = split_file(tmp_path / "t.parquet", tmp_path / "parts", Split(time="day"))
    train = pd.read_parquet(made.parts[0].file)
    assert dict(train.dtypes) == dict(table.dtypes)
    assert made.parts[1].first == "2024-05-20T00:00:00+00:00"


def test_the_format_may_be_said(tmp_path: Path) -> None:
    source = write(tmp_path, "csv").rename(tmp_path / "table.dat")
    with pytest.raises(SpecError, match=r"the name 'table\.dat' does not tell the format"):
        split_file(source, tmp_path / "parts", Split())
    assert split_file(source, tmp_path / "parts", Split(), kind="csv").parts[0].file.name == "train.csv"


def test_the_same_again_finds_its_own(tmp_path: Path) -> None:
    source, folder = write(tmp_path, "parquet"), tmp_path / "a" / "parts"
    first = split_file(source, folder, Split(stratify="label"))
    before = contents(folder)
    again = split_file(source, folder, Split(stratify="label"))
    assert (first.unchanged, again.unchanged) == (False, True)
    assert contents(folder) == before


def test_an_empty_folder_is_as_good_as_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    split_file(write(tmp_path, "csv"), tmp_path / "parts", Split())
    assert sorted(contents(tmp_path / "parts")) == ["test.csv", "train.csv", "validation.csv"]


def other_rows(folder: Path) -> None:
    (folder / "train.csv").write_text("id,label\n")


def one_less(folder: Path) -> None:
    (folder / "validation.csv").unlink()


def somebody_elses(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()
    (folder / "thesis.txt").write_text("mine")


@pytest.mark.parametrize("change", [other_rows, one_less, somebody_elses])
def test_nothing_else_is_overwritten(tmp_path: Path, change: object) -> None:
    source, folder = write(tmp_path, "csv"), tmp_path / "parts"
    split_file(source, folder, Split())
    change(folder)  # type: ignore[operator]
    before = contents(folder)
    with pytest.raises(UsageError, match=r"has other files \(.*\): nothing was written"):
        split_file(source, folder, Split())
    assert contents(folder) == before


def test_a_test_part_of_before_is_not_taken_for_one_of_now(tmp_path: Path) -> None:
    source, folder = write(tmp_path, "csv"), tmp_path / "parts"
    split_file(source, folder, Split(train=0.8, validation=0.2, test=0, time="id"))
    (folder / "test.csv").write_text("id\n")
    with pytest.raises(UsageError, match=r"other files \(test\.csv\)"):
        split_file(source, folder, Split(train=0.8, validation=0.2, test=0, time="id"))


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    source = write(tmp_path, "csv")
    with pytest.raises(UsageError, match="is a file: name a new folder"):
        split_file(source, source, Split())


def test_all_parts_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from smtune.data.table_file import Delimited

    whole = Delimited.write

    def full_disk(self: Delimited, rows: object, file: Path) -> None:
        if file.name == "test.csv":
            raise OSError(28, "No space left on device", str(file))
        whole(self, rows, file)  # type: ignore[arg-type]

    monkeypatch.setattr(Delimited, "write", full_disk)
    source = write(tmp_path, "csv")
    with pytest.raises(OSError, match="No space left"):
        split_file(source, tmp_path / "parts", Split())
    assert [file.name for file in tmp_path.iterdir()] == [source.name]


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("{}\n[1]\n", "t.jsonl", "t.jsonl:2: [1] is not an object"),
        ("{}\nnot\n", "t.jsonl", "t.jsonl:2: not JSON: Expecting value"),
        ("\n", "t.jsonl", "t.jsonl has no rows"),
        ("PAR1", "t.parquet", "t.parquet is not a Parquet file"),
        ("a,b\n1\n", "t.csv", "t.csv:2: 1 fields under a header of 2"),
    ],
)
def test_a_file_that_is_not_what_its_name_says(tmp_path: Path, text: str, name: str, message: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(SpecError) as caught:
        split_file(tmp_path / name, tmp_path / "parts", Split())
    assert message in str(caught.value)
    assert not (tmp_path / "parts").exists()


def test_a_column_that_is_not_there_is_named_by_its_option(tmp_path: Path) -> None:
    source = write(tmp_path, "jsonl")
    for made, option in ((Split(group="g"), "--group"), (Split(time="g"), "--time"), (Split(stratify="g"), "--strat")):
        with pytest.raises(SpecError) as caught:
            split_file(source, tmp_path / "parts", made)
        assert f"{source}: {option}" in str(caught.value)
    with pytest.raises(SpecError, match="--label: there is no column 'y'\n    the columns are: id, label, patient, x"):
        split_file(source, tmp_path / "parts", Split(), label="y")


def made_of(tmp_path: Path, rows: dict[str, list[str]], wanted: Split, label: str | None = None) -> SplitFiles:
    pd.DataFrame(rows).to_csv(tmp_path / "t.csv", index=False)
    return split_file(tmp_path / "t.csv", tmp_path / "parts", wanted, label=label)


def test_shares_that_groups_do_not_allow_are_said(tmp_path: Path) -> None:
    made = made_of(tmp_path, {"g": ["a"] * 50 + ["b"] * 30 + ["c"] * 20}, Split(group="g"))
    assert made.notes == ("the groups of g stay together, so the shares are 50 / 20 / 30 % instead of 70 / 15 / 15 %",)


def test_rows_without_a_group_and_classes_that_a_part_lacks_are_said(tmp_path: Path) -> None:
    groups = [str(number // 2) for number in range(80)] + [""] * 2
    labels = ["usual"] * 81 + ["rare"]
    made = made_of(tmp_path, {"g": groups, "y": labels}, Split(group="g"), "y")
    assert "2 rows have no g: they count as one group" in made.notes
    assert any(note.startswith("no row of class rare in ") for note in made.notes)


def test_a_label_of_many_values_has_no_classes(tmp_path: Path) -> None:
    made = made_of(tmp_path, {"y": [str(number) for number in range(100)]}, Split(), "y")
    assert [part.classes for part in made.parts] == [None] * 3
    assert made.notes == ("the label has 100 different values, so no classes are counted",)


def test_the_record_is_plain(tmp_path: Path) -> None:
    record = as_record(split_file(write(tmp_path, "csv"), tmp_path / "parts", Split(stratify="label")))
    assert json.loads(json.dumps(record)) == record
    assert (record["how"], record["column"], record["classes_of"]) == ("stratified", "label", "label")
    assert record["parts"][0]["classes"] == {str(name): 35 for name in range(4)}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=6), min_size=8, max_size=20))
def test_any_text_in_json_lines_survives(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    folder = tmp_path_factory.mktemp("lines")
    lines = [json.dumps({"t": text}, ensure_ascii=False) for text in texts]
    (folder / "t.jsonl").write_text("\n".join(lines), encoding="utf-8", newline="\n")
    made = split_file(folder / "t.jsonl", folder / "parts", Split())
    copied = [
        json.loads(line)["t"]
        for part in made.parts
        for line in part.file.read_text(encoding="utf-8").split("\n")
        if line
    ]
    assert sorted(copied) == sorted(texts)


def test_every_format_is_a_table_file(tmp_path: Path) -> None:
    from smtune.data.table_file import FORMATS, read_table_file

    for kind in FORMATS:
        table: TableFile = read_table_file(write(tmp_path, kind))[0]
        assert (len(table), table.columns) == (ROWS, ("id", "label", "patient", "x"))
        assert list(table.keys(["patient"])["patient"][:9]) == ["0"] * 8 + ["1"]
