"""A wrong address is told in seconds; a service that was there, and is away for a moment, is waited for."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError
from cli_jobs import inside
from either_peer import sign_in

from smtune.errors import ServiceError
from smtune.patience import trouble_of
from smtune.service import dead_end, translated
from smtune.session import connect

ALL_TRIES = 10  # and one more, after which botocore thinks of no other
ADDRESS = "http://127.0.0.1:9"


class Empty(BaseHTTPRequestHandler):
    """SageMaker without tuning jobs."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"HyperParameterTuningJobSummaries": []}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def failures(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """An item for each try after which botocore thinks of another one; the pauses take no time."""
    sign_in(monkeypatch)
    seen: list[Any] = []

    def at_once(_: Any, context: Any) -> float:
        seen.append(context)
        return 0.0

    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", at_once)
    return seen


@pytest.fixture
def port() -> Iterator[int]:
    """A port of this machine that is taken, but where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def listed(client: Any) -> Any:
    with translated():
        return client.list_hyper_parameter_tuning_jobs()["HyperParameterTuningJobSummaries"]


def test_an_address_where_nothing_listens_is_told_after_three_tries(failures: list[Any], port: int) -> None:
    done = inside("list", "--aws", "--endpoint-url", f"http://127.0.0.1:{port}")
    assert (done.returncode, done.stdout) == (254, "")
    assert done.stderr.startswith("error: EndpointConnectionError: ")
    assert "nothing listens there" in done.stderr
    assert "for 2 min" not in done.stderr
    assert len(failures) == 3


def test_a_service_that_was_there_gets_every_try(failures: list[Any]) -> None:
    with HTTPServer(("127.0.0.1", 0), Empty) as server:
        client = connect("aws", endpoint_url=f"http://127.0.0.1:{server.server_port}").client("sagemaker")
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        assert listed(client) == []
        thread.join()
    assert failures == []
    with pytest.raises(ServiceError, match="nothing listens there"):
        listed(client)
    assert len(failures) == ALL_TRIES


def failed(cause: OSError) -> EndpointConnectionError:
    """As botocore raises it."""
    return EndpointConnectionError(endpoint_url=ADDRESS, error=cause)


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "nothing listens there"),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "there is no host of this name"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"), ""),
        (OSError(113, "No route to host"), ""),
        (TimeoutError("timed out"), ""),
        (ConnectionResetError(104, "Connection reset by peer"), ""),
    ],
)
def test_only_what_no_further_try_can_help_is_a_dead_end(cause: OSError, reason: str) -> None:
    assert (dead_end(failed(cause)) or "").startswith(reason)
    assert bool(dead_end(failed(cause))) == bool(reason)
    with pytest.raises(ServiceError) as caught, translated():
        raise failed(cause)
    assert reason in str(caught.value)
    before, later = trouble_of(caught.value, worked=False), trouble_of(caught.value, worked=True)
    assert (before is None) == bool(reason)
    assert later is not None, "what answered once is waited for"


def test_a_slow_network_is_no_dead_end() -> None:
    with pytest.raises(ServiceError) as caught, translated():
        raise ConnectTimeoutError(endpoint_url=ADDRESS)
    assert trouble_of(caught.value, worked=False) is not None
