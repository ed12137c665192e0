"""Where the local engine keeps its state, and its few knobs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from smtune.errors import ConfigurationError

REGION = "us-east-1"
ACCOUNT = "000000000000"
Runner = Literal["process", "container"]
RUNNERS: tuple[str, ...] = get_args(Runner)
SCRIPTED = "scripted"
"""The runner of training jobs that are only played, on a clock of their own: `smtune.testing` and simulations."""
LOG = "training.log"
"""In a training job's folder."""
DELETED = "#"
"""Separates a deleted tuning job's name from its number: no name can hold it, so its training jobs stay apart."""


@dataclass(frozen=True)
class Settings:
    """Everything the engine and its workers need to find each other."""

    home: Path
    """Absolute: database, logs, objects. `SMTUNE_HOME`, else `.smtune` in the current folder."""
    stop_grace: float = 120.0
    """Seconds between SIGTERM and SIGKILL, as on the service. `SMTUNE_STOP_GRACE_SECONDS`."""
    sandbox: bool = True
    """Whether to give each training job a private /opt/ml where the machine can. `SMTUNE_SANDBOX=off` says no."""
    runner: str = "process"
    """What runs the training jobs of new tuning jobs: `process` or `container`. `SMTUNE_RUNNER`."""
    memory: float | None = None
    """Gigabytes that each training job may use; None: as many as there are. `SMTUNE_MEMORY_GB`."""
    s3_endpoint: str | None = None
    """Where new tuning jobs find S3, as a URL; None is the folder `objects`. A job keeps what it was created with."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """The settings of this process; raises ConfigurationError for a value that cannot be used."""
        variables = os.environ if environment is None else environment
        memory = variables.get("SMTUNE_MEMORY_GB")
        settings = cls(
            home=Path(variables.get("SMTUNE_HOME") or ".smtune").expanduser().absolute(),
            stop_grace=_number(variables, "SMTUNE_STOP_GRACE_SECONDS", "120", "seconds", (0, 86_400)),
            memory=_number(variables, "SMTUNE_MEMORY_GB", "", "gigabytes", (0.01, 100_000)) if memory else None,
            sandbox=variables.get("SMTUNE_SANDBOX", "on").lower() not in {"off", "0", "no", "false"},
        )
        return settings.run_by(variables.get("SMTUNE_RUNNER") or "process", "SMTUNE_RUNNER")

    def run_by(self, runner: str, source: str = "runner") -> Settings:
        """The same with another runner; raises ConfigurationError for one that there is not, and its `source`."""
        if runner not in RUNNERS:
            message = f"{source}={runner!r} is neither {' nor '.join(RUNNERS)}"
            raise ConfigurationError(message)
        return replace(self, runner=runner)

    def as_environment(self) -> dict[str, str]:
        """The variables that give a worker the same settings."""
        return {
            "SMTUNE_HOME": str(self.home),
            "SMTUNE_STOP_GRACE_SECONDS": repr(self.stop_grace),
            "SMTUNE_SANDBOX": "on" if self.sandbox else "off",
            "SMTUNE_RUNNER": self.runner,
            **({} if self.memory is None else {"SMTUNE_MEMORY_GB": repr(self.memory)}),
        }

    @property
    def database(self) -> Path:
        return self.home / "state.db"

    @property
    def objects(self) -> Path:
        """The folder that stands for S3: `s3://bucket/key` is the file `bucket/key` in it."""
        return self.home / "s3"

    def job_folder(self, tuning_job: str) -> Path:
        return self.home / "jobs" / tuning_job.partition(DELETED)[0]

    def training_folder(self, tuning_job: str, training_job: str) -> Path:
        return self.job_folder(tuning_job) / training_job

    def log_file(self, tuning_job: str, training_job: str) -> Path:
        return self.training_folder(tuning_job, training_job) / LOG


def _number(variables: Mapping[str, str], name: str, default: str, unit: str, bounds: tuple[float, float]) -> float:
    text = variables.get(name, default)
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not bounds[0] <= value <= bounds[1]:
        message = f"{name}={text!r} is not a number of {unit} from {bounds[0]:g} to {bounds[1]:g}"
        raise ConfigurationError(message)
    return value
