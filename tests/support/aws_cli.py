"""The AWS CLI from PyPI, in an environment of its own, on an endpoint."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

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
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ["HOME"],
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_DEFAULT_OUTPUT": "json",
    }
    return subprocess.Popen([aws, *words], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def outputs(processes: Sequence[subprocess.Popen[bytes]]) -> list[bytes]:
    """What they print; each must succeed."""
    results = []
    for process in processes:
        output, trouble = process.communicate(timeout=180)
        assert process.returncode == 0, trouble.decode()
        results.append(output)
    return results
