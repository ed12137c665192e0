"""The built-in XGBoost's program: an /opt/ml tree in; log lines, a model or a reason for the failure out."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from training_folder import split, write_folder

from smtune.algorithms import xgboost as algorithm
from smtune.local.programs.failures import AlgorithmError, UserError
from smtune.local.programs.xgboost_data import data_format, load
from smtune.local.programs.xgboost_light import xgb
from smtune.local.programs.xgboost_metrics import SCORERS, evaluate
from smtune.local.programs.xgboost_train import read_job, run

BINARY = {"num_round": "3", "objective": "binary:logistic"}
CSV = "text/csv"
Rows = Any


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return tmp_path / "ml"


def write_csv(folder: Path, rows: Rows, name: str = "rows.csv", delimiter: str = ",") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    np.savetxt(folder / name, rows, delimiter=delimiter, fmt="%.9g")


def prepare(base: Path, hyperparameters: Mapping[str, str], content_type: str | None = CSV, **channels: Rows) -> Path:
    """An /opt/ml tree; a channel's rows are an array (to CSV) or the text of its only file."""
    contents: dict[str, Any] = {}
    for name, rows in channels.items():
        contents[name] = {f"{name}.csv": rows} if isinstance(rows, str) else {} if rows is None else rows
    return write_folder(base, hyperparameters, content_type, **contents)


def program(base: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "smtune.local.programs.xgboost_train", "train"],
        env={**os.environ, "SAGEMAKER_BASE_DIR": str(base), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def train(base: Path) -> tuple[int, str, str]:
    """The program's exit code, output and errors."""
    with program(base) as process:
        out, errors = process.communicate(timeout=180)
    return process.returncode, out, errors


def metrics_in(log: str) -> list[dict[str, float]]:
    """Every metric of every round, found as the service finds them."""
    rounds = []
    for line in log.splitlines():
        shown = line.replace("\t", "#011")
        matches = {d["Name"]: re.match(d["Regex"], shown) for d in algorithm.metric_definitions()}
        found = {name: float(match[1].partition("#")[0]) for name, match in matches.items() if match}
        rounds += [found] if found else []
    return rounds


def model_of(base: Path) -> Path:
    return base / "model" / "xgboost-model"


# --- the program as a process


def test_training_prints_the_containers_lines_and_leaves_a_model(base: Path) -> None:
    fit, held_out = split(load_breast_cancer)
    tuned = {"eval_metric": "error,accuracy", "_tuning_objective_metric": "validation:auc"}
    code, out, errors = train(prepare(base, BINARY | tuned, train=fit, validation=held_out))

    assert (code, errors) == (0, "")
    number = r"0\.\d{5}"
    line = "".join(
        rf"\t{data}-{name}:{number}" for data in ("train", "validation") for name in ("auc", "error", "accuracy")
    )
    rounds = [text for text in out.splitlines() if re.fullmatch(rf"\[\d+\]{line}", text)]
    assert [text.partition("\t")[0] for text in rounds] == ["[0]", "[1]", "[2]"]
    assert "Train matrix has 379 rows and 30 columns" in out
    assert tuple(metrics_in(out)[0]) == tuple(metrics_in(out)[2])
    assert set(metrics_in(out)[0]) == set(algorithm.emitted_metrics({**BINARY, **tuned}, ["train", "validation"]))

    scores, count = evaluate(model_of(base), base / "input/data/validation", CSV, ["auc", "error", "accuracy", "auc"])
    assert count == len(held_out) == 190
    last = metrics_in(out)[-1]
    printed = {name: last[f"validation:{name}"] for name in ("auc", "error", "accuracy")}
    assert scores == pytest.approx(printed, abs=1e-5)  # versions of XGBoost round the last digit in two ways


def test_illegal_hyperparameters_end_the_job_before_it_reads_data(base: Path) -> None:
    code, out, errors = train(prepare(base, {"eta": "7", "foo": "1"}, train=None))
    failure = (base / "output/failure").read_text()
    assert code == 1
    assert failure.splitlines() == [
        "Missing required hyperparameter: num_round",
        "Extraneous hyperparameter found: foo",
        "Hyperparameter eta: 7.0 is not in [0, 1]",
    ]
    assert errors.strip() == failure
    assert metrics_in(out) == []


def test_a_csv_file_with_a_header_is_one_clear_error(base: Path) -> None:
    code, _, errors = train(prepare(base, BINARY, train="mean radius,target\n17.9,1\n"))
    rule = "the built-in algorithms read CSV without a header, label first"
    assert code == 1
    assert errors == f"train.csv line 1: 'mean radius' is not a number: {rule}\n"
    assert not model_of(base).exists()


def test_libsvm_is_the_default_content_type(base: Path) -> None:
    fit, held_out = split(load_iris)
    text = ["".join(f"{r[0]:g} 1:{r[1]} 3:{r[3]}\n" for r in rows) for rows in (fit, held_out)]
    job = {"num_round": "3", "objective": "multi:softmax", "num_class": "3", "eval_metric": "merror,accuracy"}
    code, out, _ = train(prepare(base, job, None, train=text[0], validation=text[1]))
    last = metrics_in(out)[-1]
    assert code == 0
    assert last["validation:accuracy"] == pytest.approx(1 - last["validation:merror"])
    scores, rows = evaluate(model_of(base), base / "input/data/validation", "text/libsvm", ["merror"])
    assert rows == 50
    assert scores["merror"] == pytest.approx(last["validation:merror"], abs=1e-5)


def test_a_stopped_job_can_keep_the_model_of_its_last_round(base: Path) -> None:
    """Lines come out as they are made: the job is stopped after its second one."""
    fit, _ = split(load_breast_cancer)
    job = BINARY | {"num_round": "1000000", "save_model_on_termination": "true"}
    with program(prepare(base, job, train=fit)) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("[1]\t"):
                break
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=180)
    assert process.returncode == 0
    assert [path.name for path in (base / "model").iterdir()] == ["xgboost-model"]
    assert xgb.Booster(model_file=bytearray(model_of(base).read_bytes())).num_boosted_rounds() >= 2


