"""smtune best: by the objective or another metric, and its model."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest
from cli_jobs import inside
from fake_tuning import FakeTuning

from smtune.results import download


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> FakeTuning:
    service = FakeTuning(metrics=("validation:loss", "validation:auc", "throughput"))
    for number in (1, 2, 3):
        service.add(number)
    monkeypatch.setattr("smtune.cli.sessions.find_session", lambda *_: service.session())
    return service


def best(*options: str) -> str:
    return str(json.loads(inside("best", "tune", "-o", "json", *options).stdout)["training_job_name"])[5:8]


def test_the_best_is_that_of_the_objective(service: FakeTuning) -> None:
    assert best() == "003"
    service.calls.clear()
    text = inside("best", "tune").stdout
    assert service.calls["DescribeHyperParameterTuningJob"] == 1, "nothing is asked twice"
    assert "validation:loss, minimized" in text
    assert "s3://bucket/tune-003-00000003/output/model.tar.gz" in text


def test_what_looks_like_a_secret_is_not_shown(service: FakeTuning) -> None:
    service.add(4, static={"api_key": "k9-k9-k9", "rounds": "7"})
    said = json.loads(inside("best", "tune", "-o", "json").stdout)
    assert said["static_hyperparameters"] == {"api_key": "(hidden)", "rounds": 7}


def test_another_metric_has_another_best(service: FakeTuning) -> None:
    assert best("--metric", "validation:auc") == "001", "more of it is better, as its name says"
    assert best("--metric", "validation:auc", "--minimize") == "003"
    assert best("--metric", "throughput", "--maximize") == "001"


def test_which_way_is_better_has_to_be_known(service: FakeTuning) -> None:
    done = inside("best", "tune", "--metric", "throughput")
    assert done.returncode == 2
    assert "--maximize or --minimize" in done.stderr
    assert inside("best", "tune", "--maximize").returncode == 2
    done = inside("best", "tune", "--metric", "accuracy")
    assert "no training job of tune has a metric accuracy: they have validation:loss" in done.stderr


def test_no_completed_training_job_is_exit_code_1(service: FakeTuning) -> None:
    service.jobs.clear()
    service.status = "InProgress"
    service.add(1, "InProgress")
    assert inside("best", "tune").returncode == 1


def test_the_model_is_downloaded_within_limits(
    service: FakeTuning, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name in ("a", "b"):
            member = tarfile.TarInfo(name)
            member.size = 2000
            tar.addfile(member, io.BytesIO(b"x" * 2000))

    def look(_: object, uri: str) -> download.Object:
        return download.Object(uri, len(buffer.getvalue()), '"etag"', {})

    def append(_: object, __: object, part: Path, ___: object) -> None:
        part.write_bytes(buffer.getvalue())

    monkeypatch.setattr(download, "_look", look)
    monkeypatch.setattr(download, "_append", append)
    monkeypatch.setattr("smtune.results.unpack._SMALL", 0)
    target = tmp_path / "best"
    for limit in (["--max-members", "1"], ["--max-size", "0.000003"], ["--max-ratio", "2"]):
        done = inside("best", "tune", "--download", str(target), *limit)
        assert done.returncode == 255
        assert limit[0] in done.stderr
    done = inside("best", "tune", "--download", str(target), "-o", "json")
    assert json.loads(done.stdout)["unpacked"] == str(target / "model")
    assert (target / "model" / "a").read_bytes() == b"x" * 2000


@pytest.mark.parametrize("limit", [("--max-size", "1"), ("--max-ratio", "2"), ("--max-members", "3")])
def test_limits_are_of_a_download(limit: tuple[str, ...], service: FakeTuning) -> None:
    done = inside("best", "tune", *limit)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--max-size, --max-ratio and --max-members are limits of --download" in done.stderr
