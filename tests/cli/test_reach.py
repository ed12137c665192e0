"""--profile, --region and --endpoint-url, --aws and --local: each command goes where they say, and nowhere else."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cli_jobs import inside, write_job
from recorded_jobs import Ran, record_job

from smtune.local.settings import Settings

ABOUT_A_JOB = [
    ("wait", "toy"),
    ("watch", "toy"),
    ("describe", "toy"),
    ("logs", "toy"),
    ("why", "toy"),
    ("stop", "toy"),
    ("delete", "toy", "--yes"),
    ("results", "toy"),
    ("best", "toy"),
    ("compare", "toy", "other"),
    ("report", "toy"),
    ("cost", "toy"),
    ("archive", "toy", "kept"),
    ("clone", "toy"),
    ("refine", "toy"),
    ("extend", "toy", "--jobs", "1"),
    ("suggest", "toy"),
    ("diagnose", "toy"),
    ("verify-best", "toy", "--yes"),
]
UPLOAD = ("data", "upload", "rows.csv", "s3://mine/rows")
OTHERS = [
    ("run", "--resume", "toy"),
    ("run", "spec.yaml"),
    ("launch", "spec.yaml"),
    ("plan", "spec.yaml", "--online"),
    UPLOAD,
    ("data", "compare", "s3://mine/rows", "s3://mine/others"),
    ("list",),
]


@dataclass
class Listener:
    """A service that refuses whatever it is asked, and remembers who asked, for which region."""

    url: str
    asked: set[tuple[str, str]] = field(default_factory=set)


@pytest.fixture
def listener() -> Iterator[Listener]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            signed = re.search(r"Credential=(\w+)/\d+/([\w-]+)/", self.headers["Authorization"])
            assert signed is not None
            heard.asked.add((signed[1], signed[2]))
            body = b'{"__type": "AccessDeniedException", "message": "not you"}'
            self.send_response(403)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else body)

        do_GET = do_HEAD = do_POST = do_PUT = answer  # noqa: N815  named by http.server

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    heard = Listener(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield heard
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def profile() -> None:
    """A profile with keys of its own, beside those of the environment."""
    text = "[mine]\naws_access_key_id = MINE\naws_secret_access_key = secret\n"
    Path(os.environ["AWS_SHARED_CREDENTIALS_FILE"]).write_text(text, encoding="utf-8")


@pytest.mark.usefixtures("profile")
@pytest.mark.parametrize("words", [*ABOUT_A_JOB, *OTHERS], ids=" ".join)
def test_a_profile_a_region_and_an_endpoint_are_where_a_command_goes(
    words: tuple[str, ...], listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_job(Path())
    others_keys(monkeypatch)
    done = inside(*words, "--profile", "mine", "--region", "eu-west-3", "--endpoint-url", listener.url)
    assert listener.asked == {("MINE", "eu-west-3")}
    assert (done.returncode, done.stdout) == (254, "")


@pytest.mark.usefixtures("profile")
def test_the_doctor_goes_there_and_to_the_services_that_have_one_region(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    others_keys(monkeypatch)
    done = inside("doctor", "--profile", "mine", "--region", "eu-west-3", "--endpoint-url", listener.url)
    assert listener.asked == {("MINE", "eu-west-3"), ("MINE", "us-east-1")}
    assert done.returncode == 1


def others_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "OTHER")
    monkeypatch.setenv("AWS_REGION", "us-east-2")


@pytest.mark.parametrize("words", [*ABOUT_A_JOB, ("run", "--resume", "toy")], ids=" ".join)
def test_local_is_this_machine_even_for_a_job_that_it_does_not_know(
    words: tuple[str, ...], home: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    others_keys(monkeypatch)
    monkeypatch.setenv("AWS_ENDPOINT_URL", listener.url)
    done = inside(*words, "--local")
    assert (done.returncode, done.stdout, listener.asked) == (254, "", set())
    assert str(home) in done.stderr


@pytest.mark.parametrize("words", [*ABOUT_A_JOB, ("list",), ("doctor",), UPLOAD], ids=" ".join)
def test_aws_is_meant_even_for_a_job_that_ran_here(words: tuple[str, ...], settings: Settings) -> None:
    write_job(Path())
    for name in ("toy", "other"):
        record_job(settings, name, [Ran()])
    done = inside(*words, "--aws")
    assert (done.returncode, done.stdout) == (253, "")
    assert "no AWS region: set AWS_REGION" in done.stderr


@pytest.mark.parametrize("said", [("--profile", "mine"), ("--region", "eu-west-3"), ("--endpoint-url", "http://a")])
@pytest.mark.parametrize("words", [("describe", "toy"), ("launch", "spec.yaml"), ("run", "--resume", "toy")])
def test_this_machine_has_no_profile_region_or_endpoint(words: tuple[str, ...], said: tuple[str, ...]) -> None:
    done = inside(*words, "--local", *said)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: --local is this machine: it has no profile, region or endpoint\n")


@pytest.mark.parametrize("words", [*ABOUT_A_JOB, ("list",), ("doctor",), UPLOAD], ids=" ".join)
def test_both_places_at_once_are_refused(words: tuple[str, ...]) -> None:
    write_job(Path())
    for both in (("--local", "--aws"), ("--aws", "--local")):
        done = inside(*words, *both)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("error: --local is this machine, --aws is AWS: say one of them\n")


def test_a_place_on_the_command_line_is_stronger_than_one_in_a_variable(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_job(settings, "toy", [Ran()])
    monkeypatch.setenv("SMTUNE_DESCRIBE_AWS", "1")
    assert inside("describe", "toy").returncode == 253
    assert inside("describe", "toy", "--local").returncode == 0
    monkeypatch.setenv("SMTUNE_DESCRIBE_LOCAL", "1")
    assert inside("describe", "toy").returncode == 2
    assert inside("describe", "toy", "--aws").returncode == 253