def test_a_model_that_is_not_there_cannot_be_scored(base: Path) -> None:
    """Cross validation leaves one a fold."""
    write_csv(base / "test", np.eye(3))
    with pytest.raises(UserError, match=r"cannot score xgboost-model on .*: No such file or directory"):
        evaluate(model_of(base), base / "test", CSV, ["error"])


def test_cross_validation_prints_its_mean_last_and_leaves_a_model_a_fold(base: Path) -> None:
    fit, held_out = split(load_breast_cancer)
    job = BINARY | {"eval_metric": "auc,error", "_kfold": "3", "_num_cv_round": "2", "seed": "7"}
    code, out, _ = train(prepare(base, job, train=fit, validation=held_out))
    assert code == 0
    assert sorted(path.name for path in (base / "model").iterdir()) == [f"xgboost-model-{n}" for n in range(6)]
    lines = [line for line in out.splitlines() if line.startswith("[3]\t")]
    rounds = [line for line in out.splitlines() if line.startswith("[2]\t")]
    assert (len(lines), len(rounds)) == (3, 6)
    order = [re.split("[:\t]", lines[-1])[n] for n in (1, 3, 5, 7)]
    assert order == ["train-auc", "validation-auc", "train-error", "validation-error"]
    means = np.mean([metrics_in(line)[0]["validation:auc"] for line in rounds])
    assert metrics_in(out)[-1]["validation:auc"] == pytest.approx(means, abs=1e-5)
    predictions = np.loadtxt(base / "output/data/predictions.csv", delimiter=",")
    assert predictions.shape == (569, 3)
    assert sorted(predictions[:, 0]) == sorted([*fit[:, 0], *held_out[:, 0]])


# --- training, in this process


def finish(base: Path) -> bytes:
    run(read_job(base))
    return model_of(base).read_bytes()


def test_the_same_seed_gives_the_same_model(tmp_path: Path) -> None:
    fit, _ = split(load_breast_cancer)
    drawn = BINARY | {"subsample": "0.5", "colsample_bytree": "0.5"}
    models = [
        finish(prepare(tmp_path / f"ml{n}", drawn | {"seed": seed}, train=fit))
        for n, seed in enumerate(("1", "1", "2"))
    ]
    assert models[0] == models[1] != models[2]


