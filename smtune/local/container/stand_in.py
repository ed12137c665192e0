"""The `docker` that the SDK finds: a script that hands everything to the real one, but for `docker compose`."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

# The SDK asks for compose's version before every training job: that needs no Python.
_SCRIPT = """#!/bin/sh
case "$1 $2" in
"compose version") echo "Docker Compose version v2 (smtune's)" ;;
compose*) exec {python} -P -m smtune.local.container.compose "$@" ;;
*) exec {docker} "$@" ;;
esac
"""


def write_stand_in(folder: Path, docker: str) -> None:
    """Make `folder`, which belongs first on PATH, hold a `docker` that stands for the program `docker`."""
    folder.mkdir()
    script = folder / "docker"
    script.write_text(_SCRIPT.format(python=shlex.quote(sys.executable), docker=shlex.quote(docker)), encoding="utf-8")
    script.chmod(0o755)
