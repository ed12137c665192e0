"""Exit codes, and what is said with them."""

from __future__ import annotations

import errno
import inspect
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import click
import pytest
from cli_jobs import SMTUNE

from smtune import errors
from smtune.cli import main
from smtune.cli.explain import wants_json
from smtune.cli.group import COMMANDS, EXIT_CODES, LazyGroup
from smtune.errors import Problem, ServiceError, SmtuneError, SpecError

LEAVES = {
    "SmtuneError": 255,
    "JobError": 1,
    "UsageError": 2,
    "StoppedError": 3,
    "WaitTimeoutError": 4,
    "SpecError": 252,
    "ConfigurationError": 253,
    "ServiceError": 254,
}
SIMULATED = """
name: long
algorithm: {builtin: xgboost, version: 1.7-1}
objective: {minimize: validation:error}
hyperparameters: {objective: binary:logistic, num_round: 50, eta: {min: 0.05, max: 0.3, scale: log}}
data: {channels: {train: s3://bucket/train/, validation: s3://bucket/validation/}}
limits: {jobs: 500, parallel: 2}
"""
PROBLEM = Problem(3, 5, "limits.jobs", "'many' is not a whole number", "write it without quotes", "R0")


def made(name: str) -> SmtuneError:
    if name == "ServiceError":
        return ServiceError("ThrottlingException", "Rate exceeded")
    if name == "SpecError":
        return SpecError((PROBLEM,), source="spec.yaml")
    error: SmtuneError = getattr(errors, name)("it went wrong: do this")
    return error


