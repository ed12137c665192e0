"""Import cost is a feature: what each command may load."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from pathlib import Path

import pytest

from smtune.cli.group import COMMANDS

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "templates" / "quickstart" / "spec.yaml"
REQUEST = ROOT / "tests" / "golden" / "template-quickstart.request.json"
LOG = "[1]\ttrain-auc:0.9\tvalidation-auc:0.8\n"
HEAVY = {"sagemaker", "pandas", "numpy", "scipy", "boto3", "botocore", "sklearn", "xgboost", "torch"}
MIDDLE = {"pydantic", "rich", "ruamel"}
PROBE = """
import contextlib, io, json, sys
from smtune.cli import main
seen = []
for arguments in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()):
        code = main(arguments)
    seen.append([code, sorted({name.partition(".")[0] for name in sys.modules})])
print(json.dumps(seen))
"""
PLAN = ["plan", str(TEMPLATE)]
LIST = ["list"]
# The commands that may not load the same run one after the other in one process.
FORBIDDEN = {
    "nothing": (
        HEAVY | MIDDLE,
        [["--help"], ["--version"], ["diagnose", "--train-error", "1%", "--validation-error", "5%"]],
    ),
    "a list of templates": (HEAVY | {"pydantic", "ruamel"}, [["init", "--list"]]),
    "a spec": (
        HEAVY | {"rich"},
        [
            ["init"],
            ["schema"],
            ["validate", str(TEMPLATE)],
            ["validate", str(TEMPLATE), "-o", "sarif"],
            ["render", str(TEMPLATE)],
            [*PLAN, "-o", "json"],
            ["clone", "--request", str(REQUEST)],
        ],
    ),
    "a spec and a table": (
        HEAVY,
        [PLAN, [*PLAN, "--against", str(REQUEST)], ["metrics", "test", str(TEMPLATE), "--log", "-"]],
    ),
    "a log": (HEAVY, [["metrics", "suggest", "--log", "-"]]),
    "AWS": ((HEAVY | MIDDLE) - {"boto3", "botocore"}, [["list", "-o", "json"]]),
    "AWS and a table": (HEAVY - {"boto3", "botocore"}, [LIST]),
}


def run(commands: list[list[str]]) -> list[tuple[int, set[str]]]:
    """The exit code of each command, and the top-level modules of the process when it was done."""
    return _run(json.dumps(commands))


@functools.cache
def _run(commands: str) -> list[tuple[int, set[str]]]:
    process = [sys.executable, "-c", PROBE, commands]
    done = subprocess.run(process, capture_output=True, text=True, check=True, input=LOG)
    return [(code, set(modules)) for code, modules in json.loads(done.stdout)]


@pytest.mark.parametrize(("forbidden", "commands"), FORBIDDEN.values(), ids=FORBIDDEN)
def test_a_command_loads_only_what_it_needs(forbidden: set[str], commands: list[list[str]]) -> None:
    found = dict(zip(map(" ".join, commands), run(commands), strict=True))
    assert {command: code for command, (code, _) in found.items() if code} == {}
    assert {command: loaded & forbidden for command, (_, loaded) in found.items() if loaded & forbidden} == {}


def test_no_help_loads_anything_but_the_command_line() -> None:
    groups = [["metrics", name, "--help"] for name in ("test", "suggest")]
    *_, (_, loaded) = found = run([*([name, "--help"] for name in COMMANDS), *groups])
    assert {code for code, _ in found} == {0}
    assert loaded & (HEAVY | MIDDLE) == set()


def test_what_a_command_loads_is_seen() -> None:
    (_, planned), *_ = run(FORBIDDEN["a spec and a table"][1])
    (_, listed), *_ = run(FORBIDDEN["AWS and a table"][1])
    assert planned >= MIDDLE
    assert not planned & {"boto3", "botocore"}
    assert listed >= {"boto3", "botocore"}
