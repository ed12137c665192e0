"""smtune launch: what a person or a script sees, and the exit codes."""

from __future__ import annotations

import json
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
XGBOOST = """
apiVersion: smtune/v1
name: toy
algorithm: {builtin: xgboost, version: 1.7-1}
objective: {maximize: "validation:auc"}
hyperparameters: {objective: "binary:logistic", num_round: 10, eta: {min: 0.1, max: 0.5}}
limits: {jobs: 1, parallel: 1}
data: {source: rows.csv}
"""


@pytest.fixture(autouse=True)
def _project() -> None:
    write_job(Path())


@pytest.fixture
def nobody_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Launcher, "ensure_worker", lambda *_: None)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    sign_in(monkeypatch, "eu-west-1")
    with mock_aws():
        yield


def launch(*arguments: str, code: int = 0) -> tuple[str, str]:
    done = inside("launch", *arguments)
    assert done.returncode == code, done.stderr
    return done.stdout, done.stderr


def as_json(*arguments: str, code: int = 0) -> Any:
    return json.loads(launch(*arguments, "-o", "json", code=code)[0])


@pytest.mark.usefixtures("nobody_works")
def test_the_job_is_on_stdout_and_how_to_go_on_on_stderr() -> None:
    out, err = launch("spec.yaml", "--local")
    name = out.split()[2]

    assert out.startswith(f"tuning job  {name}\nstatus      InProgress\narn         arn:aws:sagemaker:")
    assert f"Watch it: smtune watch {name}" in err
    assert "note: training jobs run on this machine" in err


@pytest.mark.usefixtures("nobody_works")
def test_a_second_launch_finds_the_first_and_new_makes_another() -> None:
    first, second = (as_json("spec.yaml", "--local") for _ in range(2))
    third = as_json("spec.yaml", "--local", "--new")

    assert (first["outcome"], second["outcome"], third["outcome"]) == ("created", "found", "created")
    assert first["tuning_job_name"] == second["tuning_job_name"] != third["tuning_job_name"]
    assert first["uploaded"]["files"] == 5
    assert third["uploaded"] == {"files": 1, "bytes": third["uploaded"]["bytes"], "kept": 4}
    assert "had been launched before; nothing was sent. Another one: --new" in launch("spec.yaml", "--local")[1]


def test_waiting_ends_with_the_job_and_its_exit_code() -> None:
    done = as_json("spec.yaml", "--local", "--wait", "--timeout", "1m")
    assert (done["status"], done["exit_code"], done["counts"]["completed"]) == ("Completed", 0, 4)
    assert done["best"]["metric"] == "validation:error"

    Path("train.py").write_text("raise SystemExit('broken')")
    _, err = launch("spec.yaml", "--local", "--wait", code=1)
    assert "Failed" in err
    assert "had been launched before" in launch("spec.yaml", "--local", code=1)[1]


@pytest.mark.usefixtures("nobody_works")
def test_the_wait_ends_at_its_time() -> None:
    out, err = launch("spec.yaml", "--local", "--wait", "--timeout", "0.1", "-o", "json", code=4)
    assert json.loads(out)["timed_out"] is True
    assert '"exit_code": 4' in err
    launch("spec.yaml", "--local", "--wait", "--timeout", "0", code=4)


@pytest.mark.usefixtures("nobody_works")
def test_a_saved_plan_is_launched_as_it_is() -> None:
    assert inside("plan", "spec.yaml", "--out", "plan.json").returncode == 0
    planned = json.loads(Path("plan.json").read_text())["request"]["HyperParameterTuningJobName"]

    assert as_json("plan.json", "--local")["tuning_job_name"] == planned
    assert as_json("spec.yaml", "--local")["outcome"] == "found", "the spec and its plan are the same job"


@pytest.mark.usefixtures("nobody_works")
def test_a_plan_is_one_whatever_its_file_is_called_and_from_any_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    write_job(Path("project"))
    assert inside("plan", "project/spec.yaml", "--out", "kept.plan").returncode == 0
    planned = json.loads(Path("kept.plan").read_text())["request"]["HyperParameterTuningJobName"]
    write_job(Path("elsewhere"))
    Path("elsewhere/rows.csv").write_text("x,big\n" + "1,0\n2,1\n" * 40)
    monkeypatch.chdir("elsewhere")

    assert as_json("../kept.plan", "--local")["tuning_job_name"] == planned


def test_another_launch_needs_a_place_for_its_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(Path("spec.yaml").absolute()))
    _, err = launch("spec.yaml", "--local", "--new", code=253)
    assert "--new keeps a note there: name a folder with XDG_STATE_HOME" in err
    assert json.loads(inside("list", "--local", "-o", "json").stdout) == []


@pytest.mark.usefixtures("nobody_works")
def test_the_data_check_can_be_skipped_for_a_plan_as_well() -> None:
    Path("rows.csv").write_text("label,x\n" + "7,1\n0,2\n" * 40)
    Path("spec.yaml").write_text(XGBOOST)
    assert inside("plan", "spec.yaml", "--out", "plan.json").returncode == 0

    assert "a label that is not a number from 0 to 1" in launch("plan.json", "--local", code=252)[1]
    assert as_json("plan.json", "--local", "--skip-data-check")["outcome"] == "created"


