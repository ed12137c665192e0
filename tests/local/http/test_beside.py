"""What is beside the engine: moto's server, from the first request for it to the front's end; or any endpoint."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError
from front import plain_session

from smtune.local.http import Front
from smtune.local.http.beside import Moto
from smtune.local.settings import ACCOUNT, Settings

SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/ecr/aws4_request, Signature=0"}


def is_running(pid: int) -> bool:
    """Whether there is such a process, and no mere entry that nobody has taken note of."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.slow
def test_motos_server_comes_with_the_first_request_and_goes_with_the_front(settings: Settings) -> None:
    beside = Moto()
    with Front(settings, beside=beside).running() as url:

        def client(service: str) -> Any:
            return plain_session().client(service, endpoint_url=url, config=Config(retries={"total_max_attempts": 1}))

        assert client("sts").get_caller_identity()["Account"] == ACCOUNT
        client("s3").create_bucket(Bucket="bucket")
        assert not beside.has_begun, "the engine has these itself"
        role = client("iam").create_role(RoleName="training", AssumeRolePolicyDocument="{}")["Role"]
        assert role["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/training", "the account is the engine's"
        assert client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="name")["Credentials"]["AccessKeyId"]
        assert client("ecr").describe_repositories()["repositories"] == []
        first = beside.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        while beside.pid == first:  # its first thread may be over before the others are, and it with them
            time.sleep(0.01)
        assert client("iam").list_roles()["Roles"] == [], "another one is started, without the first one's memory"
        process = beside.pid
    assert process is not None
    assert not is_running(process)


STARTS_AND_SLEEPS = """
import time
from smtune.local.http.beside import Moto
moto = Moto()
moto.upstream()
print(moto.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.slow
def test_motos_server_does_not_outlive_a_front_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", STARTS_AND_SLEEPS], stdout=subprocess.PIPE, text=True) as front:
        assert front.stdout is not None
        server = int(front.stdout.readline())
        assert is_running(server)
        front.kill()
    until = time.monotonic() + 20
    while is_running(server):
        assert time.monotonic() < until
        time.sleep(0.05)


def test_without_the_extra_the_command_that_brings_it_is_the_answer(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "flask_cors", None)
    with Front(settings, beside=Moto()).running() as url:
        session = boto3.Session("any", "any", region_name="us-east-1")
        config = Config(retries={"total_max_attempts": 1})
        for service, call in (("iam", "list_roles"), ("ecr", "describe_repositories")):
            operation = getattr(session.client(service, endpoint_url=url, config=config), call)
            with pytest.raises(ClientError, match=r"pip install 'smtune\[serve\]'") as caught:
                operation()
            assert caught.value.response["Error"]["Code"] == "NotImplemented"


@contextmanager
def upstream(answer: bytes) -> Iterator[str]:
    """Answers each request with these bytes and ends the connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection, suppress(OSError):
                    connection.recv(65536)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


BODY = b"x" * 200_000
IN_CHUNKS = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (BODY[:5], BODY[5:])) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + BODY,
        b"HTTP/1.1 200 OK\r\n\r\n" + BODY,
        b"HTTP/1.0 200 OK\r\n\r\n" + BODY,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + IN_CHUNKS,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 7\r\n\r\n" + IN_CHUNKS,
    ],
    ids=["with a length", "until it ends", "of an old server", "in chunks", "in chunks with a length that is wrong"],
)
def test_an_answer_of_any_length_is_passed_on_whole(settings: Settings, answer: bytes) -> None:
    with upstream(answer) as other, Front(settings, s3=other).running() as url, requests.Session() as session:
        for _ in range(2):  # on one connection: the end of the first is where the second begins
            got = session.get(f"{url}/b/k", headers=SIGNED, timeout=20)
            assert got.content == BODY
        assert "Connection" not in got.headers


def test_a_client_of_http_1_0_gets_no_chunks(settings: Settings) -> None:
    with upstream(b"HTTP/1.1 200 OK\r\n\r\n" + BODY) as other, Front(settings, s3=other).running() as url:
        received = plainly(url, b"GET /b/k HTTP/1.0\r\n")
    assert received.partition(b"\r\n\r\n")[2] == BODY
    assert b"Transfer-Encoding" not in received


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_an_answer_without_a_body_has_none(settings: Settings, status: str) -> None:
    with upstream(f"HTTP/1.1 {status}\r\n\r\n".encode()) as other, Front(settings, s3=other).running() as url:
        received = plainly(url, b"GET /b/k HTTP/1.1\r\nConnection: close\r\n")
    assert received.startswith(f"HTTP/1.1 {status[:3]} ".encode())
    assert received.endswith(b"\r\n\r\n")
    assert b"Transfer-Encoding" not in received


def test_head_of_unknown_length_has_no_body(settings: Settings) -> None:
    with upstream(b"HTTP/1.1 200 OK\r\n\r\n") as other, Front(settings, s3=other).running() as url:
        received = plainly(url, b"HEAD /b/k HTTP/1.1\r\nConnection: close\r\n")
    assert received.startswith(b"HTTP/1.1 200 ")
    assert received.endswith(b"\r\n\r\n")
    assert received.count(b"\r\n\r\n") == 1


def test_chunks_that_break_off_do_not_look_whole(settings: Settings) -> None:
    half = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + IN_CHUNKS[:100_000]
    with upstream(half) as other, Front(settings, s3=other).running() as url:
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            requests.get(f"{url}/b/k", headers=SIGNED, timeout=20)
        assert not plainly(url, b"GET /b/k HTTP/1.1\r\nConnection: close\r\n").endswith(b"0\r\n\r\n")


def plainly(url: str, head: bytes) -> bytes:
    """All that comes back until the connection ends."""
    with socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), timeout=20) as connection:
        connection.sendall(head + f"Host: 127.0.0.1\r\nAuthorization: {SIGNED['Authorization']}\r\n\r\n".encode())
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    return received


def test_an_answer_that_is_under_way_is_sent_before_the_end(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    front, asked = Front(settings), threading.Event()

    def slowly(*_: Any) -> dict[str, Any]:
        asked.set()
        time.sleep(0.5)
        return {"TrainingJobSummaries": []}

    monkeypatch.setattr(front.engine, "call", slowly)
    headers = {**SIGNED, "X-Amz-Target": "SageMaker.ListTrainingJobs"}
    headers["Authorization"] = headers["Authorization"].replace("ecr", "sagemaker")
    answers = []
    with front.running() as url:
        thread = threading.Thread(
            target=lambda: answers.append(requests.post(url, data="{}", headers=headers, timeout=20))
        )
        thread.start()
        assert asked.wait(10)
    thread.join()
    assert answers[0].json() == {"TrainingJobSummaries": []}
