"""The built-in XGBoost's program against recordings of the container's own code: see xgboost_oracle.md."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from training_folder import record

from smtune.algorithms.xgboost import check
from smtune.local.programs.xgboost_light import xgb
from smtune.local.programs.xgboost_train import read_job, run

HERE = Path(__file__).parent
SETTINGS = json.loads((HERE / "xgboost_settings.json").read_text())
RECORDED = json.loads((HERE / "xgboost_runs.json").read_text())
RUNS = RECORDED["runs"]
DATA: dict[str, tuple[str, Callable[..., Any]]] = {
    "csv": ("text/csv", load_breast_cancer),
    "libsvm": ("text/libsvm", load_iris),
    "parquet": ("application/x-parquet", load_diabetes),
    "recordio": ("application/x-recordio-protobuf", load_iris),
}

same_library = pytest.mark.skipif(
    xgb.__version__ != RECORDED["xgboost"], reason=f"recorded with xgboost {RECORDED['xgboost']}: record anew"
)


class Printed(logging.Handler):
    """A log among what is printed, without times."""

    def emit(self, record: logging.LogRecord) -> None:
        sys.stdout.write(f"{record.levelname} {record.getMessage()}\n")


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An /opt/ml; the program's log goes to stdout."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    handler = Printed()
    logger = logging.getLogger("smtune.local.programs")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield tmp_path / "ml"
    logger.removeHandler(handler)
    logger.setLevel(level)


def write_rows(folder: Path, kind: str, rows: Any, name: str) -> None:
    folder.mkdir(parents=True)
    if kind == "csv":
        np.savetxt(folder / f"{name}.csv", rows, delimiter=",", fmt="%.9g")
    elif kind == "libsvm":
        cells = (" ".join(f"{n}:{v:.9g}" for n, v in enumerate(row[1:], 1) if v > 1) for row in rows)
        lines = (f"{row[0]:g} {text}\n" for row, text in zip(rows, cells, strict=True))
        (folder / f"{name}.libsvm").write_text("".join(lines))
    elif kind == "recordio":
        (folder / f"{name}.rec").write_bytes(b"".join(record(list(row[1:]), row[0]) for row in rows))
    else:
        pyarrow = pytest.importorskip("pyarrow")
        __import__("pyarrow.parquet")
        table = pyarrow.table({f"c{n}": column for n, column in enumerate(rows.T)})
        pyarrow.parquet.write_table(table, folder / f"{name}.parquet")


def prepare(base: Path, recorded: dict[str, Any]) -> None:
    """The tree of a recorded run: every third row for validation, or the training rows themselves (`copies`)."""
    content_type, dataset = DATA[recorded["data"]]
    features, labels = dataset(return_X_y=True)
    rows = np.column_stack([labels, features])
    held_out = np.arange(len(rows)) % 3 == 0
    copies = recorded["validation"] == "copies"
    parts = {"train": rows[~held_out]}
    if recorded["validation"]:
        parts["validation"] = parts["train"] if copies else rows[held_out]
    for channel, part in parts.items():
        write_rows(base / "input/data" / channel, recorded["data"], part, "rows" if copies else channel)
    described = {"TrainingInputMode": "File", "ContentType": content_type}
    config = base / "input/config"
    config.mkdir(parents=True)
    (config / "hyperparameters.json").write_text(json.dumps(recorded["hyperparameters"]))
    (config / "inputdataconfig.json").write_text(json.dumps(dict.fromkeys(parts, described)))


def comparable(log: str) -> list[str]:
    """The lines, none twice in a row, each one's metrics in alphabetical order."""
    lines = list[str]()
    for line in log.splitlines():
        first, *metrics = line.split("\t")
        sorted_line = "\t".join([first, *sorted(metrics)])
        if [sorted_line] != lines[-1:]:
            lines.append(sorted_line)
    return lines


@pytest.mark.parametrize(("hyperparameters", "message"), SETTINGS["messages"])
def test_the_first_complaint_is_the_containers(hyperparameters: dict[str, str], message: str) -> None:
    assert (check(hyperparameters) or ("",))[0] == message


@pytest.mark.parametrize("hyperparameters", SETTINGS["crashes"])
def test_what_crashes_the_containers_check_is_refused_too(hyperparameters: dict[str, str]) -> None:
    assert check(hyperparameters)


@same_library
@pytest.mark.parametrize("name", RUNS)
def test_log_metrics_and_predictions_are_the_containers(
    name: str, base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recorded = RUNS[name]
    prepare(base, recorded)
    run(read_job(base, "3.2-0"))
    log = capsys.readouterr().out.replace(str(base), "/opt/ml")
    assert comparable(log) == comparable("\n".join(recorded["log"]))
    assert sorted(path.name for path in (base / "model").iterdir()) == recorded["model"]
    if "predictions" in recorded:
        wanted = recorded["predictions"]
        lines = (base / "output/data/predictions.csv").read_text().splitlines()
        table = np.array([line.split(",") for line in lines], float)
        assert (len(lines), lines[: len(wanted["first"])]) == (wanted["rows"], wanted["first"])
        np.testing.assert_allclose(table.mean(axis=0), wanted["means"], atol=1e-6)


def test_the_recordings_hold_three_kinds_of_data_each_with_folds() -> None:
    folded = {each["data"] for each in RUNS.values() if "_kfold" in each["hyperparameters"]}
    assert folded == {"csv", "libsvm", "parquet"}
    assert {each["data"] for each in RUNS.values()} == set(DATA)
    assert len(SETTINGS["messages"]) > 300
