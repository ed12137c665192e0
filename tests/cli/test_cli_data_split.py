"""smtune data split, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smtune.cli import main


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    rows = [f"{number},{number // 10},{'sick' if number % 5 == 0 else 'well'}" for number in range(200)]
    Path("visits.csv").write_text("\n".join(["day,patient,outcome", *rows]) + "\n")
    return "visits.csv"


def test_the_parts_are_shown_with_their_classes(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "split", table, "--out", "parts", "--stratify", "outcome"]) == 0
    out, err = capsys.readouterr()
    assert [line.rstrip() for line in out.splitlines()] == [
        "visits.csv: 200 rows, stratified by outcome -> parts",
        "",
        "part        file                  rows    share  outcome=sick  outcome=well",
        "train       parts/train.csv        140  70.00 %   28 (20.0 %)  112 (80.0 %)",
        "validation  parts/validation.csv    30  15.00 %    6 (20.0 %)   24 (80.0 %)",
        "test        parts/test.csv          30  15.00 %    6 (20.0 %)   24 (80.0 %)",
    ]
    assert err == ""


def test_again_says_that_nothing_changed(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["data", "split", table, "--out", "parts", "--seed", "3"]
    assert main(arguments) == main(arguments) == 0
    assert "at random -> parts, as before\n" in capsys.readouterr().out
    assert main([*arguments[:-1], "4"]) == 2
    assert "parts has other files (test.csv): nothing was written" in capsys.readouterr().err


def test_groups(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "split", table, "--out", "parts", "--group", "patient", "--label", "outcome"]) == 0
    out, err = capsys.readouterr()
    assert "each patient in one part" in out
    assert "groups" in out.splitlines()[2]
    assert err == ""


def test_time_and_shares(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "split", table, "--out", "parts", "--time", "patient", "--shares", "65/35"]) == 0
    out, err = capsys.readouterr()
    assert [line.split() for line in out.splitlines()[3:]] == [
        ["train", "parts/train.csv", "130", "65.00", "%", "0", "12"],
        ["validation", "parts/validation.csv", "70", "35.00", "%", "13", "19"],
    ]
    assert err == ""
    assert main(["data", "split", table, "--out", "fewer", "--time", "patient", "--shares", "62/38"]) == 0
    assert capsys.readouterr().err == (
        "note: equal values of patient stay together, so the shares are 60 / 40 % instead of 62 / 38 %\n"
    )


def test_train_dev_is_a_part_of_the_training_period(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    line = ["data", "split", table, "--out", "parts", "--time", "patient", "--shares", "50/20/15", "--seed", "3"]
    assert main([*line, "--train-dev", "15"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[3:]]
    assert [row[:3] for row in rows] == [
        ["train", "parts/train.csv", "100"],
        ["train_dev", "parts/train_dev.csv", "30"],
        ["validation", "parts/validation.csv", "40"],
        ["test", "parts/test.csv", "30"],
    ]
    assert [row[5:] for row in rows] == [["0", "12"], ["0", "12"], ["13", "16"], ["17", "19"]]
    other = ["data", "split", table, "--out", "parts", "--time", "patient", "--shares", "65/20/15"]
    assert main(other) == 2
    assert "parts has other files (t" in capsys.readouterr().err


def test_json(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "split", table, "--out", "parts", "--label", "outcome", "-o", "json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert list(record) == [
        "schema_version", "source", "folder", "format", "rows", "how", "column", "classes_of", "unchanged", "parts",
        "notes",
    ]  # fmt: skip
    assert list(record["parts"][0]) == [
        "name", "file", "rows", "share", "asked", "classes", "groups", "first", "last",
    ]  # fmt: skip
    assert (record["how"], record["column"], record["unchanged"]) == ("random", None, False)


def test_shares_may_be_fractions(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "split", table, "--out", "a"]) == 0
    assert main(["data", "split", table, "--out", "b", "--shares", "0.7/0.15/0.15"]) == 0
    assert Path("a/test.csv").read_bytes() == Path("b/test.csv").read_bytes()


def test_the_format_is_the_one_that_is_said(table: str) -> None:
    Path("lines.txt").write_text("".join(f'{{"x": {number}}}\n' for number in range(20)))
    assert main(["data", "split", "lines.txt", "--out", "parts", "--format", "jsonl"]) == 0
    assert len(Path("parts/train.jsonl").read_text().splitlines()) == 14
    Path("tabs.txt").write_text("x\ty\n" + "".join(f"{number}\ta,b\n" for number in range(20)))
    assert main(["data", "split", "tabs.txt", "--out", "tabs", "--format", "tsv"]) == 0
    assert Path("tabs/train.tsv").read_text().startswith("x\ty\n")
    Path("commas.txt").write_text("x,y\n" + "".join(f"{number},a\tb\n" for number in range(20)))
    assert main(["data", "split", "commas.txt", "--out", "commas", "--format", "csv"]) == 0
    assert len(Path("commas/train.csv").read_text().splitlines()) == 15


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--shares", "70/20"], 2, "--shares 70/20: the shares add up to 90, not 100"),
        (["--shares", "many"], 2, "--shares is 'many': write train/validation/test in percent, as in 70/15/15"),
        (["--shares", "100/0/0"], 2, "--shares 100/0/0: train: Input should be less than 1"),
        (["--time", "day", "--group", "patient"], 2, "leave --stratify, --group and --seed out"),
        (["--time", "day", "--stratify", "outcome"], 2, "leave --stratify, --group and --seed out"),
        (["--time", "day", "--seed", "0"], 2, "--time decides where each row goes"),
        (["--train-dev", "10"], 2, "--train-dev needs --time"),
        (["--time", "day", "--train-dev", "10"], 2, "--shares 70/15/15 and --train-dev 10: the shares add up to 110"),
        (["--group", "patient", "--label", "patient"], 2, "--group is the label: name another column"),
        (["--group", "ward"], 252, "visits.csv: --group: there is no column 'ward'"),
        (["--time", "outcome"], 252, "visits.csv: --time: row 1 of 'outcome' is 'sick': neither a number nor a date"),
        (["--format", "parquet"], 252, "visits.csv is not a Parquet file"),
    ],
)
def test_what_cannot_be_done(
    table: str, options: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["data", "split", table, "--out", "parts", *options]) == code
    assert message in capsys.readouterr().err
    assert not Path("parts").exists()


def test_a_device_is_no_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "split", "/dev/zero", "--out", "parts", "--format", "csv"]) == 2
    assert "is a device or a pipe: give a file" in capsys.readouterr().err
