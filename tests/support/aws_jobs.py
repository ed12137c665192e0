"""Tuning jobs on moto, for commands: AWS as the environment names it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from either_peer import sign_in
from moto import mock_aws

TESTS = Path(__file__).parents[1]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A SageMaker client of the account that commands reach."""
    sign_in(monkeypatch, "us-west-2")
    with mock_aws():
        yield boto3.client("sagemaker", region_name="us-west-2")


def create_job(
    client: Any, name: str, clone: str = "direct-marketing", changes: Mapping[str, Any] | None = None
) -> str:
    """One of the jobs in tests/clones under a name of its own, with a tag: moto cannot list none."""
    request = json.loads((TESTS / "clones" / f"{clone}.json").read_text(encoding="utf-8"))
    request |= {"HyperParameterTuningJobName": name, "Tags": [{"Key": "team", "Value": "ml"}], **(changes or {})}
    client.create_hyper_parameter_tuning_job(**request)
    return name


def warm(*parents: str) -> dict[str, Any]:
    """The change that starts a job warm."""
    listed = [{"HyperParameterTuningJobName": parent} for parent in parents]
    return {"WarmStartConfig": {"WarmStartType": "IdenticalDataAndAlgorithm", "ParentHyperParameterTuningJobs": listed}}
