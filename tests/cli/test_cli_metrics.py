"""smtune metrics: what the regexes of a spec read from a log, and regexes for what a log prints."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cli_jobs import inside, write_job

from smtune.validate import check_file

LOG = "start\nerrors: train=0.5 validation=0.25\nerrors: train=8.3e-05 validation=0.2\n"


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    return write_job(tmp_path)


def log(tmp_path: Path, content: str | bytes = LOG) -> str:
    file = tmp_path / "train.log"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(file)


def test_metrics_that_read_numbers_pass(spec: Path, tmp_path: Path) -> None:
    done = inside("metrics", "test", str(spec), "--log", log(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert "validation:error  (objective, minimized)" in done.stdout
    assert "    2 | errors: train=0.5 validation=0.25" in done.stdout
    last = done.stdout.splitlines()[-1].split()
    assert last == ["validation:error", "2", "0.25", "0.2", "0.2", "ok"]


def test_a_flaw_is_exit_code_1_and_has_a_proven_regex(tmp_path: Path) -> None:
    spec = write_job(tmp_path, changes={r" train=(\S+)": " train=([0-9.]+)"})
    done = inside("metrics", "test", str(spec), "--log", log(tmp_path))
    assert done.returncode == 1
    assert done.stderr == "error: 1 of 2 metrics flawed: train:error\n"
    assert "reads 8.3 of 8.3e-05" in done.stdout
    assert r"  try      (?:^|\s)train=([-+.\w]+)" in done.stdout


def test_an_objective_without_a_value_is_exit_code_1(spec: Path, tmp_path: Path) -> None:
    done = inside("metrics", "test", str(spec), "--log", log(tmp_path, " train=1\n"), "-o", "json")
    assert done.returncode == 1
    record = json.loads(done.stdout)
    assert (record["passed"], record["objective"], record["objective_captured"]) == (False, "validation:error", False)
    error = json.loads(done.stderr)
    assert (error["error"], error["exit_code"]) == ("JobError", 1)
    assert "validation:error has no value in 1 line:" in error["message"]


def test_an_objective_that_is_no_metric_is_said(tmp_path: Path) -> None:
    spec = write_job(tmp_path, changes={"'validation:error': ' validation=": "'validation:loss': ' validation="})
    done = inside("metrics", "test", str(spec), "--log", log(tmp_path))
    assert done.returncode == 1
    assert "the objective validation:error is not among the metrics" in done.stderr


def test_the_json_has_every_capture_on_request(spec: Path, tmp_path: Path) -> None:
    content = "".join(f"e: train={number} validation={number}\n" for number in range(1, 51))
    arguments = ["metrics", "test", str(spec), "--log", log(tmp_path, content), "-o", "json"]
    for extra, count in ([], 6), (["--limit", "1"], 2), (["--all"], 50):
        record = json.loads(inside(*arguments, *extra).stdout)
        assert [len(metric["captures"]) for metric in record["metrics"]] == [count, count]
        assert record["metrics"][0]["last"] == {"value": 50.0, "line": 50}


def test_a_log_comes_through_a_pipe(spec: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from smtune.cli import main; main()", "metrics", "test", str(spec), "--log", "-"],
        input=LOG.encode(),
        capture_output=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert inside("metrics", "test", "-", "--log", "-").returncode == 2


def test_layers_are_merged_before(spec: Path, tmp_path: Path) -> None:
    arguments = ["metrics", "test", str(spec), "--log", log(tmp_path), "--set", "objective.minimize=other"]
    assert "the objective other is not among the metrics" in inside(*arguments).stderr


def test_a_broken_regex_is_told_with_its_place(tmp_path: Path) -> None:
    spec = write_job(tmp_path, changes={r" train=(\S+)": " train=((x"})
    done = inside("metrics", "test", str(spec), "--log", log(tmp_path))
    assert done.returncode == 252
    assert f"{spec}:5:" in done.stderr
    assert "not a regular expression" in done.stderr


@pytest.mark.parametrize("content", [b"", b"\0\xff\xfe" * 9_999, b"\x1b[31m" * 9_999, b"a\r" * 19_999, b"x" * 200_000])
def test_any_bytes_are_survived(spec: Path, tmp_path: Path, content: bytes) -> None:
    file = log(tmp_path, content)
    assert inside("metrics", "test", str(spec), "--log", file).returncode == 1
    done = inside("metrics", "suggest", "--log", file)
    assert done.returncode == 1
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["test"],
        ["test", "SPEC"],
        ["test", "--log", "LOG"],
        ["test", "SPEC", "--log", "nowhere"],
        ["test", "SPEC", "--log", "LOG", "--limit", "0"],
        ["test", "SPEC", "--log", "LOG", "--algorithm", "a"],
        ["suggest"],
        ["sugest"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_used_is_exit_code_2(spec: Path, tmp_path: Path, arguments: list[str]) -> None:
    names = {"SPEC": str(spec), "LOG": log(tmp_path)}
    done = inside("metrics", *(names.get(word, word) for word in arguments))
    assert (done.returncode, done.stdout if arguments else "") == (2, "")


def test_suggested_metrics_are_ready_for_a_spec(tmp_path: Path) -> None:
    file = log(tmp_path)
    block = inside("metrics", "suggest", "--log", file, "-o", "yaml").stdout
    assert block == (
        "metrics:\n"
        "  validation:value: '(?:^|\\s)validation=([-+.\\w]+)'\n"
        "  train:value: '(?:^|\\s)train=([-+.\\w]+)'\n"
    )  # fmt: skip
    metrics = r"metrics: {'train:error': ' train=(\S+)', 'validation:error': ' validation=(\S+)'}" + "\n"
    spec = write_job(
        tmp_path,
        changes={metrics: block, "validation:error": "validation:value", "train:error": "train:value"},
    )
    assert check_file(spec) == ()
    assert inside("metrics", "test", str(spec), "--log", file).returncode == 0


def test_a_suggestion_is_a_table_and_json(tmp_path: Path) -> None:
    file = log(tmp_path, "epoch 1, val_loss=0.5\nepoch 2, val_loss=nan\n")
    done = inside("metrics", "suggest", "--log", file)
    assert (done.returncode, done.stderr) == (0, "not taken for metrics: epoch\n")
    assert done.stdout.splitlines()[1].split() == ["validation:loss", "val_loss", "2", "0.5", "nan"]
    assert "\nmetrics:\n  validation:loss: '" in done.stdout
    record = json.loads(inside("metrics", "suggest", "--log", file, "-o", "json").stdout)
    assert [(item["metric"], item["last"]) for item in record["metrics"]] == [("validation:loss", None)]
    assert [item["printed"] for item in record["others"]] == ["epoch"]


def test_a_log_without_metrics_is_exit_code_1_with_the_line_to_print(tmp_path: Path) -> None:
    done = inside("metrics", "suggest", "--log", log(tmp_path, "hello\n"))
    assert (done.returncode, done.stdout) == (1, "")
    assert 'print(f"validation-rmse={value:.10g}", flush=True)' in done.stderr
    assert r"metrics: {'validation:rmse': '(?:^|\s)validation-rmse=([-+.\w]+)'}" in done.stderr


def test_a_regex_that_never_ends_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smtune.metric_lab.search.CHUNK_SECONDS", 0.2)
    monkeypatch.setattr("smtune.metric_lab.search.REGEX_SECONDS", 0.1)
    spec = write_job(tmp_path, changes={r" train=(\S+)": "(a+)+$"})
    done = inside("metrics", "test", str(spec), "--log", log(tmp_path, LOG + "a" * 40 + "b\n"))
    assert done.returncode == 1
    assert "takes more than 2 s for a few lines: given up on (line 4)" in done.stdout


def test_the_page_shows_what_the_commands_print(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text(encoding="utf-8")
    found = {kind: re.findall(rf"^```{kind}\n(.*?)^```", page, re.DOTALL | re.MULTILINE) for kind in ("text", "yaml")}
    metrics = r"metrics: {'train:error': ' train=(\S+)', 'validation:error': ' validation=(\S+)'}" + "\n"
    objective = {"{minimize: 'validation:error'}": "{maximize: f1}", metrics: found["yaml"][0]}
    write_job(tmp_path, changes=objective)
    log(tmp_path, found["text"][0])
    monkeypatch.chdir(tmp_path)
    shown = re.findall(r"^```console\n\$ smtune (.*?)\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert len(shown) == 2
    for arguments, output in shown:
        done = inside(*arguments.split())
        assert [line.rstrip() for line in (done.stdout + done.stderr).splitlines()] == output.splitlines()


TWO = r"""
name: two
limits: {jobs: 6, parallel: 3}
algorithms:
  - name: a
    algorithm: {image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/a:1}
    objective: {maximize: a}
    metrics: {a: 'validation=(\S+)'}
    hyperparameters: {x: {min: 0.1, max: 0.5}}
  - name: b
    algorithm: {image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/b:1}
    objective: {maximize: b}
    metrics: {b: 'train=(\S+)'}
    hyperparameters: {x: {min: 0.1, max: 0.5}}