@pytest.mark.usefixtures("aws")
def test_the_files_of_a_plan_are_encrypted_as_those_of_a_spec(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTUNE_UPLOAD_KEY", "alias/ours")
    arguments = ("spec.yaml", "--role", ROLE, "--account", "123456789012", "--out", "plan.json")
    assert inside("plan", *arguments).returncode == 0
    launch("plan.json")

    storage = boto3.client("s3")
    bucket = "sagemaker-eu-west-1-123456789012"
    keys = [item["Key"] for item in storage.list_objects_v2(Bucket=bucket)["Contents"]]
    assert keys
    assert {storage.head_object(Bucket=bucket, Key=key).get("SSEKMSKeyId") for key in keys} == {"alias/ours"}


@pytest.mark.parametrize(
    ("change", "arguments", "code", "message"),
    [
        ("rows.csv", (), 252, "data or code have changed since the plan was made: the request would differ in "),
        ("plan.json", (), 252, "the plan was edited after it was made"),
        (None, ("--new",), 2, "plan.json is a plan: exactly that is launched, so it takes no -f, --set, --new"),
        (None, ("--set", "seed=1"), 2, "plan.json is a plan: exactly that is launched"),
    ],
)
@pytest.mark.usefixtures("nobody_works")
def test_what_is_not_the_plan_is_refused(
    change: str | None, arguments: tuple[str, ...], code: int, message: str
) -> None:
    assert inside("plan", "spec.yaml", "--out", "plan.json").returncode == 0
    if change == "rows.csv":
        Path(change).write_text(Path(change).read_text().replace("\n0", "\n7", 1))
    elif change:
        Path(change).write_text(Path(change).read_text().replace("toy", "tox"))
    out, err = launch("plan.json", "--local", *arguments, code=code)

    assert message in err
    assert out == ""


@pytest.mark.usefixtures("aws")
def test_on_aws_the_account_says_where() -> None:
    Path("smtune.toml").write_text(f'role = "{ROLE}"\n[tags]\nteam = "blue"\n')
    out, err = launch("spec.yaml")
    assert "arn:aws:sagemaker:eu-west-1:123456789012:hyper-parameter-tuning-job/toy-" in out
    assert "console     https://eu-west-1.console.aws.amazon.com/sagemaker/home" in out
    assert "note: bucket sagemaker-eu-west-1-123456789012 was created" in err
    assert f"note: role: {ROLE} (from " in err
    assert "note: tags: team (from " in err


@pytest.mark.usefixtures("aws")
def test_a_plan_is_for_one_account_and_region() -> None:
    arguments = ("spec.yaml", "--role", ROLE, "--out", "plan.json")
    assert inside("plan", *arguments).returncode == 0
    assert (
        "the plan was made for no account, and this session is account 123456789012; plan with --online"
        in (launch("plan.json", code=2)[1])
    )
    assert inside("plan", *arguments, "--account", "123456789012", "--region", "us-west-2").returncode == 0
    assert (
        "the plan was made for region us-west-2, and this session is region eu-west-1"
        in (launch("plan.json", code=2)[1])
    )
    assert inside("plan", *arguments, "--account", "123456789012").returncode == 0
    assert "hyper-parameter-tuning-job/toy-" in launch("plan.json")[0]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("spec.yaml",), 253, "no AWS region: set AWS_REGION, or use this machine: --local"),
        (("spec.yaml", "--local", "--region", "eu-west-1"), 2, "--local is this machine: it has no profile, region"),
        (("spec.yaml", "--local", "--role", ROLE, "--bucket", "b"), 2, "this machine: leave --role, --bucket out"),
        (("spec.yaml", "--local", "--timeout", "5m"), 2, "--timeout needs --wait"),
        (("spec.yaml", "--local", "--set", "limits.jobs=0"), 252, "limits.jobs"),
        (("nowhere.yaml", "--local"), 252, "nowhere.yaml"),
    ],
)
def test_a_mistake_is_one_sentence_and_nothing_happens(arguments: tuple[str, ...], code: int, message: str) -> None:
    out, err = launch(*arguments, code=code)
    assert message in err
    assert out == ""
    assert "Traceback" not in err


@pytest.mark.usefixtures("aws")
def test_overlays_and_the_place_make_the_request() -> None:
    Path("more.yaml").write_text("limits: {jobs: 9, parallel: 3}\n", encoding="utf-8")
    options = ("-f", "more.yaml", "--role", ROLE, "--bucket", "ours", "--prefix", "team/blue")
    boto3.client("s3").create_bucket(Bucket="ours", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    name = as_json("spec.yaml", *options)["tuning_job_name"]

    job = boto3.client("sagemaker", "eu-west-1").describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    assert job["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxParallelTrainingJobs"] == 3
    definition = job["TrainingJobDefinition"]
    assert definition["RoleArn"] == ROLE
    assert definition["OutputDataConfig"]["S3OutputPath"].startswith("s3://ours/team/blue/smtune/toy")
    keys = [item["Key"] for item in boto3.client("s3").list_objects_v2(Bucket="ours")["Contents"]]
    assert keys
    assert all(key.startswith("team/blue/smtune/toy/") for key in keys)
