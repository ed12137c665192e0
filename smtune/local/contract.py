"""What a training container finds: the files below /opt/ml and the SM_* variables.

The files are the service's; the variables are those of the SageMaker training toolkit, which script-mode scripts read.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OPT_ML = "/opt/ml"
HOST = "algo-1"
CODE = "code"
_HIDDEN = ("sagemaker_", "_")


@dataclass(frozen=True)
class Contract:
    """One training job as its container sees it."""

    job_name: str
    hyperparameters: Mapping[str, str]
    """All of them, as the service carries them."""
    channels: Mapping[str, Mapping[str, Any]]
    """Channel -> its entry of InputDataConfig."""
    instance_type: str
    cpus: int
    entry_point: str | None = None
    """Of a script, else None."""

    @property
    def user_hyperparameters(self) -> dict[str, str]:
        """Those that the script gets: the toolkit keeps its own and the service's to itself."""
        return {name: text for name, text in self.hyperparameters.items() if not name.startswith(_HIDDEN)}


def lay_out(contract: Contract, root: Path) -> None:
    """Make `root` what a fresh /opt/ml holds, but for the channels' data."""
    for folder in ("input/config", "input/data", "model", "output/data", "checkpoints", CODE):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for name, content in config_files(contract).items():
        (root / "input" / "config" / name).write_text(json.dumps(content), encoding="utf-8")


def config_files(contract: Contract) -> dict[str, dict[str, Any]]:
    """What is in /opt/ml/input/config: name -> content, which is written as JSON."""
    return {
        "hyperparameters.json": dict(contract.hyperparameters),
        "resourceconfig.json": _resources(contract),
        "inputdataconfig.json": _inputs(contract),
    }


def variables(contract: Contract, base: str) -> dict[str, str]:
    """The environment of the program, whose /opt/ml is at `base`."""
    hyperparameters = {name: parse(text) for name, text in contract.user_hyperparameters.items()}
    resources = _resources(contract)
    folders = {name: f"{base}/input/data/{name}" for name in contract.channels}
    module = contract.entry_point or ""
    values: dict[str, Any] = {
        "SM_MODEL_DIR": f"{base}/model",
        "SM_INPUT_DIR": f"{base}/input",
        "SM_INPUT_CONFIG_DIR": f"{base}/input/config",
        "SM_INPUT_DATA_DIR": f"{base}/input/data",
        "SM_OUTPUT_DIR": f"{base}/output",
        "SM_OUTPUT_DATA_DIR": f"{base}/output/data",
        "SM_OUTPUT_FAILURE": f"{base}/output/failure",
        "SM_OUTPUT_INTERMEDIATE_DIR": f"{base}/output/intermediate",
        "SM_MODULE_DIR": f"{base}/{CODE}",
        "SM_MODULE_NAME": module.removesuffix(".py"),
        "SM_USER_ENTRY_POINT": module,
        "SM_USER_ARGS": arguments(contract),
        "SM_CHANNELS": sorted(contract.channels),
        "SM_HPS": hyperparameters,
        "SM_HOSTS": resources["hosts"],
        "SM_CURRENT_HOST": HOST,
        "SM_CURRENT_INSTANCE_TYPE": contract.instance_type,
        "SM_CURRENT_INSTANCE_GROUP": resources["current_group_name"],
        "SM_CURRENT_INSTANCE_GROUP_HOSTS": resources["hosts"],
        "SM_INSTANCE_GROUPS": [resources["current_group_name"]],
        "SM_NETWORK_INTERFACE_NAME": resources["network_interface_name"],
        "SM_NUM_CPUS": contract.cpus,
        "SM_NUM_GPUS": 0,
        "SM_NUM_NEURONS": 0,
        "SM_RESOURCE_CONFIG": resources,
        "SM_INPUT_DATA_CONFIG": _inputs(contract),
        "SM_LOG_LEVEL": 20,
        "SM_IS_HETERO": False,
        "SM_FRAMEWORK_PARAMS": {},
        "SAGEMAKER_BASE_DIR": base,
        "SAGEMAKER_JOB_NAME": contract.job_name,
        "TRAINING_JOB_NAME": contract.job_name,
    }
    values |= {f"SM_CHANNEL_{name.upper()}": folder for name, folder in folders.items()}
    values |= {f"SM_HP_{name.upper()}": value for name, value in hyperparameters.items()}
    values["SM_TRAINING_ENV"] = {
        "channel_input_dirs": folders,
        "current_host": HOST,
        "hosts": resources["hosts"],
        "hyperparameters": hyperparameters,
        "input_data_config": _inputs(contract),
        "input_dir": f"{base}/input",
        "job_name": contract.job_name,
        "model_dir": f"{base}/model",
        "num_cpus": contract.cpus,
        "num_gpus": 0,
        "output_data_dir": f"{base}/output/data",
        "resource_config": resources,
        "user_entry_point": module,
    }
    return {name: _text(value) for name, value in values.items()}


def arguments(contract: Contract) -> list[str]:
    """The command line of a script, in the toolkit's way: sorted by name, one letter with one hyphen."""
    result = []
    for name, text in sorted(contract.user_hyperparameters.items()):
        result += [f"-{name}" if len(name) == 1 else f"--{name}", str(parse(text))]
    return result


def parse(text: str) -> Any:
    """A hyperparameter's value: JSON where it is JSON, else the text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def available_cpus() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _resources(contract: Contract) -> dict[str, Any]:
    group = {
        "instance_group_name": "homogeneousCluster",
        "instance_type": contract.instance_type,
        "hosts": [HOST],
    }
    return {
        "current_host": HOST,
        "current_instance_type": contract.instance_type,
        "current_group_name": group["instance_group_name"],
        "hosts": [HOST],
        "instance_groups": [group],
        "network_interface_name": "eth0",
    }


def _inputs(contract: Contract) -> dict[str, Any]:
    result = {}
    for name, channel in contract.channels.items():
        source = channel.get("DataSource", {}).get("S3DataSource", {})
        entry = {
            "TrainingInputMode": "File",
            "S3DistributionType": source.get("S3DataDistributionType", "FullyReplicated"),
            "RecordWrapperType": channel.get("RecordWrapperType", "None"),
        }
        result[name] = entry | ({"ContentType": channel["ContentType"]} if "ContentType" in channel else {})
    return result


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), sort_keys=True)