"""


def test_the_log_of_one_of_several_algorithms_is_read_by_its_regexes(tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_text(TWO, encoding="utf-8")
    arguments = ("metrics", "test", str(tmp_path / "two.yaml"), "--log", log(tmp_path), "-o", "json")
    done = inside(*arguments, "--algorithm", "b")
    assert done.returncode == 0, done.stderr
    (metric,) = json.loads(done.stdout)["metrics"]
    assert (metric["name"], metric["first"]["value"]) == ("b", 0.5)
    assert inside(*arguments).returncode == 2, "which of the two is to be said"
    assert inside(*arguments, "--algorithm", "c").returncode == 2


def test_an_overlay_brings_another_regex(spec: Path, tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("metrics: {'train:error': ' train=([0-9.]+)'}\n", encoding="utf-8")
    arguments = ("metrics", "test", str(spec), "--log", log(tmp_path))
    assert inside(*arguments).returncode == 0
    done = inside(*arguments, "-f", str(tmp_path / "more.yaml"))
    assert (done.returncode, "1 of 2 metrics flawed: train:error" in done.stderr) == (1, True)


def test_every_line_has_no_limit(spec: Path, tmp_path: Path) -> None:
    done = inside("metrics", "test", str(spec), "--log", log(tmp_path), "--all", "--limit", "3")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--all is every line: leave --limit out" in done.stderr
