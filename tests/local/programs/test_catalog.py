"""Which built-in algorithms run here: a tuning job of each kind for real, and a clear refusal of the others."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from local_jobs import training_jobs, wait_for
from sklearn.datasets import load_breast_cancer
from training_folder import split

from smtune.algorithms.builtins import builtin_names
from smtune.algorithms.images import families, image_uri
from smtune.local.program import NoProgramError, find_program, unused_channels
from smtune.local.programs.catalog import STAND_INS, jumpstart_algorithm, missing, refusal, stand_in
from smtune.local.session import LocalSession

JUMPSTART = "s3://jumpstart-cache-prod-us-east-1/source-directory-tarballs"
ARCHIVE = f"{JUMPSTART}/lightgbm/transfer_learning/classification/v2.0.1/sourcedir.tar.gz"


def definition(name: str, **static: str) -> dict[str, Any]:
    version = next(iter(families()[name].versions))
    image = image_uri(name, version, region="us-east-1")
    return {"AlgorithmSpecification": {"TrainingImage": image}, "StaticHyperParameters": static}


def from_jumpstart(archive: str) -> dict[str, Any]:
    script = {"sagemaker_program": "transfer_learning.py", "sagemaker_submit_directory": archive}
    return {"AlgorithmSpecification": {"TrainingImage": "any"}, "StaticHyperParameters": script}


@pytest.mark.parametrize("name", builtin_names())
def test_every_built_in_algorithm_runs_or_is_refused_by_name(name: str) -> None:
    found = refusal(name)
    assert (found is None) == (stand_in(name) is not None) == (name in STAND_INS)
    if found is None:
        assert importlib.util.find_spec(f"smtune.local.programs.{STAND_INS[name].module}")
    elif not families()[name].container:
        with pytest.raises(NoProgramError) as failed:
            find_program(definition(name), {})
        assert str(failed.value) == found
        assert ("run it on AWS" in found) != (name == "pca")


def test_an_image_runs_by_its_algorithms_program() -> None:
    command = find_program(definition("linear-learner"), {}).command
    assert command[1:] == ("-m", "smtune.local.programs.linear_train", "train", "1")
    xgboost = find_program(
        {"AlgorithmSpecification": {"TrainingImage": image_uri("xgboost", "3.0-5", region="us-east-1")}}, {}
    )
    assert xgboost.command[-2:] == ("train", "3.0-5")


def test_amazons_own_script_is_replaced_and_nobody_elses() -> None:
    found = find_program(from_jumpstart(ARCHIVE), {})
    assert found.command[-3:] == ("smtune.local.programs.lightgbm_train", "train", "classification")
    assert (found.archive, list(found.unused)) == (None, ["model"])
    assert unused_channels(from_jumpstart(ARCHIVE)) == ("model",)
    assert unused_channels(from_jumpstart("s3://mine/lightgbm/sourcedir.tar.gz")) == ()
    assert unused_channels({"StaticHyperParameters": {"sagemaker_program": "train.py"}}) == ()
    assert (
        find_program(from_jumpstart("s3://mine/lightgbm/sourcedir.tar.gz"), {}).title == "script transfer_learning.py"
    )
    regression = ARCHIVE.replace("lightgbm", "catboost").replace("classification", "regression")
    assert jumpstart_algorithm(regression) == ("catboost", "regression")


@pytest.mark.parametrize("name", ["tabtransformer", "autogluon", "mxnet-od"])
def test_amazons_other_scripts_are_refused_by_name(name: str) -> None:
    archive = ARCHIVE.replace("lightgbm", name)
    with pytest.raises(NoProgramError, match=r"TabTransformer|AutoGluon|'mxnet-od'"):
        find_program(from_jumpstart(archive), {})


def test_a_missing_library_comes_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smtune.local.programs.catalog.find_spec", lambda _: None)
    assert (
        missing("catboost") == "the built-in CatBoost needs the catboost package here: pip install 'smtune[catboost]'"
    )
    with pytest.raises(NoProgramError, match=r"pip install 'smtune\[lightgbm\]'"):
        find_program(from_jumpstart(ARCHIVE), {})


def fake_package(folder: Path, monkeypatch: pytest.MonkeyPatch, error: str) -> Path:
    """A lightgbm whose import raises `error`, in the place of the real one; its file."""
    file = folder / "lightgbm" / "__init__.py"
    file.parent.mkdir()
    file.write_text(f"raise {error}\n", encoding="utf-8")
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.delitem(sys.modules, "lightgbm", raising=False)  # or find_spec would tell of that
    return file


def test_a_library_that_cannot_be_loaded_comes_with_the_command_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "libgomp.so.1: cannot open shared object file: No such file or directory"
    file = fake_package(tmp_path, monkeypatch, f"OSError({words!r})")
    said = (
        f"the built-in LightGBM needs the lightgbm package here, which cannot load a library: {words}: install it: "
        "apt-get install libgomp1 (Debian, Ubuntu), dnf install libgomp (Fedora, Amazon Linux), "
        "apk add libgomp (Alpine), brew install libomp (macOS)"
    )
    with pytest.raises(NoProgramError) as failed:
        find_program(from_jumpstart(ARCHIVE), {})
    assert str(failed.value) == said
    file.write_text("", encoding="utf-8")  # what was installed meanwhile is seen
    assert missing("lightgbm") is None


def test_a_library_that_nobody_has_heard_of_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_package(tmp_path, monkeypatch, "OSError('libother.so: wrong ELF class')")
    found = missing("lightgbm")
    assert found is not None
    assert found.endswith("libother.so: wrong ELF class: install the package of this machine's system that has it")


def test_another_error_of_an_import_is_left_to_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_package(tmp_path, monkeypatch, "ImportError('half installed')")
    assert missing("lightgbm") is None


def create(session: LocalSession, body: dict[str, Any], objective: dict[str, str], ranges: dict[str, Any]) -> str:
    """One training job, on data that lie in the bucket `data`."""
    channels = [
        {
            "ChannelName": name,
            "ContentType": kind,
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://data/{name}"}},
        }
        for name, kind in body.pop("channels").items()
    ]
    body["AlgorithmSpecification"]["TrainingInputMode"] = "File"
    job: Any = {
        "Strategy": "Random",
        "HyperParameterTuningJobObjective": objective,
        "ResourceLimits": {"MaxNumberOfTrainingJobs": 1, "MaxParallelTrainingJobs": 1},
        "ParameterRanges": {"IntegerParameterRanges": [{"Name": n, **limits} for n, limits in ranges.items()]},
    }
    session.client("sagemaker").create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName="builtin",
        HyperParameterTuningJobConfig=job,
        TrainingJobDefinition={
            **body,
            "RoleArn": "arn:aws:iam::123456789012:role/any",
            "InputDataConfig": channels,
            "OutputDataConfig": {"S3OutputPath": "s3://data/output"},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
            "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        },
    )
    return "builtin"


def upload(session: LocalSession, name: str, rows: Any) -> None:
    text = "\n".join(",".join(f"{cell:.9g}" for cell in row) for row in rows)
    session.client("s3").put_object(Bucket="data", Key=f"{name}/rows.csv", Body=text.encode())


@pytest.mark.slow
def test_a_tuning_job_of_k_means_runs_here(session: LocalSession) -> None:
    draw = np.random.default_rng(0)
    for name in ("train", "test"):
        upload(session, name, draw.normal(size=(80, 2)))
    body = definition("kmeans", feature_dim="2", k="4")
    body["channels"] = dict.fromkeys(("train", "test"), "text/csv;label_size=0")
    objective = {"Type": "Minimize", "MetricName": "test:msd"}
    name = create(session, body, objective, {"mini_batch_size": {"MinValue": "20", "MaxValue": "80"}})
    job = wait_for(session, name)
    assert job["HyperParameterTuningJobStatus"] == "Completed", job
    (each,) = training_jobs(session, name)
    assert 0 < each["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] < 1


@pytest.mark.slow
def test_a_tuning_job_of_amazons_lightgbm_script_runs_here(session: LocalSession) -> None:
    for name, rows in zip(("train", "validation"), split(load_breast_cancer), strict=True):
        upload(session, name, rows)
    body = from_jumpstart(ARCHIVE)
    body["StaticHyperParameters"] |= {"num_boost_round": "10", "metric": "auc"}
    body["AlgorithmSpecification"] = {
        "TrainingImage": image_uri("pytorch", "1.9.0", region="us-east-1"),
        "MetricDefinitions": [{"Name": "auc", "Regex": "auc: ([0-9.]+)"}],
    }
    body["channels"] = dict.fromkeys(("train", "validation"), "text/csv")
    objective = {"Type": "Maximize", "MetricName": "auc"}
    name = create(session, body, objective, {"num_leaves": {"MinValue": "4", "MaxValue": "40"}})
    job = wait_for(session, name)
    assert job["HyperParameterTuningJobStatus"] == "Completed", job
    (each,) = training_jobs(session, name)
    assert each["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] > 0.9
