"""What a training program finds: /opt/ml and SM_* as the service and the training toolkit make them."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from local_jobs import Run, script_spec, training_jobs, wait_for

from smtune.data.prepare import prepare
from smtune.execute import launch
from smtune.local.contract import Contract, arguments, lay_out, parse, variables
from smtune.local.sandbox import find_bubblewrap
from smtune.local.session import LocalSession
from smtune.local.settings import Settings
from smtune.plan import plan
from smtune.spec import TuningSpec

CONTRACT = Contract(
    job_name="job-001",
    hyperparameters={
        "learning-rate": "0.5",
        "layers": "[64, 32]",
        "shuffle": "true",
        "optimizer": "adam",
        "C": "2",
        "_tuning_objective_metric": "score",
        "sagemaker_program": "train.py",
    },
    channels={"train": {"ContentType": "text/csv", "DataSource": {"S3DataSource": {}}}, "val-1": {}},
    instance_type="ml.m5.large",
    cpus=2,
    entry_point="train.py",
)


def test_the_command_line_is_the_toolkits() -> None:
    assert arguments(CONTRACT) == [
        *("-C", "2"),  # one letter, one hyphen: argparse's --C never sees it, on the service too
        *("--layers", "[64, 32]"),
        *("--learning-rate", "0.5"),
        *("--optimizer", "adam"),
        *("--shuffle", "True"),
    ]


def test_the_variables_are_the_toolkits() -> None:
    found = variables(CONTRACT, "/opt/ml")

    assert found["SM_MODEL_DIR"] == "/opt/ml/model"
    assert found["SM_CHANNEL_TRAIN"] == "/opt/ml/input/data/train"
    assert found["SM_CHANNEL_VAL-1"] == "/opt/ml/input/data/val-1"
    assert found["SM_CHANNELS"] == '["train","val-1"]'
    assert found["SM_HP_LEARNING-RATE"] == "0.5"
    assert found["SM_HP_OPTIMIZER"] == "adam"
    assert found["SM_NUM_CPUS"] == "2"
    assert json.loads(found["SM_HPS"]) == {
        "C": 2,
        "layers": [64, 32],
        "learning-rate": 0.5,
        "optimizer": "adam",
        "shuffle": True,
    }
    assert json.loads(found["SM_USER_ARGS"])[:2] == ["-C", "2"]
    assert json.loads(found["SM_TRAINING_ENV"])["channel_input_dirs"]["train"] == "/opt/ml/input/data/train"
    assert "SM_HP__TUNING_OBJECTIVE_METRIC" not in found


def test_the_files_are_the_services(tmp_path: Path) -> None:
    root = tmp_path / "ml"
    lay_out(CONTRACT, root)
    config = root / "input" / "config"

    hyperparameters = json.loads((config / "hyperparameters.json").read_text())
    assert hyperparameters == dict(CONTRACT.hyperparameters), "all of them, as text"
    resources = json.loads((config / "resourceconfig.json").read_text())
    assert resources["hosts"] == [resources["current_host"]] == ["algo-1"]
    assert resources["instance_groups"][0]["hosts"] == ["algo-1"]
    inputs = json.loads((config / "inputdataconfig.json").read_text())
    assert inputs["train"] == {
        "TrainingInputMode": "File",
        "S3DistributionType": "FullyReplicated",
        "RecordWrapperType": "None",
        "ContentType": "text/csv",
    }
    assert {path.name for path in root.iterdir()} == {"input", "model", "output", "checkpoints", "code"}


@pytest.mark.parametrize(("text", "value"), [("1", 1), ("0.5", 0.5), ("true", True), ("[1]", [1]), ("adam", "adam")])
def test_values_are_json_where_they_are_json(text: str, value: Any) -> None:
    assert parse(text) == value


PROBE = """
import json, os, sys
seen = {
    "argv": sys.argv[1:],
    "env": dict(os.environ),
    "cwd": os.getcwd(),
    "files": sorted(os.path.join(root, name) for root, _, names in os.walk(BASE, followlinks=True) for name in names),
    "base": BASE,
    "train": open(os.path.join(BASE, "input/data/train/rows.csv")).read(),
}
try:
    open(os.path.join(BASE, "input/data/train/new"), "w").close()
    seen["writable"] = True
