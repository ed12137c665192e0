"""smtune validate: what it prints, how it ends, and its SARIF."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from smtune.cli import main
from smtune.rules import DESCRIBED, RULES

SPEC = """\
name: a
algorithm: {image: i}
objective: {maximize: m}
hyperparameters: {x: {min: 0.0, max: 1.0}}
metrics: {m: 'm=(\\S+)'}
"""
WARNED = SPEC.replace("\\S+", "[0-9.]+")
WRONG = SPEC + "limits: {jobs: 1, parallel: 2}\nsead: 7\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in (("good", SPEC), ("warned", WARNED), ("wrong one", WRONG)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["validate", *arguments])
    shown = capsys.readouterr()
    assert shown.err == ""
    return code, shown.out


def test_every_problem_of_every_file_is_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "good.yaml", "warned.yaml", "wrong one.yaml") == (
        252,
        """\
good.yaml: ok
warned.yaml:5:11: warning: metrics.m: ([0-9.]+) reads 8.3e-05 as 8.3 [R21-number]
    write 'm=(\\S+)'
wrong one.yaml:6:19: limits.parallel: parallel 2 is above jobs 1 [R16]
    lower parallel to 1, or raise jobs
wrong one.yaml:7:1: sead: unknown key 'sead'
    did you mean seed?
""",
    )


def test_warnings_count_where_they_are_asked_to(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "warned.yaml")[0] == 0
    assert run(capsys, "warned.yaml", "--strict")[0] == 252
    assert run(capsys, "good.yaml", "--strict") == (0, "good.yaml: ok\n")


def test_json_has_every_part_of_a_problem(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = run(capsys, "warned.yaml", "-o", "json")
    assert code == 0
    assert json.loads(text) == [
        {
            "file": "warned.yaml",
            "problems": [
                {
                    "file": "warned.yaml",
                    "line": 5,
                    "column": 11,
                    "severity": "warning",
                    "path": "metrics.m",
                    "message": "([0-9.]+) reads 8.3e-05 as 8.3",
                    "fix": "write 'm=(\\S+)'",
                    "rule": "R21-number",
                }
            ],
        }
    ]


def test_a_spec_can_come_from_stdin(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(SPEC.encode())))
    assert run(capsys, "-") == (0, "<stdin>: ok\n")


def test_a_parents_description_is_compared(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", "good.yaml"]) == 0
    described = json.loads(capsys.readouterr().out) | {"HyperParameterTuningJobStatus": "Stopping"}
    (folder / "parent.json").write_text(json.dumps(described), encoding="utf-8")
    (folder / "warm.yaml").write_text(SPEC + "warm_start: {type: transfer, parents: [a]}\n", encoding="utf-8")
    assert run(capsys, "warm.yaml") == (0, "warm.yaml: ok\n")
    code, text = run(capsys, "warm.yaml", "--parent", "parent.json")
    assert code == 252
    assert "parent 'a' is Stopping: a parent has ended [R27]" in text


@pytest.mark.parametrize("output", ["table", "json", "sarif"])
def test_a_description_of_no_parent_is_named(output: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", "good.yaml"]) == 0
    described = json.loads(capsys.readouterr().out) | {"HyperParameterTuningJobStatus": "Completed"}
    for name in ("a", "b"):
        text = json.dumps(described | {"HyperParameterTuningJobName": name})
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    (folder / "warm.yaml").write_text(SPEC + "warm_start: {type: transfer, parents: [a]}\n", encoding="utf-8")
    parents = ["--parent", "a.json", "--parent", "b.json"]
    assert main(["validate", "good.yaml", "warm.yaml", *parents, "-o", output]) == 0
    shown = capsys.readouterr()
    assert shown.err == "note: no SPEC starts warm from 'b': its description was not compared\n"
    if output != "table":
        json.loads(shown.out)


@pytest.mark.parametrize("output", ["table", "json", "sarif"])
def test_a_credential_for_a_key_is_shown_nowhere(output: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # Put together here, so that no scanner takes the tests for a leak.
    key = "AKIA" + "IOSFODNN7EXAMPLE"
    text = f"{SPEC}environment: {{{key}: [], 1{key}: x}}\ntags: {{{key}: y}}\n{key}: z\n"
    (folder / "leak.yaml").write_text(text, encoding="utf-8")
    code, shown = run(capsys, "leak.yaml", "-o", output)
    assert code == 252
    assert key not in shown
    assert "environment.(hidden)" in shown
    assert "tags.(hidden)" in shown


def test_what_is_no_description_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "good.yaml", "--parent", "good.yaml"]) == 252
    assert "good.yaml:1:1: not the description of a tuning job" in capsys.readouterr().err


# SARIF 2.1.0


@pytest.fixture
def log(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    code, text = run(capsys, "good.yaml", "warned.yaml", "wrong one.yaml", "none.yaml", "-o", "sarif")
    assert code == 252
    result: dict[str, Any] = json.loads(text)
    return result


def test_sarif_has_what_the_standard_requires(log: dict[str, Any]) -> None:
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    (whole,) = log["runs"]
    driver = whole["tool"]["driver"]
    assert driver["name"] == "smtune"
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(set(ids)) == len(ids)
    assert {rule.id for rule in (*RULES, *DESCRIBED)} == set(ids) - {"form"}
    for rule in driver["rules"]:
        assert rule["fullDescription"]["text"].endswith(".")
        assert rule["shortDescription"]["text"]
        assert rule["help"]["text"]
        assert rule["helpUri"].startswith("https://")
        assert rule["defaultConfiguration"]["level"] in ("error", "warning")
    for result in whole["results"]:
        assert result["message"]["text"]
        assert ids[result["ruleIndex"]] == result["ruleId"]
        for location in result["locations"]:
            region = location["physicalLocation"].get("region", {"startLine": 1, "startColumn": 1})
            assert min(region.values()) >= 1


def test_sarif_places_each_problem(log: dict[str, Any]) -> None:
    found = []
    for result in log["runs"][0]["results"]:
        place = result["locations"][0]["physicalLocation"]
        found.append((result["ruleId"], result["level"], place["artifactLocation"]["uri"], place.get("region")))
    assert found == [
        ("R21-number", "warning", "warned.yaml", {"startLine": 5, "startColumn": 11}),
        ("R16", "error", "wrong%20one.yaml", {"startLine": 6, "startColumn": 19}),
        ("form", "error", "wrong%20one.yaml", {"startLine": 7, "startColumn": 1}),
        ("form", "error", "none.yaml", None),
    ]


def test_sarif_knows_the_rule_about_raw(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = SPEC + "seed: 7\nraw: {HyperParameterTuningJobConfig: {RandomSeed: 8}}\n"
    (folder / "raw.yaml").write_text(text, encoding="utf-8")
    _, shown = run(capsys, "raw.yaml", "-o", "sarif")
    (whole,) = json.loads(shown)["runs"]
    (result,) = whole["results"]
    assert (result["ruleId"], result["level"]) == ("raw", "warning")
    assert whole["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "raw"


def test_sarif_of_what_stands_in_no_file_names_the_key(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, text = run(capsys, "good.yaml", "--set", "limits.jobs=1", "--set", "limits.parallel=2", "-o", "sarif")
    (result,) = json.loads(text)["runs"][0]["results"]
    assert result["locations"] == [{"logicalLocations": [{"fullyQualifiedName": "limits.parallel"}]}]


def test_every_rule_links_its_row_in_the_docs(log: dict[str, Any]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
    for rule in log["runs"][0]["tool"]["driver"]["rules"]:
        assert f'<a id="{rule["helpUri"].partition("#")[2]}"></a>' in page
