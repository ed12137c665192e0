"""The AWS CLI from PyPI, in an environment of its own, on an endpoint."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

# To start the CLI takes three times as long as what it does then.
_ONE_AFTER_ANOTHER = """
import json, os, sys
from awscli.clidriver import create_clidriver
for number, words in enumerate(json.loads(sys.argv[1])):
    with open(str(number), "wb") as printed:
        os.dup2(printed.fileno(), 1)
    code = create_clidriver().main(words)
    sys.stdout.flush()
    if code:
        sys.exit(f"aws {words} ended with {code}")
"""
AWS = Path(__file__).parents[2] / ".venv" / "aws-cli" / "bin" / "aws"


@pytest.fixture
def aws() -> Path:
    if not AWS.exists():
        message = f"there is no {AWS}: make env installs it"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return AWS


def start(aws: Path, url: str, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([aws, *words], env=_environment(url), stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def one_after_another(aws: Path, url: str, folder: Path, commands: Sequence[Sequence[str]]) -> list[bytes]:
    """What they print, in one process of the CLI's own Python; each must succeed. `folder` is empty."""
    command = [str(aws.with_name("python")), "-c", _ONE_AFTER_ANOTHER, json.dumps(commands)]
    done = subprocess.run(command, env=_environment(url), cwd=folder, stderr=subprocess.PIPE, timeout=180)
    assert done.returncode == 0, done.stderr.decode()
    return [(folder / str(number)).read_bytes() for number in range(len(commands))]


def _environment(url: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ["HOME"],
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_DEFAULT_OUTPUT": "json",
    }


def outputs(processes: Sequence[subprocess.Popen[bytes]]) -> list[bytes]:
    """What they print; each must succeed."""
    results = []
    for process in processes:
        output, trouble = process.communicate(timeout=180)
        assert process.returncode == 0, trouble.decode()
        results.append(output)
    return results
