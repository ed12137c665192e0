"""Where the tests of uploads put their files. A pytest plugin."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws
from s3_stub import SECRET, S3Stub, serve_stub

from smtune.session import connect


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Stub]:
    """A server over HTTP, which sessions made from here on talk to."""
    with serve_stub() as found:
        for name, value in {
            "AWS_ENDPOINT_URL": found.url,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_SESSION_TOKEN": "token",
        }.items():
            monkeypatch.setenv(name, value)
        yield found


@pytest.fixture(params=["local", "moto"])
def s3_peer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    """A session of either peer with a bucket called `bucket`."""
    if request.param == "local":
        yield connect("local")
        return
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    with mock_aws():
        session = connect("aws")
        session.client("s3").create_bucket(Bucket="bucket")
        yield session