except OSError:
    seen["writable"] = False
json.dump(seen, open(os.path.join(BASE, "model/seen.json"), "w"))
print("score=1")
"""
SCRIPT = 'import os\nBASE = os.path.dirname(os.environ["SM_MODEL_DIR"])\n' + PROBE


def _seen(session: LocalSession, name: str) -> dict[str, Any]:
    wait_for(session, name)
    training = training_jobs(session, name)[0]
    assert training["TrainingJobStatus"] == "Completed", training.get("FailureReason")
    details = session.client("sagemaker").describe_training_job(TrainingJobName=training["TrainingJobName"])
    with tarfile.open(session.path_of(details["ModelArtifacts"]["S3ModelArtifacts"])) as archive:
        member = archive.extractfile("seen.json")
        assert member is not None
        result: dict[str, Any] = json.load(member)
    return result


def _with_rows(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "code").mkdir(exist_ok=True)
    (tmp_path / "rows.csv").write_text("1,2\n")
    return {
        "limits": {"jobs": 1},
        "data": {"channels": {"train": str(tmp_path / "rows.csv")}},
        "environment": {"MINE": "yes"},
    }


@pytest.mark.skipif(find_bubblewrap() is None, reason="bubblewrap does not work here")
def test_in_a_sandbox_opt_ml_is_the_jobs_own(
    submit: Run, session: LocalSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    seen = _seen(session, submit(SCRIPT, changes=_with_rows(tmp_path)))

    assert seen["base"] == "/opt/ml"
    assert seen["cwd"] == "/opt/ml/code"
    assert seen["train"] == "1,2\n"
    assert seen["writable"] is False
    assert "/opt/ml/input/config/hyperparameters.json" in seen["files"]
    assert "/opt/ml/code/train.py" in seen["files"]
    assert seen["env"]["MINE"] == "yes"
    assert seen["env"]["SM_CHANNEL_TRAIN"] == "/opt/ml/input/data/train"
    assert not [name for name in seen["env"] if name.startswith(("AWS_", "SMTUNE_"))], "nothing of the caller's"
    assert seen["argv"][0] == "--dose"


def test_without_a_sandbox_the_paths_lead_to_it(submit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTUNE_SANDBOX", "off")
    session = LocalSession(Settings.from_environment())
    name = submit(SCRIPT, changes=_with_rows(tmp_path))
    seen = _seen(session, name)

    assert seen["base"].endswith("/ml")
    assert seen["cwd"] == seen["base"] + "/code"
    assert seen["train"] == "1,2\n"
    assert seen["env"]["SM_CHANNEL_TRAIN"] == seen["base"] + "/input/data/train"
    arn = session.client("sagemaker").describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    tags = session.client("sagemaker").list_tags(ResourceArn=arn["HyperParameterTuningJobArn"])["Tags"]
    assert {"Key": "smtune:local:isolation", "Value": "SM paths only"} in tags, "said aloud"


@pytest.mark.skipif(find_bubblewrap() is None, reason="bubblewrap does not work here")
def test_a_program_of_ones_own_stands_for_its_image(session: LocalSession, tmp_path: Path) -> None:
    program = tmp_path / "train"
    program.write_text(f'#!/usr/bin/env python3\nBASE = "/opt/ml"\n{PROBE}')
    program.chmod(0o755)
    fields = script_spec().model_dump() | _with_rows(tmp_path)
    fields["algorithm"] = {"image": "registry.example/mine:1", "program": "train"}
    spec = TuningSpec.model_validate(fields)
    (tmp_path / "workspace").mkdir()
    prepared = prepare(spec, tmp_path, tmp_path / "workspace")
    session.register_programs(prepared.programs)
    seen = _seen(session, launch(session, plan(spec, prepared)).name)

    assert seen["argv"] == ["train"], "as the service calls a container"
    assert seen["cwd"] == "/opt/ml"
