"""A test on this machine, and once more on AWS as moto plays it: S3, names and tags are real there. A pytest plugin."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from smtune.session import connect


def sign_in(patch: pytest.MonkeyPatch, region: str = "us-east-1") -> None:
    """Make the environment that of somebody with an account."""
    for name, value in (("ACCESS_KEY_ID", "testing"), ("SECRET_ACCESS_KEY", "testing"), ("REGION", region)):
        patch.setenv(f"AWS_{name}", value)


@pytest.fixture(params=["local", "moto"])
def either_peer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    """A session of either peer; on moto there is nothing yet."""
    if request.param == "local":
        yield connect("local")
        return
    sign_in(monkeypatch)
    with mock_aws():
        yield connect("aws")
