"""The SDK's local mode as far as a training job's runner meets it: a compose file, and `docker compose up` on it.

Real: tests/local/container/test_container_trial.py has one training job with the SDK itself, and so has `make docker`.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any


class LocalSession:
    """Its client, too."""

    def __init__(self, boto_session: Any) -> None:
        self.boto_session = boto_session
        self.config: dict[str, Any] | None = None
        self.sagemaker_client = self

    def create_training_job(self, **request: Any) -> None:
        assert self.config is not None
        root = Path(tempfile.mkdtemp(dir=self.config["local"]["container_root"]))
        host = root / "algo-1-xyz12"
        (host / "input" / "config").mkdir(parents=True)
        volumes = [f"{root / 'model'}:/opt/ml/model", f"{host / 'input'}:/opt/ml/input"]
        volumes += [f"{host / 'output'}:/opt/ml/output", f"{host / 'output' / 'data'}:/opt/ml/output/data"]
        for channel in request["InputDataConfig"]:
            source = channel["DataSource"]["FileDataSource"]["FileUri"].removeprefix("file://")
            volumes.append(f"{source}:/opt/ml/input/data/{channel['ChannelName']}")
        image = request["AlgorithmSpecification"]["TrainingImage"]
        service = {"image": image, "command": "train", "volumes": volumes, "tty": True, "networks": {"shared": {}}}
        file = root / "docker-compose.yaml"
        file.write_text(json.dumps({"services": {host.name: service}, "networks": {"shared": {}}}), "utf-8")
        command = ["docker", "compose", "-f", str(file), "up", "--build", "--abort-on-container-exit"]
        code = subprocess.run(command).returncode
        if code not in (0, 130):
            message = f"Failed to run: {command}. Process exited with code: {code}"
            raise RuntimeError(message)
