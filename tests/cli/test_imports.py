"""Import cost is a feature: what each command may load."""

from __future__ import annotations

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
HEAVY = {"sagemaker", "pandas", "numpy", "scipy", "boto3", "botocore", "optuna", "sklearn", "xgboost", "torch"}
MIDDLE = {"pydantic", "rich", "ruamel"}
PROBE = """
import contextlib, io, json, sys
from smtune.cli import main
codes = []
for arguments in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()):
        codes.append(main(arguments))
print(json.dumps([codes, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def loaded_by(*commands: list[str]) -> set[str]:
    """The top-level modules of a process that ran all `commands`, each with success."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, json.dumps(commands)], capture_output=True, text=True, check=True, input=LOG
    )
    codes, modules = json.loads(done.stdout)
    assert set(codes) == {0}
    return set(modules)


@pytest.mark.parametrize(
    ("arguments", "forbidden"),
    [
        (["--help"], HEAVY | MIDDLE),
        (["--version"], HEAVY | MIDDLE),
        (["diagnose", "--train-error", "1%", "--validation-error", "5%"], HEAVY | MIDDLE),
        (["init"], HEAVY | {"rich"}),
        (["init", "--list"], HEAVY | {"pydantic", "ruamel"}),
        (["schema"], HEAVY | {"rich"}),
        (["validate", str(TEMPLATE)], HEAVY | {"rich"}),
        (["validate", str(TEMPLATE), "-o", "sarif"], HEAVY | {"rich"}),
        (["render", str(TEMPLATE)], HEAVY | {"rich"}),
        (["plan", str(TEMPLATE)], HEAVY),
        (["plan", str(TEMPLATE), "-o", "json"], HEAVY | {"rich"}),
        (["plan", str(TEMPLATE), "--against", str(REQUEST)], HEAVY),
        (["clone", "--request", str(REQUEST)], HEAVY | {"rich"}),
        (["metrics", "test", str(TEMPLATE), "--log", "-"], HEAVY),
        (["metrics", "suggest", "--log", "-"], HEAVY),
        (["list"], HEAVY - {"boto3", "botocore"}),
        (["list", "-o", "json"], (HEAVY | MIDDLE) - {"boto3", "botocore"}),
    ],
    ids=lambda value: " ".join(Path(word).name for word in value) if isinstance(value, list) else "",
)
def test_a_command_loads_only_what_it_needs(arguments: list[str], forbidden: set[str]) -> None:
    assert loaded_by(arguments) & forbidden == set()


def test_no_help_loads_anything_but_the_command_line() -> None:
    groups = [["metrics", name, "--help"] for name in ("test", "suggest")]
    assert loaded_by(*([name, "--help"] for name in COMMANDS), *groups) & (HEAVY | MIDDLE) == set()


def test_what_a_command_loads_is_seen() -> None:
    assert loaded_by(["list"]) >= {"boto3", "botocore"}
    assert loaded_by(["plan", str(TEMPLATE)]) >= MIDDLE