@pytest.fixture
def raises(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """`smtune list` raises what is put into this list."""
    wanted: list[BaseException] = []

    def command(**_: object) -> None:
        raise wanted[0]

    fake = click.Command("list", callback=command, params=[click.Option(["-o", "--output"])])
    monkeypatch.setattr(LazyGroup, "get_command", lambda *_: fake)
    return wanted


def test_every_error_has_a_code_here() -> None:
    classes = {
        name
        for name, item in inspect.getmembers(errors, inspect.isclass)
        if issubclass(item, SmtuneError) and item.__module__ == errors.__name__
    }
    assert classes == set(LEAVES)


def test_the_help_names_every_code_that_can_occur() -> None:
    # Nothing waits with a limit so far, so nothing ends with 4.
    assert set(LEAVES.values()) - {4} <= set(EXIT_CODES)


@pytest.mark.parametrize(("name", "code"), LEAVES.items())
def test_an_error_gives_its_code_and_its_words(
    name: str, code: int, raises: list[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    raises.append(made(name))

    assert main(["list"]) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert str(made(name)) in shown.err
    assert "Traceback" not in shown.err


@pytest.mark.parametrize(("name", "code"), LEAVES.items())
def test_under_json_an_error_is_one_object(
    name: str, code: int, raises: list[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    raises.append(made(name))

    assert main(["list", "-o", "json"]) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    details = json.loads(shown.err)
    assert (details["error"], details["message"], details["exit_code"]) == (name, str(made(name)), code)
    assert details.get("code") == ("ThrottlingException" if name == "ServiceError" else None)
    if name == "SpecError":
        (problem,) = details["problems"]
        assert problem["file"] == "spec.yaml"
        assert (problem["line"], problem["column"], problem["path"]) == (3, 5, "limits.jobs")
        assert (problem["message"], problem["fix"], problem["rule"]) == (PROBLEM.message, PROBLEM.fix, "R0")


def test_a_bug_looks_like_one(raises: list[BaseException], capsys: pytest.CaptureFixture[str]) -> None:
    raises.append(KeyError("oops"))

    assert main(["list"]) == 255
    shown = capsys.readouterr().err
    assert "Traceback" in shown
    assert "This is a bug in smtune" in shown
    assert main(["list", "-o", "json"]) == 255
    details = json.loads(capsys.readouterr().err)
    assert (details["error"], details["message"]) == ("bug", "KeyError: 'oops'")
    assert "Traceback" in details["traceback"]


def test_trouble_with_a_file_is_no_bug(raises: list[BaseException], capsys: pytest.CaptureFixture[str]) -> None:
    raises.append(PermissionError(13, "Permission denied", "/etc/state"))
    assert main(["list"]) == 255
    assert capsys.readouterr().err == "error: /etc/state: Permission denied\n"

    raises[:] = [OSError("of no file")]
    assert main(["list"]) == 255
    assert "This is a bug" in capsys.readouterr().err


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_ctrl_c_gives_130(
    error: BaseException, raises: list[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    raises.append(error)
    assert main(["list"]) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_sigterm_gives_143_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(SIMULATED)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    with subprocess.Popen(
        [*SMTUNE, "run", str(tmp_path / "spec.yaml"), "--simulate"],
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        while not any(temporary.glob("smtune-*")):
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=30)
    assert process.returncode == 143
    assert b"Traceback" not in told
    assert not any(temporary.glob("smtune-*"))


def test_a_closed_pipe_is_quiet() -> None:
    process = subprocess.Popen([*SMTUNE, "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    with process.stderr:
        assert process.stderr.read() == b""
    assert process.wait() == 141


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["descibe", "x"], "no such command 'descibe'; did you mean describe?"),
        (["qqq"], "no such command 'qqq'; the commands are: init, validate"),
        (["describe"], "missing argument 'JOB'"),
        (["list", "--max", "0"], "invalid value for '--max'"),
        (["results", "x", "-o", "xml"], "'xml' is not one of 'table', 'json', 'csv'"),
        (["diagnose", "--train-error", "1%"], "give a tuning JOB, or --validation-error as well"),
        (["run"], "give a SPEC, or --resume JOB"),
        (["run", "a.yaml", "--resume", "b"], "give a SPEC or --resume JOB, not both"),
    ],
)
def test_a_wrong_command_line_says_what_to_write(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("error: ")
    assert sentence in shown.err
    assert "--help" in shown.err


def test_a_wrong_command_line_is_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["describe", "--nonsense", "-o", "json"]) == 2
    details = json.loads(capsys.readouterr().err)
    assert (details["error"], details["exit_code"]) == ("UsageError", 2)
    assert "--nonsense" in details["message"]


@pytest.mark.parametrize("words", ["-o json", "-ojson", "--output json", "--output=json", "list -o json --max 3"])
def test_json_is_seen_however_it_is_written(words: str) -> None:
    assert wants_json(words.split())


@pytest.mark.parametrize("words", ["", "-o table", "json", "logs -o.json", "--output=jsonl", "results my-o json"])
def test_json_is_not_seen_elsewhere(words: str) -> None:
    assert not wants_json(words.split())


def test_no_command_prints_the_help_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "Commands:" in capsys.readouterr().err


def test_help_lists_every_command_and_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    for name in COMMANDS:
        assert f"\n  {name} " in text
    for code in EXIT_CODES:
        assert f"\n  {code} " in text


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "-h"]) == 0
    assert f"\n  smtune {name}" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("smtune 0.")


def test_the_process_ends_with_the_code() -> None:
    done = subprocess.run([*SMTUNE, "validate", "missing.yaml"], env=os.environ, capture_output=True, text=True)
    assert done.returncode == 252
    assert "cannot read the file" in done.stdout


def test_a_variable_asks_for_json_of_its_own_command() -> None:
    assert wants_json(["list", "--max", "3"], {"SMTUNE_LIST_OUTPUT": "json"})
    assert wants_json(["config", "show"], {"SMTUNE_CONFIG_SHOW_OUTPUT": "json"})
    assert not wants_json(["best", "job"], {"SMTUNE_LIST_OUTPUT": "json"})
    assert not wants_json(["list", "-o", "table"], {"SMTUNE_LIST_OUTPUT": "json"}), "an option wins"


def test_a_full_disk_is_no_bug(raises: list[BaseException], capsys: pytest.CaptureFixture[str]) -> None:
    raises.append(OSError(errno.ENOSPC, "No space left on device"))
    assert main(["list"]) == 255
    assert capsys.readouterr().err == "error: a file cannot be written: No space left on device\n"


def test_a_password_in_an_address_is_hidden(raises: list[BaseException], capsys: pytest.CaptureFixture[str]) -> None:
    raises.append(ServiceError("EndpointConnectionError", "Could not connect to http://me:hunter2@127.0.0.1/"))
    assert main(["list", "-o", "json"]) == 254
    assert "hunter2" not in capsys.readouterr().err
