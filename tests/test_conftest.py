"""The guards that conftest puts around every test do guard."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import NoCredentialsError
from examples import THOROUGH, examples
from guards import NetworkUsedError
from hypothesis import settings


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


@pytest.mark.parametrize("turn", [1, 2])
def test_a_test_leaves_no_session_of_its_own_behind(turn: int) -> None:
    assert boto3.DEFAULT_SESSION is None
    boto3.setup_default_session(region_name="us-east-1")


def test_there_are_no_credentials() -> None:
    assert [name for name in os.environ if name.startswith("AWS_ACCESS") or name == "AWS_PROFILE"] == []
    with pytest.raises(NoCredentialsError):
        boto3.client("sts", region_name="us-east-1").get_caller_identity()


@pytest.mark.parametrize(("profile", "tried"), [("smtune", {200: 50, 12: 10, 8: 8}), (THOROUGH, {200: 200, 8: 8})])
def test_the_default_run_tries_a_fourth_of_the_examples(profile: str, tried: dict[int, int]) -> None:
    before = settings.get_current_profile_name()
    try:
        settings.load_profile(profile)
        assert {number: examples(number).max_examples for number in tried} == tried
        assert settings().deadline is None
    finally:
        settings.load_profile(before)
