"""The local engine behind HTTP with moto's S3 beside it, and plain boto3 sessions on it. A pytest plugin."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import pytest
import requests

from smtune.local.settings import Settings


def plain_session() -> boto3.Session:
    """boto3 as anybody uses it, on whatever AWS_ENDPOINT_URL says."""
    return boto3.Session("testing", "testing", region_name="us-east-1")


@contextmanager
def moto_server() -> Iterator[str]:
    """moto's server, empty, in a thread; yields its URL."""
    from moto.server import ThreadedMotoServer  # a second, which few test processes need

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # or it writes a line for each request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    requests.post(f"http://{host}:{port}/moto-api/reset", timeout=10)  # its state is the process's
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@pytest.fixture
def moto_url() -> Iterator[str]:
    with moto_server() as url:
        yield url


@pytest.fixture
def front_url(moto_url: str, home: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The front's URL, which is AWS_ENDPOINT_URL, too: nothing else is set."""
    from smtune.local.http import Front

    with Front(Settings.from_environment(), s3=moto_url).running() as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        yield url


@pytest.fixture
def http_session(front_url: str) -> boto3.Session:
    return plain_session()
