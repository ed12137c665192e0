"""A `docker` that is played: a container is a process that runs the hyperparameter `code`, with the mounts as they are.

It keeps what it is told: containers by name, their logs and exit codes, in the folder DOCKER_PLAYED. There, an `image`
file lists the images (all are there without it), and `refuse` holds what the engine says instead of starting anything.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

NOTHING = subprocess.DEVNULL
STATE = Path(os.environ["DOCKER_PLAYED"])


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def main(words: list[str]) -> int:
    if words[:2] == ["compose", "version"]:
        say("Docker Compose version v2.40.3")
        return 0
    if words[0] == "compose":
        return up(json.loads(Path(words[words.index("--file") + 1]).read_text("utf-8")))
    if words[0] == "keep":
        keep(STATE / words[1])
        return 0
    if words[0] == "info":
        say("28.0")
        return 0
    if words[:2] == ["image", "inspect"]:
        images = STATE / "images"
        return int(images.exists() and words[-1] not in images.read_text("utf-8").split())
    if words[0] == "images":
        say("an-image")
        return 0
    return of_container(words[0], words, STATE / words[-1])


def of_container(command: str, words: list[str], place: Path) -> int:
    if not place.exists():
        say(f"Error response from daemon: No such container: {place.name}")
        return 1
    if command == "logs":
        sys.stdout.buffer.write(awaited(place / "log"))
    elif command == "wait":
        say(awaited(place / "code").decode())
    elif command == "kill":
        os.kill(int((place / "pid").read_text()), signal.Signals[f"SIG{words[words.index('--signal') + 1]}"])
    elif command == "rm":
        with (STATE / "removed").open("a") as removed:
            removed.write(f"{place.name}\n")
        if not (place / "code").exists():
            os.kill(int((place / "pid").read_text()), signal.SIGKILL)
        subprocess.run(["rm", "-r", str(place)], check=True)
    return 0


def up(compose: dict[str, Any]) -> int:
    if (STATE / "refuse").exists():
        say((STATE / "refuse").read_text())
        return 1
    (service,) = compose["services"].values()
    place = STATE / service["container_name"]
    place.mkdir()
    (place / "service.json").write_text(json.dumps(service), "utf-8")
    # The container's keeper outlives the command, and is no child of a training job's process.
    keeper = [sys.executable, "-I", __file__, "keep", service["container_name"]]
    environment = {"DOCKER_PLAYED": str(STATE), "PATH": os.defpath}
    subprocess.Popen(keeper, env=environment, start_new_session=True, stdin=NOTHING, stdout=NOTHING, stderr=NOTHING)
    awaited(place / "pid")
    return 0


def keep(place: Path) -> None:
    service = json.loads((place / "service.json").read_text("utf-8"))
    mounts = {mount["target"]: mount["source"] for mount in service["volumes"]}
    hyperparameters = json.loads(Path(mounts["/opt/ml/input"], "config", "hyperparameters.json").read_text("utf-8"))
    with (place / "log.part").open("wb") as log:
        environment = {**service["environment"], "ML": mounts["/opt/ml/model"].removesuffix("/model")}
        environment["OUTPUT"] = mounts["/opt/ml/output"]
        program = [sys.executable, "-c", hyperparameters["code"], "train"]
        process = subprocess.Popen(program, stdout=log, stderr=log, env=environment)
    (place / "pid.part").write_text(str(process.pid))
    (place / "pid.part").rename(place / "pid")
    code = process.wait()
    (place / "log.part").rename(place / "log")
    (place / "code.part").write_text(str(code if code >= 0 else 128 - code))
    (place / "code.part").rename(place / "code")


def awaited(file: Path) -> bytes:
    while not file.exists():
        if not file.parent.exists():
            return b""
        time.sleep(0.02)
    return file.read_bytes()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
