"""What is compared may be of any format that `smtune data check` reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from test_compare_verdict import rows

from smtune.data.compare import CompareSettings, DataComparison, compare_data
from smtune.errors import UsageError


def compared(folder: Path, ending: str, texts: tuple[str, str], **settings: Any) -> DataComparison:
    for name, text in zip("ab", texts, strict=True):
        (folder / f"{name}{ending}").write_text(text)
    return compare_data(folder / f"a{ending}", folder / f"b{ending}", settings=CompareSettings(**settings))


def columns(found: DataComparison) -> set[str]:
    return {column.column for column in found.columns}


NAMES = {"label", "age", "dose", "ward"}
SETS = rows(60), rows(60, 1)


def test_csv_with_a_header(tmp_path: Path) -> None:
    found = compared(tmp_path, ".csv", (SETS[0].to_csv(index=False), SETS[1].to_csv(index=False)))
    assert (columns(found), found.a.rows) == (NAMES, 60)


def test_csv_without_one(tmp_path: Path) -> None:
    found = compared(tmp_path, ".csv", (SETS[0].to_csv(index=False, header=False),) * 2)
    assert columns(found) == {f"column {index}" for index in range(4)}


def test_a_header_that_cannot_be_told_from_a_row_is_said_to_be_one(tmp_path: Path) -> None:
    text = SETS[0][["ward"]].assign(sex="f").to_csv(index=False)
    assert columns(compared(tmp_path, ".csv", (text, text))) == {"column 0", "column 1"}
    assert columns(compared(tmp_path, ".csv", (text, text), header=True)) == {"ward"}
    whole = SETS[0].to_csv(index=False)
    assert columns(compared(tmp_path, ".csv", (whole, whole), header=False)) == {f"column {n}" for n in range(4)}


def test_a_set_without_a_header_gets_the_names_of_the_other(tmp_path: Path) -> None:
    texts = SETS[0].to_csv(index=False), SETS[1].to_csv(index=False, header=False)
    for turned in (texts, texts[::-1]):
        found = compared(tmp_path, ".csv", turned)
        assert (columns(found), found.b.rows) == (NAMES, 60)
        assert any("has no header: its columns are taken in the order of" in note for note in found.notes)


def test_json_lines_and_parquet(tmp_path: Path) -> None:
    lines = [each.to_json(orient="records", lines=True) for each in SETS]
    assert columns(compared(tmp_path, ".jsonl", (lines[0], lines[1]))) == NAMES
    for name, frame in zip("ab", SETS, strict=True):
        frame.to_parquet(tmp_path / f"{name}.parquet")
    assert columns(compare_data(tmp_path / "a.parquet", tmp_path / "b.parquet")) == NAMES


def test_what_a_line_of_libsvm_leaves_out_is_zero(tmp_path: Path) -> None:
    a = "".join(f"{n % 2} 1:{n / 7:.3f} {'3:1' if n % 2 else ''}\n" for n in range(80))
    b = "".join(f"{n % 2} 1:{n / 7:.3f} 3:{n % 2}\n" for n in range(80))
    found = compared(tmp_path, ".libsvm", (a, b))
    assert (columns(found), found.verdict) == ({"label", "feature 1", "feature 3"}, "no difference found")


def test_a_folder_of_parts_without_an_ending_needs_a_format(tmp_path: Path) -> None:
    for name, frame in zip("ab", SETS, strict=True):
        (tmp_path / name).mkdir()
        for part in (0, 1):
            frame.iloc[part::2].to_csv(tmp_path / name / f"part-0000{part}", index=False, header=False)
    with pytest.raises(UsageError, match=r"its name does not tell the format\n +say the format: --format csv"):
        compare_data(tmp_path / "a", tmp_path / "b")
    assert compare_data(tmp_path / "a", tmp_path / "b", settings=CompareSettings(format="csv")).a.rows == 60


def test_of_a_large_file_a_part_is_read_and_said_to_be_one(tmp_path: Path) -> None:
    text = rows(30_000).to_csv(index=False)
    found = compared(tmp_path, ".csv", (text, SETS[1].to_csv(index=False)), limit=300_000)
    assert not found.a.is_whole
    assert 5_000 < found.a.rows < 30_000
    whole = compared(tmp_path, ".csv", (text, SETS[1].to_csv(index=False)), limit=0)
    assert (whole.a.rows, whole.a.used, whole.a.is_whole) == (30_000, 20_000, True)


@pytest.mark.parametrize("place", ["nowhere.csv", "s3://bucket/train"])
def test_what_is_not_here_is_refused(place: str) -> None:
    with pytest.raises(UsageError, match=place):
        compare_data(place, place)
