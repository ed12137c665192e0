"""smtune doctor: what keeps a tuning job from running, as people and programs read it."""

from __future__ import annotations

import json
from pathlib import Path

import aws_account
import cli_jobs
import pytest
from aws_account import ACCOUNT, BUCKET, REGION, ROLE, Account
from cli_jobs import inside

from smtune import session as sessions
from smtune.cli.checks import print_checks
from smtune.preflight import Check

account = aws_account.account
SPEC = """
apiVersion: smtune/v1
name: toy
algorithm: {{image: "{image}"}}
objective: {{maximize: score}}
metrics: {{score: 'score=(\\S+)'}}
hyperparameters: {{x: {{min: 0.0, max: 1.0}}}}
limits: {{jobs: 6, parallel: 3}}
data: {{channels: {{train: {{uri: "s3://{bucket}/data/train/"}}}}}}
"""


@pytest.fixture
def reached(account: Account, monkeypatch: pytest.MonkeyPatch) -> Account:
    """The account, where the command's own session ends up as well."""
    monkeypatch.setattr(sessions, "connect", lambda _: account.session)
    monkeypatch.setenv("AWS_REGION", REGION)
    return account


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    file = tmp_path / "spec.yaml"
    file.write_text(SPEC.format(image=aws_account.IMAGE, bucket=BUCKET), encoding="utf-8")
    return file


def test_an_account_that_is_in_order_exits_with_0(reached: Account) -> None:
    done = inside("doctor", "--role", ROLE, "--bucket", BUCKET)

    assert done.returncode == 0
    assert "ok  role trust" in done.stdout
    assert "training lets sagemaker.amazonaws.com assume it" in done.stdout
    assert " checks: " in done.stderr
    assert "\x1b" not in done.stdout


def test_a_spec_adds_its_own_checks(reached: Account, spec: Path) -> None:
    done = inside("doctor", str(spec), "--role", ROLE, "--bucket", BUCKET)

    assert done.returncode == 0, done.stdout
    assert "ok  image mine" in done.stdout
    assert "ok  channel train" in done.stdout
    assert "3 wanted, 20 allowed" in done.stdout


def test_what_failed_has_its_fix_below_it_and_exits_with_1(reached: Account, spec: Path) -> None:
    reached.client("s3").delete_object(Bucket=BUCKET, Key="data/train/rows.csv")

    done = inside("doctor", str(spec), "--role", ROLE, "--bucket", BUCKET)

    assert done.returncode == 1
    lines = done.stdout.splitlines()
    (place,) = [index for index, line in enumerate(lines) if line.startswith("x   channel train")]
    assert lines[place + 1] == f"    fix: aws s3 cp --recursive FOLDER s3://{BUCKET}/data/train/"
    assert "1 failed" in done.stderr


def test_json_has_every_check(reached: Account) -> None:
    reached.denied.add("iam:GetRole")

    done = inside("doctor", "--role", ROLE, "--bucket", BUCKET, "-o", "json")
    found = json.loads(done.stdout)

    assert done.returncode == 0
    assert list(found) == ["ok", "place", "region", "account", "checks"]
    assert (found["ok"], found["place"], found["region"], found["account"]) == (True, "aws", REGION, ACCOUNT)
    assert all(set(check) == {"name", "state", "detail", "fix"} for check in found["checks"])
    assert {check["state"] for check in found["checks"] if check["name"] == "role"} == {"unknown"}
    assert done.stderr == ""


def test_expired_credentials_are_a_failed_check_and_no_error(reached: Account) -> None:
    reached.broken["sts:GetCallerIdentity"] = "ExpiredToken"

    done = inside("doctor")

    assert done.returncode == 1
    assert done.stdout.startswith("x   credentials")
    assert "fix: aws" in done.stdout


def test_the_role_is_the_configured_one(reached: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTUNE_ROLE", ROLE)

    found = json.loads(inside("doctor", "--bucket", BUCKET, "-o", "json").stdout)["checks"]

    assert f"{ROLE} exists" in [check["detail"] for check in found if check["name"] == "role"]


def test_a_spec_that_no_launch_takes_is_252(reached: Account, spec: Path) -> None:
    spec.write_text(spec.read_text(encoding="utf-8").replace("max: 1.0", "max: 0.0"), encoding="utf-8")

    assert inside("doctor", str(spec)).returncode == 252


def test_no_credentials_at_all_is_253_and_says_how_to_get_some() -> None:
    done = inside("doctor", "--region", REGION)

    assert done.returncode == 253
    assert done.stdout.startswith("x   credentials  there are none\n    fix: aws configure")


def test_no_region_is_253() -> None:
    assert inside("doctor").returncode == 253


def test_this_machine_is_looked_at_under_local() -> None:
    done = cli_jobs.smtune("doctor", "--local")

    assert done.returncode == 0
    assert done.stdout.startswith("ok  python")
    assert "\x1b" not in done.stdout

    found = json.loads(inside("doctor", "--local", "-o", "json").stdout)
    assert found["place"] == "local"
    assert found["ok"] is True


def test_a_machine_that_cannot_run_jobs_exits_with_1(home: Path) -> None:
    home.write_text("a file", encoding="utf-8")

    done = inside("doctor", "--local")

    assert done.returncode == 1
    assert "x   state" in done.stdout


def test_what_aws_says_cannot_drive_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_checks([Check("role", "failed", "no [red]such\x1b[31m\nrole", "aws iam create-role")])

    printed = capsys.readouterr()
    assert printed.out == "x   role  no [red]such?[31m role\n    fix: aws iam create-role\n"
    assert printed.err == "1 check: 1 failed\n"


@pytest.mark.parametrize("more", [("spec.yaml",), ("--role", ROLE), ("--bucket", BUCKET)])
def test_local_takes_nothing_of_an_account(more: tuple[str, ...]) -> None:
    assert inside("doctor", "--local", *more).returncode == 2


def test_settings_that_aws_does_not_give_are_a_failed_check(
    reached: Account, spec: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAGEMAKER_USER_CONFIG_OVERRIDE", "s3://nobody-has-this/config.yaml")

    done = inside("doctor", str(spec), "--role", ROLE, "--bucket", BUCKET, "-o", "json")

    found = json.loads(done.stdout)
    assert (done.returncode, found["ok"]) == (1, False)
    assert found["checks"][-1]["name"] == "settings"
    assert "only the account itself is checked: NoSuchBucket" in found["checks"][-1]["detail"]


def test_overlays_and_settings_change_what_is_checked(reached: Account, spec: Path, tmp_path: Path) -> None:
    overlay = tmp_path / "more.yaml"
    overlay.write_text("limits: {jobs: 8, parallel: 5}\n", encoding="utf-8")
    arguments = (str(spec), "-f", str(overlay), "--role", ROLE, "--bucket", BUCKET)

    assert "5 wanted, 20 allowed" in inside("doctor", *arguments).stdout
    assert "4 wanted, 20 allowed" in inside("doctor", *arguments, "--set", "limits.parallel=4").stdout
