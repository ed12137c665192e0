"""The front with clients and an upstream that misbehave: an answer or an end of the connection, never a hang."""

from __future__ import annotations

import http.client
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

import pytest

from smtune.local.http import Front, handler, server
from smtune.local.settings import Settings

SCOPE = "Credential=a/20260101/us-east-1/{}/aws4_request"
LIST = "X-Amz-Target: SageMaker.ListTrainingJobs\r\nContent-Type: application/x-amz-json-1.1\r\n"
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
LOGS = "X-Amz-Target: Logs_20140328.{}\r\nContent-Type: application/x-amz-json-1.1\r\n"
GROUP = b'{"logGroupName": "/aws/sagemaker/TrainingJobs", "nextToken": "x"}'
SEARCH = LIST.replace("ListTrainingJobs", "Search")


@pytest.fixture
def url(settings: Settings) -> Iterator[str]:
    with Front(settings).running() as url:
        yield url


def connected(url: str, timeout: float = 20) -> socket.socket:
    return socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), timeout=timeout)


def exchange(url: str, data: bytes) -> bytes:
    """All that comes back until the connection ends."""
    with connected(url) as connection:
        connection.sendall(data)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    return received


def request(service: str, body: bytes, headers: str = "", line: str = "POST / HTTP/1.1") -> bytes:
    head = f"{line}\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: {SCOPE.format(service)}\r\n{headers}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def nested(depth: int) -> bytes:
    inner = b'{"SubExpressions":[' * depth + b"{}" + b"]}" * depth
    return b'{"Resource": "TrainingJob", "SearchExpression": ' + inner + b"}"


