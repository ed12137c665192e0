"""What the SDK calls as `docker compose`: runs its compose file, adapted, and collects what the container leaves.

`docker compose -f FILE up --build --abort-on-container-exit` ends with the container's exit code, as compose does; the
container is started in the background, so that nothing of its log passes through compose and the SDK, which lose what
is not UTF-8 and may lose the end.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from smtune.errors import SmtuneError
from smtune.local.container.adapt import adapt, folders, write_config
from smtune.local.container.docker import ask, take_over
from smtune.local.container.order import Order
from smtune.local.container.place import Place, read_json, write_json
from smtune.local.contract import OPT_ML
from smtune.local.processes import MARK

log = logging.getLogger(__name__)
_START_SECONDS = 600.0
_COLLECTED = ("model", "output")
_CANCELLED = 143


def main() -> int:
    """Run the compose file named on the command line; returns the container's exit code."""
    logging.basicConfig(format="%(message)s", level=logging.INFO)
    words = sys.argv[1:]
    place = Place(Path(os.environ[MARK]))
    try:
        if "-f" not in words or "up" not in words:
            message = f"the SDK called `docker {' '.join(words)}`, which is new"
            raise ContainerError(message)
        return _up(Path(words[words.index("-f") + 1]), place)
    except (SmtuneError, OSError, ValueError, YAMLError) as error:
        place.trouble.write_text(str(error), encoding="utf-8")
        log.error("%s: %s", type(error).__name__, error)
        return 1


class ContainerError(SmtuneError):
    """Docker did not do what it was asked for."""


def _up(file: Path, place: Place) -> int:
    order = Order.from_dict(read_json(place.order))
    content = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    adapted = place.folder / "compose.json"
    write_json(adapted, adapt(content, order))
    write_config(content, order)
    _make_folders(folders(content))
    if place.cancelled.exists():
        return _CANCELLED
    _start(order, adapted)
    place.started.touch()
    exit_code = _wait(order)
    _collect(folders(content), place.training / "ml", order)
    if exit_code != 0:
        _explain_memory(order, place.training / "ml" / "output")
    place.exit_code.write_text(str(exit_code), encoding="ascii")
    return exit_code


def _make_folders(mounts: Mapping[str, Path]) -> None:
    """Docker would make what is missing as root's. A container may run as any user, so these are anybody's."""
    for target in (f"{OPT_ML}/model", f"{OPT_ML}/output", f"{OPT_ML}/output/data"):
        mounts[target].mkdir(parents=True, exist_ok=True)
        mounts[target].chmod(0o777)


def _start(order: Order, adapted: Path) -> None:
    name = order.container
    known = ["--project-name", name, "--project-directory", str(adapted.parent), "--file", str(adapted)]
    code, output = ask([*order.compose.command, *known, "up", "--detach", "--no-color"], _START_SECONDS)
    log.info("%s", output.rstrip())
    if code != 0:
        lines = [line.strip() for line in output.splitlines() if line.strip()]
        message = f"Docker could not start a container of {order.image}: {lines[-1] if lines else f'exit code {code}'}"
        raise ContainerError(message)


def _wait(order: Order) -> int:
    code, output = ask([order.docker, "wait", order.container], seconds=None)
    words = output.split()
    if code != 0 or not words or not words[-1].isdecimal():
        message = f"Docker lost the container: {output.strip() or code}"
        raise ContainerError(message)
    return int(words[-1])


def _collect(mounts: Mapping[str, Path], target: Path, order: Order) -> None:
    """Take model and output out of the SDK's hands: its archives of them are not laid out as the service's."""
    target.mkdir(parents=True, exist_ok=True)
    for name in _COLLECTED:
        source = mounts[f"{OPT_ML}/{name}"]
        take_over(order.docker, order.image, source)
        source.chmod(0o755)
        source.rename(target / name)
        source.mkdir()
    failure = target / "output" / "failure"
    if failure.is_symlink():  # of the container's: here it leads to a file of this machine's
        failure.unlink()


def _explain_memory(order: Order, output: Path) -> None:
    """Leave the reason of a failure of which only the kernel knows: it kills without a word, and maybe just a child."""
    inspect = [order.docker, "container", "inspect", "--format", "{{.State.OOMKilled}}", order.container]
    if ask(inspect) == (0, "true\n"):
        allowed = "this machine has" if order.memory is None else f"SMTUNE_MEMORY_GB allows ({order.memory:g})"
        (output / "failure").write_text(f"OutOfMemory: it used more memory than {allowed}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
