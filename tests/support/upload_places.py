"""Where the tests of uploads put their files. A pytest plugin."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from s3_stub import SECRET, S3Stub, serve_stub

from smtune.session import is_local


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


@pytest.fixture
def s3_peer(either_peer: boto3.Session) -> boto3.Session:
    """A session of either peer with a bucket called `bucket`."""
    if not is_local(either_peer):
        either_peer.client("s3").create_bucket(Bucket="bucket")
    return either_peer