@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        (b"GET / HTTP/1.1\r\nHost: [::1\r\nConnection: close\r\n\r\n", 403, "not this machine"),
        (
            b"GET http://[x/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            403,
            "Missing Authentication Token",
        ),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", 411, "Content-Length"),
        (request("sagemaker", b"", "Transfer-Encoding: chunked\r\n"), 411, "Content-Length"),
        (request("sagemaker", b"{}", LIST, "PATCH / HTTP/1.1"), 501, "Unsupported method"),
        (request("sagemaker", b"{}", LIST, "POST /nowhere HTTP/1.1"), 404, "no operation"),
        (request("sagemaker", b"{}", "Content-Type: image/png\r\n"), 400, "does not know the operation"),
        (request("sagemaker", b"[" * 200_000, LIST), 400, "not a JSON object"),
        (request("sagemaker", b"\xff\xfe{", LIST), 400, "not a JSON object"),
        (request("sagemaker", nested(200), SEARCH), 400, ""),
        (request("sagemaker", nested(2000), SEARCH), 400, ""),
        (request("sagemaker", b'{"CreationTimeAfter": 1e308}', LIST), 400, "ValidationException"),
        (request("sagemaker", b'{"CreationTimeAfter": NaN}', LIST), 400, "ValidationException"),
        (request("sagemaker", b'{"NextToken": "WyJhIiwgImIiXQ=="}', LIST), 400, "NextToken"),
        (request("sagemaker", b'{"NameContains": "\\ud800"}', LIST), 400, "ValidationException"),
        (request("logs", GROUP, LOGS.format("DescribeLogStreams")), 400, "nextToken is invalid"),
        (request("logs", GROUP, LOGS.format("FilterLogEvents")), 400, "nextToken is invalid"),
        (request("monitoring", b"Action=ListMetrics&Dimensions.member.x.Name=a", FORM), 400, "is no number"),
        (request("monitoring", b"Action=%00%01", FORM), 400, "does not know the operation"),
        (request("sagemaker", b" " * (17 << 20), LIST), 413, "16777216 bytes"),
    ],
    ids=lambda value: "sent" if isinstance(value, bytes) else None,
)
def test_what_makes_no_sense_is_refused_in_words(
    url: str, sent: bytes, status: int, words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    received = exchange(url, sent)

    assert received.startswith(f"HTTP/1.1 {status} ".encode())
    assert words in received.decode()
    assert "Traceback" not in capfd.readouterr().err


def test_a_database_that_is_harmed_meanwhile_is_named(url: str, settings: Settings) -> None:
    settings.home.mkdir(parents=True)
    settings.database.write_bytes(b"this is no database " * 100)
    received = exchange(url, request("sagemaker", b"{}", LIST))

    assert received.startswith(b"HTTP/1.1 500 ")
    assert b"is not smtune's database" in received


def test_head_has_no_body(url: str) -> None:
    received = exchange(url, request("sagemaker", b"", LIST, "HEAD / HTTP/1.1"))
    assert received.endswith(b"\r\n\r\n")


def test_half_a_request_ends_with_its_client(url: str) -> None:
    with connected(url) as connection:
        connection.sendall(request("sagemaker", b"{}", LIST)[:-1])
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(65536) == b"", "it is not known what was asked, so nothing is said"


def test_who_is_slow_is_cut_off(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handler.Handler, "timeout", 0.2)
    with Front(settings).running() as url, connected(url) as connection:
        connection.sendall(request("sagemaker", b"{}", LIST)[:-1])
        assert connection.recv(65536) == b""


def test_who_sends_a_byte_now_and_then_is_cut_off_as_well(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_HEAD_SECONDS", 0.5)
    with Front(settings).running() as url, connected(url) as connection:
        connection.setblocking(False)
        began, ended = time.monotonic(), False
        while not ended and time.monotonic() - began < 10:
            connection.send(b"x")
            time.sleep(0.05)
            ended = bool(select.select([connection], [], [], 0)[0])
        assert ended
        assert connection.recv(1) == b""
        assert time.monotonic() - began > 0.4


def test_who_is_in_time_may_go_on_for_longer(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_HEAD_SECONDS", 0.5)
    with Front(settings).running() as url, connected(url) as connection:
        for _ in range(4):
            assert answer_of(connection, request("sagemaker", b"{}", LIST))[0] == 200
            time.sleep(0.25)


def answer_of(connection: socket.socket, sent: bytes) -> tuple[int, bytes]:
    """Status and body that come back to a request that does not end its connection."""
    connection.sendall(sent.replace(b"Connection: close\r\n", b""))
    with closing(http.client.HTTPResponse(connection)) as answer:
        answer.begin()
        return answer.status, answer.read()


@pytest.mark.parametrize("chunked", [False, True], ids=["of a length", "in chunks"])
def test_a_connection_goes_on_after_an_upload_that_was_refused(url: str, chunked: bool) -> None:
    body = b"x" * 300_000
    upload = request("s3", body, line="PUT /bucket/../key HTTP/1.1")
    if chunked:
        head = upload[: -len(body)].replace(b"Content-Length: 300000", b"Transfer-Encoding: chunked")
        upload = head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    with connected(url) as connection:
        assert answer_of(connection, upload)[0] == 400
        assert answer_of(connection, request("s3", b"", line="PUT /bucket/key HTTP/1.1"))[0] == 200


def test_a_key_may_be_sent_as_it_is_written(url: str) -> None:
    """curl and others send UTF-8 without percent signs."""
    exchange(url, request("s3", b"text", line="PUT /bucket/%C3%A4/key HTTP/1.1"))
    assert exchange(url, request("s3", b"", line="GET /bucket/ä/key HTTP/1.1")).endswith(b"\r\n\r\ntext")
    listed = exchange(url, request("s3", b"", line="GET /bucket?list-type=2&prefix=ä HTTP/1.1"))
    assert "<Key>ä/key</Key>" in listed.decode()


def test_calls_on_one_connection_do_not_wait_for_acknowledgements(url: str) -> None:
    """Headers and body in two packets cost 40 ms a call, unless they are sent at once."""
    with closing(http.client.HTTPConnection("127.0.0.1", urlsplit(url).port, timeout=20)) as connection:
        headers = dict(line.split(": ") for line in LIST.strip().split("\r\n"))
        headers["Authorization"] = SCOPE.format("sagemaker")
        took = []
        for _ in range(10):
            began = time.monotonic()
            connection.request("POST", "/", b"{}", headers)
            assert connection.getresponse().read() == b'{"TrainingJobSummaries": []}'
            took.append(time.monotonic() - began)
    assert sorted(took)[5] < 0.03


def test_there_is_an_end_to_connections_and_closing_ends_them(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_MOST_CONNECTIONS", 5)
    before = threading.active_count()
    with Front(settings).running() as url:
        idle = [connected(url) for _ in range(8)]
        assert [connection.recv(1) for connection in idle[5:]] == [b""] * 3
        idle[0].close()
        time.sleep(0.3)
        assert exchange(url, request("sagemaker", b"{}", LIST)).startswith(b"HTTP/1.1 200")
    for connection in idle[1:5]:
        assert connection.recv(1) == b"", "closing the front ends them"
    for connection in idle:
        connection.close()
    until = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < until:
        time.sleep(0.02)
    assert threading.active_count() == before


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
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def test_an_object_that_breaks_off_is_not_filled_up_with_anything(settings: Settings) -> None:
    """Else the client waits for ever, or takes an error's text for the object's last bytes."""
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 300
    with upstream(half) as other, Front(settings, s3=other).running() as url, connected(url) as connection:
        connection.sendall(request("s3", b"", line="GET /b/k HTTP/1.1").replace(b"Connection: close\r\n", b""))
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    assert received.endswith(b"\r\n\r\n" + b"x" * 300)


def test_an_upstream_that_speaks_nonsense_is_unavailable(settings: Settings) -> None:
    with upstream(b"what?\r\n") as other, Front(settings, s3=other).running() as url:
        assert exchange(url, request("s3", b"", line="GET /b/k HTTP/1.1")).startswith(b"HTTP/1.1 503")


def test_a_key_goes_on_to_the_upstream_however_it_is_written(settings: Settings) -> None:
    fine = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntext"
    with upstream(fine) as other, Front(settings, s3=other).running() as url:
        assert exchange(url, request("s3", b"", line="GET /b/ä HTTP/1.1")).endswith(b"\r\n\r\ntext")


def test_an_upload_whose_client_has_gone_is_given_up_at_once(settings: Settings) -> None:
    """The upstream would wait for the rest of it, and the front for the upstream."""
    before = threading.active_count()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.listen()
        with Front(settings, s3=f"http://127.0.0.1:{silent.getsockname()[1]}").running() as url:
            began = time.monotonic()
            with connected(url) as connection:
                connection.sendall(request("s3", b"x" * 100, line="PUT /b/k HTTP/1.1")[:-50])
                connection.shutdown(socket.SHUT_WR)
                assert connection.recv(1) == b""
            assert time.monotonic() - began < 5
    until = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < until:
        time.sleep(0.02)
    assert threading.active_count() == before
