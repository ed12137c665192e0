"""smtune run: where it goes, what it looks at first, and what has no meaning for a job that is there already."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from cli_jobs import inside, write_job
from either_peer import sign_in
from moto import mock_aws

from smtune.local.launcher import Launcher

ROLE = "arn:aws:iam::123456789012:role/training"
MISLABELLED = """
name: toy
algorithm: {builtin: xgboost, version: 1.7-1}
objective: {maximize: "validation:auc"}
hyperparameters: {objective: "binary:logistic", num_round: 10, eta: {min: 0.1, max: 0.5}}
limits: {jobs: 1, parallel: 1}
data: {source: rows.csv}
"""


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    sign_in(monkeypatch)
    with mock_aws():
        yield boto3.client("sagemaker", "us-east-1")


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C as soon as the job is there."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("smtune.progress.watch", interrupt)


@pytest.mark.usefixtures("interrupted")
def test_the_place_is_that_of_the_options(aws: Any) -> None:
    boto3.client("s3").create_bucket(Bucket="ours")
    write_job(Path())
    done = inside("run", "spec.yaml", "--role", ROLE, "--bucket", "ours", "--prefix", "team/blue")
    assert (done.returncode, done.stdout) == (130, "")
    (job,) = aws.list_hyper_parameter_tuning_jobs()["HyperParameterTuningJobSummaries"]
    name = job["HyperParameterTuningJobName"]
    assert f"tuning job {name}\n" in done.stderr
    assert f"smtune run --resume {name}" in done.stderr
    definition = aws.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)["TrainingJobDefinition"]
    assert definition["RoleArn"] == ROLE
    assert definition["OutputDataConfig"]["S3OutputPath"].startswith("s3://ours/team/blue/smtune/toy")


@pytest.mark.usefixtures("interrupted")
def test_the_look_at_the_data_can_be_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Launcher, "ensure_worker", lambda *_: None)
    Path("spec.yaml").write_text(MISLABELLED, encoding="utf-8")
    Path("rows.csv").write_text("label,x\n" + "7,1\n0,2\n" * 40, encoding="utf-8")
    refused = inside("run", "spec.yaml", "--local")
    assert refused.returncode == 252
    assert "a label that is not a number from 0 to 1" in refused.stderr
    assert inside("run", "spec.yaml", "--local", "--skip-data-check").returncode == 130


@pytest.mark.parametrize(
    "late", [("--role", ROLE), ("--bucket", "ours"), ("--prefix", "team"), ("--skip-data-check",)], ids=" ".join
)
def test_what_is_about_a_launch_is_refused_for_a_job_that_was_launched(late: tuple[str, ...]) -> None:
    done = inside("run", "--resume", "toy", *late)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--resume comes back to what was launched: leave --role, --bucket, --prefix" in done.stderr
