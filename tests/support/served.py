"""`smtune serve` as a process of its own, and what it says to set. A pytest plugin."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
from cli_jobs import SMTUNE

END_SECONDS = 30.0


@contextmanager
def serving(home: Path, *options: str, environment: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    # On any port that is free; ended if it has not ended by itself. No docstring: `command_lines` would take it for the
    # answer.
    process = subprocess.Popen(
        [*SMTUNE, "serve", "--port", "0", *options],
        env={**os.environ, "SMTUNE_HOME": str(home), **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)


def variables(stdout: IO[str] | None, number: int = 4) -> dict[str, str]:
    """The first lines of output: endpoint, region and keys where nothing else is set."""
    assert stdout is not None
    lines = [stdout.readline().rstrip("\n").partition("=") for _ in range(number)]
    return {name: value for name, _, value in lines}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What a client has in its environment: nothing but what the command has said, and PATH."""
    home = tmp_path_factory.mktemp("served")
    with serving(home, environment={"SMTUNE_STOP_GRACE_SECONDS": "2"}) as process:
        yield {**variables(process.stdout), "PATH": os.environ["PATH"], "HOME": str(home), "SMTUNE_HOME": str(home)}
    assert process.returncode == 0, "SIGTERM is an end like any other"