def test_training_stops_early_and_keeps_the_best_round(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fit, held_out = split(load_diabetes)
    job = {"num_round": "200", "objective": "reg:squarederror", "eval_metric": "rmse,mae"}
    model = finish(prepare(base, job | {"early_stopping_rounds": "4"}, train=fit, validation=held_out))
    errors = [each["validation:mae"] for each in metrics_in(capsys.readouterr().out)]
    best = int(np.argmin(errors))
    assert len(errors) == best + 5
    assert xgb.Booster(model_file=bytearray(model)).num_boosted_rounds() == best + 1


def test_nothing_stops_early_without_a_named_metric(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fit, held_out = split(load_diabetes)
    finish(prepare(base, {"num_round": "60", "early_stopping_rounds": "1"}, train=fit, validation=held_out))
    assert len(metrics_in(capsys.readouterr().out)) == 60


def test_files_delimiters_and_parquet_make_no_difference(tmp_path: Path) -> None:
    fit, _ = split(load_breast_cancer)
    fit = fit.astype(np.float32)
    models = [finish(prepare(tmp_path / "one", BINARY, train=fit))]
    parts = prepare(tmp_path / "parts", BINARY, "csv", train=None)
    write_csv(parts / "input/data/train/a", fit[:100], delimiter="\t")
    write_csv(parts / "input/data/train/b", fit[100:], delimiter=";")
    models.append(finish(parts))
    pyarrow = pytest.importorskip("pyarrow")
    parquet = prepare(tmp_path / "parquet", BINARY, "application/x-parquet", train=None)
    columns = {f"c{n}": column for n, column in enumerate(fit.T)}
    file = parquet / "input/data/train/rows.parquet"
    __import__("pyarrow.parquet")
    pyarrow.parquet.write_table(pyarrow.table(columns), file)
    models.append(finish(parquet))
    assert models[0] == models[1] == models[2]


def test_weights_count_in_training_and_in_scoring(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fit, _ = split(load_breast_cancer)
    weighted = np.column_stack([fit[:, 0], 1 + np.arange(len(fit)) % 5, fit[:, 1:]])
    finish(prepare(base, BINARY | {"csv_weights": "1", "eval_metric": "error"}, train=weighted))
    printed = metrics_in(capsys.readouterr().out)[-1]["train:error"]
    scores, _ = evaluate(model_of(base), base / "input/data/train", CSV, ["error"])
    assert scores["error"] == pytest.approx(printed, abs=1e-5)


@pytest.mark.parametrize(
    ("hyperparameters", "rows", "message"),
    [
        ({}, "2,1\n0,3\n", "train: label must be in [0,1] for logistic regression, found 2"),
        (
            {"objective": "multi:softmax", "num_class": "2"},
            "2,1\n0,3\n",
            "train: label must be in [0, num_class), and whole: num_class is 2, found 2",
        ),
        (
            {"eval_metric": "auc"},
            "1,1\n1,3\n",
            "train: every label is 1: auc and aucpr need rows of both classes",
        ),
        ({}, "", "No data in training channel path "),
        ({}, "1,2\n0,x\n", "train.csv line 2: 'x' is not a number: "),
        ({}, "1,2\n,4\n", "train.csv line 2: the label is missing: "),
        ({}, "1,2\nnan,4\n", "train.csv line 2: the label is not a number"),
        ({}, "1,2\n0,4,5\n", "train.csv line 2: 3 columns, where the first line has 2"),
        ({}, "1\n0\n", "train.csv line 1: Could not determine delimiter on line 1"),
        (
            {"objective": "multi:softmax", "num_class": "3", "eval_metric": "f1_binary"},
            "0,1\n1,2\n2,3\n",
            "Target is multiclass but average='binary'",
        ),
        (
            {"use_dask_gpu_training": "true"},
            "1,2\n0,4\n",
            "use_dask_gpu_training needs GPUs",
        ),
    ],
)
def test_wrong_data_is_named(base: Path, hyperparameters: dict[str, str], rows: str, message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        finish(prepare(base, BINARY | hyperparameters, train=rows))


@pytest.mark.parametrize(
    ("content_type", "rows", "message"),
    [
        (CSV, "1,2\n0,1e50\n", "Input data contains `inf` or a value too large"),
        (CSV, f'0,"{"x" * 200_000}"\n', "train.csv line 1: field larger than field limit"),
        (None, "1:-2 1:3\n0 1:2\n", "Weights must be positive values"),
        (None, "1 qid:5 1:3\n0 qid:4 1:2\n", "`qid` must be sorted"),
        (None, "1 1:3\n0 qid:4 qid:4 1:2\n", "train.csv line 2: '0 qid:4 qid:4 1:2' is not LIBSVM"),
        (None, "1 1:3\n0 99999999999999999999:2\n", "train.csv line 2: '0 99999999999999999999:2' is not LIBSVM"),
        (None, "nan 1:3\n0 1:2\n", "train: some rows have no label"),
    ],
)
def test_rows_that_xgboost_cannot_take_are_one_clear_error(
    base: Path, content_type: str | None, rows: str, message: str
) -> None:
    with pytest.raises(UserError, match=re.escape(message)) as failed:
        finish(prepare(base, BINARY, content_type, train=rows))
    assert "Stack trace" not in str(failed.value)


def test_validation_rows_of_another_width_are_refused(base: Path) -> None:
    with pytest.raises(UserError, match="train has 2 features, and validation has 1"):
        finish(prepare(base, BINARY, train="1,2,3\n0,3,4\n", validation="1,2\n0,3\n"))


def parquet(names: Sequence[str], *columns: Sequence[object]) -> bytes:
    arrow, target = pytest.importorskip("pyarrow"), io.BytesIO()
    __import__("pyarrow.parquet")
    arrow.parquet.write_table(arrow.Table.from_arrays([arrow.array(each) for each in columns], names=names), target)
    return target.getvalue()


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ([[None, 1.0], [1.0, 2.0]], "train: some rows have no label"),
        ([[1.0, 0.0], [datetime(2026, 1, 1, tzinfo=UTC)] * 2], "column 'c1' holds values that are not numbers"),
        ([np.empty(0), np.empty(0)], "No data in training channel path"),
        ([], "the data has 0 columns"),
    ],
)
def test_parquet_that_is_no_table_of_numbers_is_refused(base: Path, columns: Rows, message: str) -> None:
    content = parquet([f"c{number}" for number in range(len(columns))], *columns)
    with pytest.raises(UserError, match=re.escape(message)):
        finish(write_folder(base, BINARY, "parquet", train={"a.parquet": content}))


def test_columns_of_parquet_may_share_a_name(base: Path) -> None:
    write_folder(base, {}, "parquet", train={"a.parquet": parquet(["a", "a"], [0.0, 1.0], [2.0, 3.0])})
    table = load([base / "input/data/train"], "parquet")
    assert table is not None
    assert (table.labels.tolist(), table.features.tolist()) == ([0, 1], [[2], [3]])


def test_nothing_is_unpacked_that_the_container_would_not(base: Path) -> None:
    """NumPy unpacks a file by the end of its name."""
    base.mkdir()
    (base / "rows.csv.gz").write_text("1,2\n0,3\n")
    table = load([base], CSV)
    assert table is not None
    assert table.labels.tolist() == [1, 0]


def test_files_in_folders_too_deep_are_left_out_with_a_warning(base: Path, caplog: pytest.LogCaptureFixture) -> None:
    write_csv(base / "a/b", np.eye(2))
    write_csv(base / "a/b/c", np.eye(2))
    table = load([base], CSV)
    assert table is not None
    assert len(table.labels) == 2
    assert "Files in deeper folders are not read: rows.csv" in caplog.text


def test_what_xgboost_refuses_comes_without_its_stack_trace(base: Path) -> None:
    job = {"num_round": "1", "objective": "count:poisson"}
    with pytest.raises(AlgorithmError, match="label must be non-negative") as failed:
        finish(prepare(base, job, train="-1,2\n3,4\n"))
    first, *rest = str(failed.value).splitlines()
    assert (first, len(rest)) == ("XGB train call failed with exception:", 1)


def test_wrong_channels_are_named(base: Path) -> None:
    with pytest.raises(UserError, match="Missing required channel: train"):
        read_job(prepare(base, BINARY, validation=None))
    with pytest.raises(UserError, match="Extraneous channel found: test"):
        read_job(prepare(base, BINARY, train=None, test=None))
    with pytest.raises(UserError, match="No data in validation channel path "):
        finish(prepare(base, BINARY, train="1,2\n0,3\n", validation=None))
    config = base / "input/config/inputdataconfig.json"
    config.write_text(json.dumps({"train": {"TrainingInputMode": "Pipe"}}))
    with pytest.raises(UserError, match="channel train: TrainingInputMode Pipe is not supported"):
        read_job(base)


def test_a_content_type_must_be_one_of_the_containers_to_the_letter(base: Path) -> None:
    prepare(base, BINARY, "text/csv;label_size=1", train="1,2\n0,3\n")
    with pytest.raises(UserError, match=r"configuration for 'train' channel is not supported: \{.*label_size=1"):
        read_job(base)


def test_the_newer_containers_take_a_prediction_for_a_margin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fit, _ = split(load_breast_cancer)
    seen = {}
    for version in ("1.7-1", "3.0-5"):
        run(read_job(prepare(tmp_path / version, BINARY | {"eval_metric": "accuracy"}, train=fit), version))
        seen[version] = metrics_in(capsys.readouterr().out)[-1]["train:accuracy"]
    assert seen["1.7-1"] > 0.9
    assert seen["3.0-5"] == pytest.approx(fit[:, 0].mean(), abs=1e-5)


# --- data


@pytest.mark.parametrize(
    ("content_type", "found"),
    [
        (None, "libsvm"),
        ("text/x-libsvm", "libsvm"),
        ("csv", "csv"),
        ("Text/CSV; label_size=1; charset=utf8", "csv"),
        ("application/x-parquet", "parquet"),
    ],
)
def test_content_types(content_type: str | None, found: str) -> None:
    assert data_format(content_type) == found


@pytest.mark.parametrize("content_type", ["image/png", "text/csv;label_size=2", "application/json"])
def test_other_content_types_are_refused_by_name(content_type: str) -> None:
    with pytest.raises(UserError, match=re.escape(content_type)):
        data_format(content_type)


def test_hidden_files_are_refused_as_in_the_container(base: Path) -> None:
    write_csv(base, np.eye(2))
    (base / ".DS_Store").touch()
    with pytest.raises(UserError, match="Hidden file found in the data path"):
        load([base], CSV)


def test_a_csv_file_without_a_content_type_says_what_to_do(base: Path) -> None:
    write_csv(base, np.ones((2, 3)))
    with pytest.raises(UserError, match=r"rows.csv line 1: '1,1,1' is not LIBSVM .* content type text/csv"):
        load([base], None)


finite = st.floats(width=32, allow_nan=False, allow_infinity=False)
libsvm_rows = st.lists(
    st.tuples(finite, st.dictionaries(st.integers(0, 20), finite, max_size=5)), min_size=1, max_size=8
)


@examples(100)
@given(libsvm_rows)
def test_libsvm_is_read_as_written(tmp_path_factory: pytest.TempPathFactory, rows: Rows) -> None:
    folder = tmp_path_factory.mktemp("libsvm")
    lines = [" ".join([repr(y), *(f"{i}:{v!r}" for i, v in cells.items())]) for y, cells in rows]
    (folder / "rows").write_text("\n# a remark\n".join(lines))
    table = load([folder], None)
    assert table is not None
    assert table.labels.tolist() == [label for label, _ in rows]
    for number, (_, cells) in enumerate(rows):
        assert {i: table.features[number, i] for i in cells} == cells
    assert table.weights is None


def test_libsvm_knows_weights_and_query_ids(base: Path) -> None:
    base.mkdir()
    (base / "rows").write_text("1:2 qid:1 0:5\n0:3 qid:1 1:6  # a remark\n1 qid:4\n")
    table = load([base], None)
    assert table is not None
    assert table.weights is not None
    assert table.groups is not None
    assert (table.weights.tolist(), table.groups.tolist()) == ([2, 3, 1], [1, 1, 4])


@examples(100)
@given(st.data())
def test_csv_is_read_as_written(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("csv")
    width = data.draw(st.integers(1, 4))
    row = st.tuples(finite, st.lists(st.none() | finite, min_size=width, max_size=width))
    rows = data.draw(st.lists(row, min_size=1, max_size=6))
    cells = [[label, *features] for label, features in rows]
    text = "\r\n".join(",".join("" if cell is None else repr(cell) for cell in line) for line in cells)
    (folder / "rows.csv").write_text(text)
    table = load([folder], CSV)
    assert table is not None
    read = np.column_stack([table.labels, table.features])
    wanted = np.array([[np.nan if cell is None else cell for cell in line] for line in cells], np.float32)
    np.testing.assert_array_equal(read, wanted)


# --- metrics

two = st.lists(st.tuples(st.sampled_from([0.0, 1.0]), finite), min_size=2, max_size=12)
three = st.lists(
    st.tuples(st.sampled_from([0.0, 1.0, 2.0]), st.lists(finite, min_size=3, max_size=3)), min_size=2, max_size=12
)
BY_SKLEARN: dict[str, Callable[[Any, Any], float]] = {
    "accuracy": sk.accuracy_score,
    "f1": lambda y, p: sk.f1_score(y, p, average="macro", zero_division=0),
    "f1_macro": lambda y, p: sk.f1_score(y, p, average="macro", zero_division=0),
    "precision_macro": lambda y, p: sk.precision_score(y, p, average="macro", zero_division=0),
    "precision_micro": lambda y, p: sk.precision_score(y, p, average="micro", zero_division=0),
    "recall_macro": lambda y, p: sk.recall_score(y, p, average="macro", zero_division=0),
    "recall_micro": lambda y, p: sk.recall_score(y, p, average="micro", zero_division=0),
}
BY_SKLEARN_FOR_TWO: dict[str, Callable[[Any, Any], float]] = {
    "f1_binary": lambda y, p: sk.f1_score(y, p, zero_division=0),
    "precision": lambda y, p: sk.precision_score(y, p, zero_division=0),
    "recall": lambda y, p: sk.recall_score(y, p, zero_division=0),
}
NUMBERS: dict[str, Callable[[Any, Any], float]] = {
    "mae": sk.mean_absolute_error,
    "mse": sk.mean_squared_error,
    "rmse": sk.root_mean_squared_error,
    "r2": sk.r2_score,
}


@settings(max_examples=30)
@given(two)
def test_metrics_of_two_classes_are_scikit_learns(rows: list[tuple[float, float]]) -> None:
    labels, margins = np.array(rows, np.float32).T
    for name, score in (BY_SKLEARN | BY_SKLEARN_FOR_TWO).items():
        assert SCORERS[name](labels, margins) == pytest.approx(score(labels, margins > 0)), name


@settings(max_examples=30)
@given(three)
def test_metrics_of_three_classes_are_scikit_learns(rows: list[tuple[float, list[float]]]) -> None:
    labels, margins = np.array([y for y, _ in rows], np.float32), np.array([m for _, m in rows], np.float32)
    predicted = margins.argmax(axis=1)
    for name, score in BY_SKLEARN.items():
        assert SCORERS[name](labels, margins) == pytest.approx(score(labels, predicted)), name
    recalls = [(predicted[labels == c] == c).mean() for c in np.unique(labels)]
    assert SCORERS["balanced_accuracy"](labels, margins) == pytest.approx(np.mean(recalls))


def test_metrics_of_numbers_are_scikit_learns() -> None:
    draw = np.random.default_rng(0)
    labels, margins = draw.normal(size=(2, 500)).astype(np.float32)
    for name, score in NUMBERS.items():
        assert SCORERS[name](labels, margins) == pytest.approx(score(labels, margins), rel=1e-6), name
    assert {*BY_SKLEARN, *BY_SKLEARN_FOR_TWO, *NUMBERS, "balanced_accuracy"} == algorithm.SKLEARN_METRICS


def test_a_model_that_cannot_be_scored_says_why(base: Path) -> None:
    finish(prepare(base, BINARY, train="1,2\n0,3\n"))
    write_csv(base / "wider", np.eye(3))
    with pytest.raises(UserError, match=r"cannot score xgboost-model on .*columns"):
        evaluate(model_of(base), base / "wider", CSV, ["error"])
    with pytest.raises(UserError, match="Unknown metric function no-such"):
        evaluate(model_of(base), base / "input/data/train", CSV, ["no-such"])
    with pytest.raises(UserError, match="no rows in "):
        evaluate(model_of(base), base / "absent", CSV, ["error"])
