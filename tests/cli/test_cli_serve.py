"""`smtune serve` as a command: what it says, what it refuses, how it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from cli_jobs import inside
from front import moto_server
from local_jobs import wait_for
from peers import Peer
from served import END_SECONDS, serving, variables

from smtune.local.session import LocalSession
from smtune.local.settings import Settings

SCOPE = "Credential=a/20260101/us-east-1/s3/aws4_request"
TOKEN = "a-token-of-24-characters"  # noqa: S105  for this test


def client(service: str, url: str, key: str = "any") -> Any:
    session = boto3.Session(key, "any", region_name="us-east-1")
    return session.client(service, endpoint_url=url, config=Config(retries={"total_max_attempts": 1}))


@pytest.mark.slow
def test_ctrl_c_ends_it_and_tuning_jobs_go_on(home: Path) -> None:
    with serving(home, "-o", "json") as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        peer = Peer("serve", boto3.Session("any", "any", region_name="us-east-1"), said["AWS_ENDPOINT_URL"])
        peer.prepare()
        name = peer.create(peer.request("goes-on"))
        process.send_signal(signal.SIGINT)
        rest, remarks = process.communicate(timeout=END_SECONDS)

    assert process.returncode == 130
    assert said == {
        "AWS_ENDPOINT_URL": peer.endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "any",
        "AWS_SECRET_ACCESS_KEY": "any",
    }
    assert (rest, "Traceback" in remarks) == ("", False)
    assert f"S3 is the folder {home}/s3, and stays there" in remarks
    assert "moto's, in memory: gone when this ends" in remarks
    assert wait_for(LocalSession(Settings(home=home)), name)["TrainingJobStatusCounters"]["Completed"] == 3


@pytest.mark.slow
def test_a_token_keeps_others_out_and_is_nobodys_to_read(home: Path) -> None:
    own = {"SMTUNE_SERVE_TOKEN": TOKEN, "AWS_REGION": "us-east-1"}
    with moto_server() as storage, serving(home, "--host", "0.0.0.0", "--s3", storage, environment=own) as process:  # noqa: S104
        said = variables(process.stdout, 2)
        url = said["AWS_ENDPOINT_URL"]
        client("s3", url, TOKEN).create_bucket(Bucket="at-the-endpoint")
        assert client("s3", storage).list_buckets()["Buckets"][0]["Name"] == "at-the-endpoint"
        assert client("iam", url, TOKEN).list_roles()["Roles"] == [], "all else is asked there, too"
        with pytest.raises(ClientError, match="UnrecognizedClientException"):
            client("sagemaker", url).list_training_jobs()
        process.send_signal(signal.SIGTERM)
        rest, remarks = process.communicate(timeout=END_SECONDS)

    assert process.returncode == 0
    assert set(said) == {"AWS_ENDPOINT_URL", "AWS_SECRET_ACCESS_KEY"}, "the region is set already, the token is known"
    assert f"S3 is {storage}" in remarks
    assert "the token is the clients' AWS_ACCESS_KEY_ID" in remarks
    assert TOKEN not in json.dumps([said, rest, remarks])
    assert not (home / "s3").exists()


@pytest.mark.slow
def test_who_is_told_twice_to_end_ends_once(home: Path) -> None:
    with serving(home) as process:
        url = variables(process.stdout)["AWS_ENDPOINT_URL"]
        client("s3", url).put_object(Bucket="large", Key="key", Body=bytes(20 << 20))
        with socket.create_connection(("127.0.0.1", urlsplit(url).port or 0)) as slow:
            slow.sendall(f"GET /large/key HTTP/1.1\r\nHost: localhost\r\nAuthorization: {SCOPE}\r\n\r\n".encode())
            slow.recv(1)  # and no more: the answer is under way
            process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            process.send_signal(signal.SIGTERM)
        _, remarks = process.communicate(timeout=END_SECONDS)
    assert (process.returncode, "Traceback" in remarks) == (0, False)


def test_a_port_that_is_taken_is_one_clear_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = inside("serve", "--port", str(port), "-o", "json")
    assert done.returncode == 253
    assert f"port {port} of 127.0.0.1 is taken: name another with --port" in json.loads(done.stderr)["message"]


def test_an_address_that_is_not_this_machines_is_one_clear_error() -> None:
    done = inside("serve", "--host", "192.0.2.1", "--token", TOKEN)
    assert done.returncode == 253
    assert "cannot listen on port 8765 of 192.0.2.1" in done.stderr


def test_it_does_not_listen_elsewhere_without_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    done = inside("serve", "--host", "0.0.0.0")  # noqa: S104  nothing listens there
    assert done.returncode == 2
    assert "lets other machines in: give a token" in done.stderr
    short = inside("serve", "--token", "short")
    assert short.returncode == 2
    assert "16 to 128 letters, digits, - and _" in short.stderr
    monkeypatch.setenv("SMTUNE_SERVE_TOKEN", "too short")
    assert "too short" not in inside("serve").stderr
    assert "SMTUNE_SERVE_TOKEN" not in os.environ, "what it starts does not need it"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "'nonsense' is not a URL"),
        ("http://127.0.0.1:9000/storage", "more than a host and a port"),
        ("http://user:hidden-text@127.0.0.1:9000", "would be kept and shown"),
        ("user:hidden-text@127.0.0.1:9000", "is not a URL"),
    ],
)
def test_an_endpoint_that_is_no_url_is_a_wrong_option(url: str, words: str) -> None:
    done = inside("serve", "--s3", url)
    assert done.returncode == 2
    assert words in done.stderr
    assert url.startswith("user") or "hidden-text" not in done.stderr
