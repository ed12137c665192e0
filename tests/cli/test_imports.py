"""Import cost is a feature: what each command may load."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

TEMPLATE = Path(__file__).parents[2] / "templates" / "quickstart" / "spec.yaml"
HEAVY = {"sagemaker", "pandas", "numpy", "boto3", "botocore", "optuna", "sklearn", "xgboost", "torch"}
MIDDLE = {"pydantic", "rich", "ruamel"}
PROBE = """
import contextlib, io, json, sys
from smtune.cli import main
with contextlib.redirect_stdout(io.StringIO()):
    code = main(sys.argv[1:])
print(json.dumps([code, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


@pytest.mark.parametrize(
    ("arguments", "forbidden"),
    [
        (["--help"], HEAVY | MIDDLE),
        (["--version"], HEAVY | MIDDLE),
        (["run", "--help"], HEAVY | MIDDLE),
        (["diagnose", "--train-error", "1%", "--validation-error", "5%"], HEAVY | MIDDLE),
        (["init", "--list"], HEAVY | {"pydantic", "ruamel"}),
        (["validate", str(TEMPLATE)], HEAVY),
        (["render", str(TEMPLATE)], HEAVY),
        (["list"], HEAVY - {"boto3", "botocore"}),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_command_loads_only_what_it_needs(arguments: list[str], forbidden: set[str]) -> None:
    done = subprocess.run([sys.executable, "-c", PROBE, *arguments], capture_output=True, text=True, check=True)
    code, modules = json.loads(done.stdout)
    assert code == 0
    assert set(modules) & forbidden == set()
