"""smtune data upload: the prefix on stdout, everything else on stderr."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from cli_jobs import inside
from either_peer import sign_in
from s3_stub import SECRET, S3Stub, serve_stub

from smtune.cli import main
from smtune.cli.data import COMMANDS, command

HERE = "s3://bucket/images"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "set" / "deep").mkdir(parents=True)
    (tmp_path / "set" / "a.csv").write_text("1")
    (tmp_path / "set" / "deep" / "b.csv").write_text("22")
    (tmp_path / "set" / ".env").write_text("SECRET")
    return tmp_path / "set"


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Stub]:
    sign_in(monkeypatch)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    with serve_stub() as stub:
        yield stub


def test_stdout_is_the_prefix_that_a_channel_names(folder: Path, home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "upload", str(folder), HERE, "--local"]) == 0
    out, err = capfd.readouterr()
    uri = out.strip()
    assert uri.startswith(f"{HERE}/")
    assert uri.endswith("/")
    assert err == "2 files: 2 sent (0.0 MB); left out: .env\n"
    assert (home / "s3" / uri.removeprefix("s3://") / "deep" / "b.csv").read_text() == "22"

    assert main(["data", "upload", str(folder), HERE, "--local"]) == 0
    assert capfd.readouterr() == (out, "2 files: 2 there already (0.0 MB); left out: .env\n")


def test_json_says_what_was_done(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "upload", str(folder), HERE, "--local", "-o", "json"]) == 0
    said = json.loads(capfd.readouterr().out)
    assert said == {
        "uri": f"{HERE}/{said['fingerprint']}/",
        "manifest": f"{HERE}/manifests/{said['fingerprint']}.json",
        "fingerprint": said["fingerprint"],
        "files": 2,
        "bytes": 3,
        "sent": {"files": 2, "bytes": 3, "resumed_bytes": 0},
        "copied": {"files": 0, "bytes": 0},
        "kept": {"files": 0, "bytes": 0},
        "left_out": [".env"],
        "dry_run": False,
    }


def test_a_dry_run_sends_nothing(folder: Path, home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "upload", str(folder), HERE, "--local", "--dry-run"]) == 0
    assert "2 would be sent" in capfd.readouterr().err
    assert not list((home / "s3").rglob("*.csv"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none", HERE], "there is no file or folder none"),
        (["{folder}", "images"], "'images' is not an S3 URI"),
        (["{folder}", HERE, "--jobs", "0"], "--jobs"),
    ],
)
def test_what_cannot_be_uploaded_is_a_wrong_argument(
    arguments: list[str], message: str, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["data", "upload", *(word.format(folder=folder) for word in arguments), "--local"]) == 2
    assert message in capfd.readouterr().err


def test_without_a_region_it_says_what_is_missing(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "upload", str(folder), HERE]) == 253
    assert "region" in capfd.readouterr().err


def test_ctrl_c_says_how_far_it_came(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("smtune.data.upload.send.carry_out", interrupt)
    assert main(["data", "upload", str(folder), HERE, "--local"]) == 130
    assert (
        capfd.readouterr().err == "0 of 2 files (0.0 of 0.0 MB) are there; run it again to send the rest\ninterrupted\n"
    )


def test_a_long_upload_says_how_far_it_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("smtune.cli.uploading._PAUSE", 0.0)
    assert main(["data", "upload", str(folder), HERE, "--local"]) == 0
    assert "2 of 2 files (0.0 of 0.0 MB) are there\n" in capfd.readouterr().err


def test_a_terminal_gets_a_bar(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert main(["data", "upload", str(folder), HERE, "--local"]) == 0
    assert "2 of 2 files" in capfd.readouterr().err


def test_the_group_knows_its_commands_without_importing_them(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "--help"]) == 0
    out = capfd.readouterr().out
    assert all(name in out for name in COMMANDS)
    assert isinstance(command, click.Group)
    assert list(command.commands) == list(COMMANDS)
    assert command.commands["upload"].name == "upload"
    with pytest.raises(KeyError):
        command.commands["none"]
    assert main(["data", "none"]) == 2


def test_the_key_and_the_buckets_owner_go_with_every_request(folder: Path, stub: S3Stub) -> None:
    options = ("--kms-key", "alias/ours", "--bucket-owner", "123456789012", "--endpoint-url", stub.url)
    done = inside("data", "upload", str(folder), HERE, *options)
    assert done.returncode == 0, done.stderr
    assert {each.headers.get("x-amz-expected-bucket-owner") for each in stub.requests} == {"123456789012"}
    made = stub.did("PUT")
    assert len(made) == 3
    assert {each.headers["x-amz-server-side-encryption-aws-kms-key-id"] for each in made} == {"alias/ours"}


@pytest.mark.parametrize("jobs", [1, 3])
def test_so_many_requests_are_made_at_once(folder: Path, jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    started, start = list[str](), threading.Thread.start

    def begin(thread: threading.Thread) -> None:
        started.append(thread.name)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", begin)
    done = inside("data", "upload", str(folder), HERE, "--local", "--jobs", f"{jobs}")
    assert done.returncode == 0, done.stderr
    assert sum(name.startswith("smtune-upload-") for name in started) == jobs
