"""The guards that conftest puts around every test do guard."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import NoCredentialsError
from guards import NetworkUsedError


def test_the_network_cannot_be_reached() -> None:
    with socket.socket() as sock, pytest.raises(NetworkUsedError, match=r"192\.0\.2\.1"):
        sock.connect(("192.0.2.1", 443))


@pytest.fixture(scope="module")
def outside() -> str:
    """What a fixture of a module can reach, which comes before any test's home."""
    with socket.socket() as sock, pytest.raises(NetworkUsedError):
        sock.connect(("192.0.2.1", 443))
    with pytest.raises(NoCredentialsError):
        boto3.client("sts", region_name="us-east-1").get_caller_identity()
    return os.environ["HOME"]


def test_a_fixture_of_a_module_is_guarded_as_well(outside: str) -> None:
    assert outside != os.environ["HOME"]
    assert not Path(outside).exists()


def test_there_are_no_credentials() -> None:
    assert [name for name in os.environ if name.startswith("AWS_ACCESS") or name == "AWS_PROFILE"] == []
    with pytest.raises(NoCredentialsError):
        boto3.client("sts", region_name="us-east-1").get_caller_identity()
