"""smtune clone JOB: anybody's job on AWS becomes a spec on stdout; what to know goes to stderr."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from aws_jobs import TESTS, aws, create_job
from cli_jobs import inside

from smtune.clone import read_job
from smtune.request import Site, to_request
from smtune.spec import load_spec

__all__ = ["aws"]
FILE = str(TESTS / "clones" / "direct-marketing.json")


def test_the_spec_of_a_job_on_aws_makes_the_same_request(aws: Any) -> None:
    create_job(aws, "somebodys")
    done = inside("clone", "somebodys")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("# clone of somebodys (Completed), nothing in it tells who launched it")
    request = to_request(load_spec(done.stdout), Site(region="us-west-2"))
    launched = read_job(Path(FILE)).request
    assert request == {**launched, "HyperParameterTuningJobName": "somebodys", "Tags": [{"Key": "team", "Value": "ml"}]}


def test_changes_are_made_in_the_order_of_a_spec_s_own_layers(aws: Any, tmp_path: Path) -> None:
    create_job(aws, "somebodys")
    overlay = tmp_path / "more.yaml"
    overlay.write_text("limits: {jobs: 40, parallel: 2}\ntags: {stage: test}\n", encoding="utf-8")
    done = inside("clone", "somebodys", "-f", str(overlay), "--set", "limits.jobs=50", "--name", "again", "--aws")
    assert done.returncode == 0, done.stderr
    spec = load_spec(done.stdout)
    assert (spec.name, spec.limits.jobs, spec.limits.parallel) == ("again", 50, 2)
    assert spec.tags == {"team": "ml", "stage": "test"}


def test_a_name_of_digits_is_text() -> None:
    assert load_spec(inside("clone", "--request", FILE, "--name", "2026").stdout).name == "2026"


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("limits.parallel=200", "limits.parallel: parallel 200 is above jobs 20 [R16]"),
        ("strategy=grid", "[R11]"),
        ("limts.jobs=5", "unknown key 'limts'"),
        ("hyperparameters.eta.min=5", "min 5 is above max 1"),
    ],
)
def test_a_change_that_makes_no_legal_spec_prints_none(setting: str, message: str) -> None:
    done = inside("clone", "--request", FILE, "--set", setting)
    assert (done.returncode, done.stdout) == (252, "")
    assert message in done.stderr


def test_what_the_service_took_against_a_rule_is_cloned_and_remarked(tmp_path: Path) -> None:
    request = json.loads(Path(FILE).read_text(encoding="utf-8"))
    request["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxParallelTrainingJobs"] = 21
    file = tmp_path / "job.json"
    file.write_text(json.dumps(request), encoding="utf-8")
    done = inside("clone", "--request", str(file))
    assert done.returncode == 0
    assert load_spec(done.stdout).limits.parallel == 21
    assert "note: limits.parallel: parallel 21 is above jobs 20 [R16]" in done.stderr


def test_a_request_file_is_read_as_before() -> None:
    golden = (TESTS / "clones" / "direct-marketing.yaml").read_text(encoding="utf-8")
    done = inside("clone", "--request", FILE)
    assert (done.returncode, done.stdout) == (0, golden)
    assert (
        load_spec(inside("clone", "--request", FILE, "--region", "eu-west-1").stdout).algorithm
        != load_spec(golden).algorithm
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give either a JOB or --request FILE"),
        (("a-job", "--request", FILE), "give either a JOB or --request FILE"),
        (("a-job", "--tags", FILE), "--tags and --job are about the FILE of --request"),
        (("a-job", "--job", "b"), "--tags and --job are about the FILE of --request"),
        (("--request", FILE, "--set", "x"), "write KEY=VALUE"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(arguments: tuple[str, ...], message: str) -> None:
    done = inside("clone", *arguments)
    assert done.returncode == 2
    assert message in done.stderr


def test_a_job_that_is_nowhere_is_an_error_of_the_service(aws: Any) -> None:
    done = inside("clone", "nobodys")
    assert (done.returncode, done.stdout) == (254, "")
    assert "no job nobodys here" in done.stderr


@pytest.mark.parametrize("place", [("--local",), ("--aws",), ("--profile", "p"), ("--endpoint-url", "http://a")])
def test_a_file_is_at_no_other_place(place: tuple[str, ...]) -> None:
    done = inside("clone", "--request", FILE, *place)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--request reads FILE: leave --local, --aws, --profile and --endpoint-url out" in done.stderr
