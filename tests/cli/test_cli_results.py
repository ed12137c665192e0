"""smtune results: what is printed, in which order, and where it goes. The tuning job is on a SageMaker that is not."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pandas as pd
import pytest
from cli_jobs import inside
from fake_tuning import FakeTuning


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> FakeTuning:
    """Four training jobs, the third is the best, the last one failed; every session is on them."""
    service = FakeTuning()
    for number in (2, 1, 3):
        service.add(number)
    service.add(4, "Failed", FailureReason="AlgorithmError: no memory")
    monkeypatch.setattr("smtune.cli.sessions.find_session", lambda *_: service.session())
    return service


def names(text: str) -> list[str]:
    return [row["name"][5:8] for row in csv.DictReader(io.StringIO(text))]


def test_the_table_has_the_best_first_and_why_the_failed_failed(service: FakeTuning) -> None:
    heading, *rows = inside("results", "tune").stdout.splitlines()
    assert heading.split() == ["name", "status", "validation:loss", "seconds", "eta", "depth", "failure_reason"]
    assert [row[5:8] for row in rows] == ["003", "002", "001", "004"]
    assert rows[-1].endswith("AlgorithmError: no memory")


def test_data_are_in_the_order_of_creation(service: FakeTuning) -> None:
    assert names(inside("results", "tune", "-o", "csv").stdout) == ["001", "002", "003", "004"]
    first = json.loads(inside("results", "tune", "-o", "json").stdout)[0]
    assert first["hyperparameters"] == {"eta": 0.001, "depth": 2}
    assert first["metrics"] == {"validation:loss": 1.0, "train:loss": 1.0}
    assert first["created"].endswith("+00:00")
    assert first["failure_reason"] is None


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (["--top", "2"], ["003", "002"]),
        (["--sort", "hp.depth"], ["001", "002", "003", "004"]),
        (["--sort", "-created", "--top", "1"], ["004"]),
        (["--sort", "-metric.train:loss"], ["001", "002", "003", "004"]),
    ],
)
def test_sort_and_top_choose_the_rows(service: FakeTuning, options: list[str], wanted: list[str]) -> None:
    assert names(inside("results", "tune", "-o", "csv", *options).stdout) == wanted


def test_an_unknown_column_is_answered_with_the_known_ones(service: FakeTuning) -> None:
    done = inside("results", "tune", "--sort", "nix")
    assert done.returncode == 2
    assert "there is no column nix: there are name, status, objective" in done.stderr


def test_a_file_is_written_whole_and_nothing_is_printed(service: FakeTuning, tmp_path: Path) -> None:
    for form, read in (("csv", pd.read_csv), ("parquet", pd.read_parquet)):
        file = tmp_path / f"trials.{form}"
        done = inside("results", "tune", "-o", form, "--out", str(file))
        assert (done.returncode, done.stdout) == (0, "")
        assert len(read(file)) == 4
    assert inside("results", "tune", "--out", str(tmp_path / "table")).stdout == ""
    assert (tmp_path / "table").read_text().startswith("name ")
    assert len(list(tmp_path.iterdir())) == 3, "no draft is left"
    assert pd.read_parquet(tmp_path / "trials.parquet")["hp.depth"].dtype == "Int64"


def test_a_file_that_cannot_be_written_is_named(service: FakeTuning) -> None:
    done = inside("results", "tune", "-o", "csv", "--out", "no/such/folder.csv")
    assert done.returncode == 255
    assert done.stderr.startswith("error: no/such/folder.csv: ")


def test_what_is_no_plain_file_is_written_to_and_not_replaced(service: FakeTuning, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    done = inside("results", "tune", "-o", "csv", "--out", str(tmp_path / "kept"))
    assert (done.returncode, done.stderr) == (255, f"error: {tmp_path / 'kept'}: Is a directory\n")
    (tmp_path / "link.csv").symlink_to(tmp_path / "kept" / "trials.csv")
    (tmp_path / "kept" / "trials.csv").touch()
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    for name in ("link.csv", "pipe"):
        assert inside("results", "tune", "-o", "csv", "--out", str(tmp_path / name)).returncode == 0
    assert (tmp_path / "link.csv").is_symlink()
    assert len(pd.read_csv(tmp_path / "kept" / "trials.csv")) == 4
    assert os.read(reader, 5) == b"name,"
    os.close(reader)


def test_parquet_without_its_package_says_what_to_install(service: FakeTuning, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smtune.results.write.find_spec", lambda _: None)
    done = inside("results", "tune", "-o", "parquet", "--out", "trials.parquet")
    assert done.returncode == 253
    assert "pip install 'smtune[parquet]'" in done.stderr


def test_curves_are_every_point_of_every_metric(service: FakeTuning) -> None:
    begin = service.jobs["tune-001-00000001"]["TrainingStartTime"].timestamp()
    lines = [(begin + step, f"validation:loss={step} train:loss=nan") for step in range(3)]
    service.lines["tune-001-00000001/algo-1"] = lines
    points = json.loads(inside("results", "tune", "--curves", "-o", "json").stdout)
    assert [(item["metric"], item["seconds"], item["value"]) for item in points] == [
        ("validation:loss", 0.0, 0.0),
        ("validation:loss", 1.0, 1.0),
        ("validation:loss", 2.0, 2.0),
        *(("train:loss", float(second), None) for second in range(3)),
    ]
    heading = inside("results", "tune", "--curves").stdout.splitlines()[0]
    assert heading.split() == ["training_job", "metric", "step", "time", "seconds", "value", "source"]


def test_no_curves_is_said_on_stderr(service: FakeTuning) -> None:
    done = inside("results", "tune", "--curves")
    assert (done.returncode, done.stdout) == (0, "")
    assert "has no curves yet" in done.stderr


def test_cached_asks_nobody(service: FakeTuning) -> None:
    assert "ask without --cached" in inside("results", "tune", "--cached").stderr
    inside("results", "tune")
    service.calls.clear()
    assert len(inside("results", "tune", "--cached").stdout.splitlines()) == 5
    assert service.calls.total() == 0
    assert inside("results", "tune", "--cached", "--curves").returncode == 2
