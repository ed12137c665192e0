"""smtune extend JOB: the spec of a child that learns from JOB and its parents, or the rule that forbids it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aws_jobs import aws, create_job, warm
from cli_jobs import inside

from smtune.spec import WarmStart, load_spec

__all__ = ["aws"]


def test_the_child_names_the_parent_and_the_grandparent(aws: Any) -> None:
    create_job(aws, "grandparent")
    create_job(aws, "parent", changes=warm("grandparent", "gone"))
    done = inside("extend", "parent", "--jobs", "30", "--parallel", "5", "--name", "child")
    assert done.returncode == 0, done.stderr
    spec = load_spec(done.stdout)
    assert spec.warm_start == WarmStart(type="identical", parents=("parent", "grandparent"))
    assert (spec.name, spec.limits.jobs, spec.limits.parallel) == ("child", 30, 5)
    assert "# warm_start: was grandparent, gone; identical: data and image are those of every parent" in done.stdout
    assert "# ancestor gone left out: it is not there any more" in done.stdout
    assert done.stderr == "identical: learns from parent, grandparent\n"


def test_as_json_the_spec_comes_with_every_change(aws: Any) -> None:
    create_job(aws, "parent")
    done = inside("extend", "parent", "--jobs", "5", "--data", "train=s3://mine/november", "-o", "json")
    found = json.loads(done.stdout)
    assert found["spec"]["warm_start"] == {"type": "transfer", "parents": ["parent"]}
    paths = [change["path"] for change in found["changes"]]
    assert paths == ["limits.jobs", "seed", "data.channels.train", "warm_start"]
    assert found["changes"][2]["after"] == "s3://mine/november"


def test_several_algorithms_are_refused_with_rule_and_fix(aws: Any) -> None:
    create_job(aws, "pair", clone="two-algorithms")
    done = inside("extend", "pair", "--jobs", "5")
    assert (done.returncode, done.stdout) == (252, "")
    assert "[R25]" in done.stderr
    assert "smtune clone pair > spec.yaml" in done.stderr


def test_what_the_parent_does_not_allow_is_refused(aws: Any) -> None:
    create_job(aws, "parent")
    for arguments, code, message in (
        (("--jobs", "900"), 252, "[R17]"),
        (("--jobs", "5", "--data", "test=s3://a/b"), 2, "its channels are train, validation"),
        (("--jobs", "5", "--name", "a_b"), 252, "is not a job name"),
    ):
        done = inside("extend", "parent", *arguments)
        assert (done.returncode, done.stdout) == (code, ""), arguments
        assert message in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--jobs", "5", "--data", "train"), "write CHANNEL=URI"),
        (("--jobs", "5", "--data", "train=s3://a/b", "--data", "train=s3://a/c"), "given twice"),
        (("--jobs", "0"), "x>=1"),
        ((), "--jobs"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(arguments: tuple[str, ...], message: str) -> None:
    done = inside("extend", "parent", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
