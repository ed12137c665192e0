"""smtune data check, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smtune.cli import main

SPEC = """
name: checked
algorithm: {builtin: xgboost, version: 1.7-1}
objective: {maximize: validation:auc}
hyperparameters: {objective: "binary:logistic", num_round: 10, eta: {min: 0.1, max: 0.3}}
data:
  channels:
    train: {uri: train.csv, content_type: text/csv}
    validation: {uri: validation.csv, content_type: text/csv}
"""
TEMPLATE = Path(__file__).parents[2] / "templates" / "quickstart" / "spec.yaml"


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("spec.yaml").write_text(SPEC)
    for name, start in (("train", 0), ("validation", 100)):
        rows = (f"{number % 2},{number},{number % 7}\n" for number in range(start, start + 60))
        Path(f"{name}.csv").write_text("".join(rows))
    return "spec.yaml"


def test_a_template_is_fine(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "check", str(TEMPLATE), "--strict"]) == 0
    assert capsys.readouterr().out == f"{TEMPLATE}: ok (data 569 rows)\n"


def test_findings_are_lines_with_a_place_and_a_fix(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    with Path("train.csv").open("a") as file:
        file.write("2,999,1\n")
    assert main(["data", "check", spec]) == 252
    out = capsys.readouterr().out.splitlines()
    legal = "not a number from 0 to 1, as objective: binary:logistic wants it: 2"
    assert out[0] == f"error: train.csv:61: 1 row with a label that is {legal}"
    assert out[1] == "    is the label in the right column? Recode it, or choose another objective"
    assert out[2].startswith("warning: validation, column 1: very different from train:")
    assert out[-1] == "spec.yaml: 1 error, 1 warning (train 61 rows, validation 60 rows)"


def test_warnings_alone_are_an_error_only_if_asked(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "check", spec]) == 0
    assert main(["data", "check", spec, "--strict"]) == 252
    assert "spec.yaml: 1 warning" in capsys.readouterr().out


def test_json(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "check", spec, "-o", "json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert list(record) == ["file", "schema_version", "counts", "findings", "looked_at"]
    assert record["counts"] == {"error": 0, "warning": 1, "note": 0}
    assert list(record["findings"][0]) == [
        "check", "severity", "channel", "place", "message", "fix", "count", "examples",
    ]  # fmt: skip
    assert record["looked_at"][0] == {
        "channel": "train", "files": 1, "bytes": 410, "rows_looked_at": 60, "complete": True,
    }  # fmt: skip


def test_columns_may_be_named(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "check", spec, "--group", "2"]) == 0
    assert "7 groups of column 2 ('0', '1', '2', ...) with rows in train and in validation" in capsys.readouterr().out
    Path("validation.csv").write_bytes(Path("train.csv").read_bytes())
    assert main(["data", "check", spec, "--time", "1"]) == 0
    assert "60 rows of validation not later than the newest of train" in capsys.readouterr().out


def test_what_is_on_s3_is_not_looked_at(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [f"--set=data.channels.{name}=s3://b/{name}" for name in ("train", "validation")]
    assert main(["data", "check", spec, *arguments]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "note: train: s3://b/train is not on this machine: not looked at",
        "note: validation: s3://b/validation is not on this machine: not looked at",
        "",
        "spec.yaml: nothing to look at here",
    ]


def test_nothing_in_a_file_reaches_the_terminal_as_a_command(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    with Path("train.csv").open("a") as file:
        file.write("1,\x1b[31mred,1\n")
    assert main(["data", "check", spec]) == 252
    assert "\x1b" not in capsys.readouterr().out


def test_a_spec_with_mistakes_is_said_as_ever(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "check", spec, "--set", "seed=x"]) == 252
    assert "seed" in capsys.readouterr().err


def test_a_smaller_look(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "check", spec, "--limit", "0"]) == 0
    assert main(["data", "check", spec, "--limit", "-1"]) == 2


def test_a_column_that_no_set_has_is_an_error(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    for option in ("--label", "--group", "--time"):
        assert main(["data", "check", spec, option, "patinet"]) == 252
        assert f"error: {option}: there is no column 'patinet'" in capsys.readouterr().out


def test_an_overlay_names_other_data(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("more.yaml").write_text("data: {channels: {train: {uri: other.csv}}}\n")
    Path("other.csv").write_text("3,1,1\n" * 60)
    assert main(["data", "check", spec]) == 0
    assert main(["data", "check", spec, "-f", "more.yaml"]) == 252
    assert "error: other.csv:1: 60 rows with a label that is not a number from 0 to 1" in capsys.readouterr().out
