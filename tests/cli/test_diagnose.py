"""smtune diagnose: the four published cases, metrics, predictions, a tuning job; and what cannot be used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_jobs import inside
from fake_tuning import FakeTuning
from report_jobs import told_job

from smtune.cli import main


def codes(capsys: pytest.CaptureFixture[str], *errors: str) -> list[str]:
    names = ("--human-error", "--train-error", "--validation-error", "--test-error")
    arguments = [word for pair in zip(names, errors, strict=False) for word in pair]
    assert main(["diagnose", *arguments, "-o", "json"]) == 0
    return [finding["code"] for finding in json.loads(capsys.readouterr().out)["findings"]]


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        (("0.01", "0.05", "0.06"), ["high_bias"]),
        (("0.01", "0.02", "0.06"), ["high_variance"]),
        (("0.01", "0.05", "0.10"), ["high_bias", "high_variance"]),
        (("1%", "5%", "6%", "10%"), ["data_mismatch", "high_bias"]),
        (("1%", "1%", "1%", "1%"), []),
    ],
)
def test_the_cases(errors: tuple[str, ...], expected: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert codes(capsys, *errors) == expected


def test_text_goes_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagnose", "--human-error", "1%", "--train-error", "5%", "--validation-error", "6%"]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("High bias\n")
    assert shown.err == ""


def test_an_algorithm_names_its_hyperparameters(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["diagnose", "--train-error", "1%", "--validation-error", "9%", "--algorithm"]
    assert main([*arguments, "xgboost"]) == 0
    assert "lambda up" in capsys.readouterr().out
    assert main([*arguments, "nope"]) == 2


@pytest.mark.parametrize("value", ["5", "-0.1", "abc", "nan", "120%", ""])
def test_a_value_that_is_no_rate_is_named_by_its_option(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagnose", f"--train-error={value}", "--validation-error", "6%"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("error: --train-error is ")


def test_more_errors_and_how_the_sets_were_drawn_change_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    def found(*more: str) -> list[str]:
        assert main(["diagnose", "--train-error", "1%", "--validation-error", "9%", *more, "-o", "json"]) == 0
        return [finding["code"] for finding in json.loads(capsys.readouterr().out)["findings"]]

    assert found() == ["high_variance"]
    assert found("--train-dev-error", "1%") == ["data_mismatch"]
    assert found("--test-error", "20%") == ["data_mismatch", "high_variance"]
    assert found("--test-error", "20%", "--one-pool") == ["high_variance"]


TRAIN, VALIDATION = ("--train-error", "1%"), ("--validation-error", "9%")


def verdicts(*words: str) -> dict[str, str]:
    """Gap -> verdict, of a diagnosis that must come."""
    done = inside("diagnose", *words, "-o", "json")
    assert done.returncode == 0, done.stderr
    return {gap["name"]: gap["verdict"] for gap in json.loads(done.stdout)["gaps"]}


def refused(*words: str) -> str:
    done = inside("diagnose", *words)
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr


@pytest.mark.parametrize("algorithm", ["lightgbm", "catboost", "linear-learner", "knn"])
def test_every_algorithm_has_words_of_its_own(algorithm: str) -> None:
    done = inside("diagnose", *TRAIN, *VALIDATION, "--algorithm", algorithm)
    assert done.returncode == 0
    word = {"lightgbm": "lambda_l2", "catboost": "l2_leaf_reg", "linear-learner": "wd", "knn": "k up"}[algorithm]
    assert word in done.stdout


def test_rows_leave_open_what_they_cannot_show() -> None:
    few = ("--human-error", "1%/400", "--train-error", "2%/7000", "--validation-error", "4%/100")
    assert verdicts(*few)["variance"] == "not enough evidence"
    assert verdicts(*few[:-1], "4%/100000")["variance"] == "present"


def test_of_several_groups_of_people_the_one_that_is_shown_to_be_better_counts() -> None:
    groups = ("--human", "typical=5%/2000", "--human", "team of experts=1%/2000")
    assert verdicts(*groups, "--train-error", "5%/9000", "--validation-error", "5.1%/9000") == {
        "avoidable_bias": "present",
        "variance": "absent",
    }


def test_confidence_floor_and_jobs_count() -> None:
    sets = ("--human-error", "0.5%/9000", "--train-error", "1%/9000", "--validation-error", "2.3%/1500")
    assert verdicts(*sets)["variance"] == "not enough evidence"
    assert verdicts(*sets, "--confidence", "0.5")["variance"] == "present"
    assert verdicts(*sets, "--floor", "3%")["variance"] == "absent"
    chosen = (
        "--human-error",
        "4.9%",
        "--train-error",
        "5%",
        "--validation-error",
        "5%/400",
        "--test-error",
        "9.5%/4000",
    )
    few, many = (inside("diagnose", *chosen, "--jobs", jobs).stdout for jobs in ("1", "500"))
    assert "Training/test data distribution mismatch" in few
    assert "by the luck of the best job" in many


@pytest.mark.parametrize(("option", "value"), [("--jobs", "0"), ("--confidence", "0"), ("--jobs", "-1")])
def test_nothing_is_a_number_like_any_other_and_not_left_out(option: str, value: str) -> None:
    assert refused(*TRAIN, *VALIDATION, option, value).startswith(f"error: {option} is ")


def test_the_values_of_a_metric() -> None:
    sets = ("--train", "0.99", "--train-dev", "0.97", "--validation", "0.90", "--test", "0.89")
    assert verdicts("--metric", "accuracy", "--human-error", "0.5%", *sets) == {
        "avoidable_bias": "absent",
        "variance": "absent",
        "data_mismatch": "present",
        "validation_to_test": "absent",
    }


def test_a_metric_without_a_scale_asks_for_a_baseline() -> None:
    values = ("--metric", "rmse", "--human-error", "2", "--train", "2.5", "--validation", "3.5+-0.1")
    assert set(verdicts(*values).values()) == {"not assessable"}
    assert "give a human level and a baseline" in inside("diagnose", *values[:2], *values[4:]).stdout
    assert verdicts(*values, "--baseline", "10") == {"avoidable_bias": "present", "variance": "present"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--train", "abc", "--validation", "3"), "--train is 'abc'"),
        (("--train", "2", "--validation", "3", "--train-dev", "x"), "--train-dev is 'x'"),
        (("--train", "2", "--validation", "3/y"), "--validation has the rows 'y'"),
        (("--train", "1", "--validation", "3", "--human-error", "2", "--baseline", "abc"), "--baseline is 'abc'"),
        (("--train", "1", "--validation", "3", "--human-error", "2", "--baseline", "1"), "--baseline (1) is no worse"),
        (("--train", "1", "--validation", "3", "--human", "team=abc"), "--human team is 'abc'"),
        (("--train", "1"), "give a tuning JOB, or --validation as well"),
        (("--train", "1", "--validation", "2", "--train-error", "1%"), "--train-error: do not go with --metric"),
        (("--train", "1", "--validation", "2", "--floor", "1%"), "--floor: do not go with --metric"),
    ],
)
def test_what_is_wrong_with_a_metrics_values_is_named_by_its_option(words: tuple[str, ...], said: str) -> None:
    assert said in refused("--metric", "rmse", *words)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "give a tuning JOB, or --train-error and --validation-error"),
        (TRAIN, "give a tuning JOB, or --validation-error as well"),
        ((*TRAIN, *VALIDATION, "--train", "1"), "--train: go with --metric"),
        ((*TRAIN, *VALIDATION, "--baseline", "1"), "--baseline: go with --metric"),
        ((*TRAIN, *VALIDATION, "--rows", "train=5"), "--rows: go with JOB"),
        ((*TRAIN, *VALIDATION, "--metric-name", "train=a"), "--metric-name: go with JOB"),
        ((*TRAIN, *VALIDATION, "--local"), "--local: go with JOB"),
        ((*TRAIN, *VALIDATION, "--aws", "--region", "eu-west-3"), "--aws, --region: go with JOB"),
        ((*TRAIN, *VALIDATION, "--human", "team"), "--human is 'team'; write it as team=0.5%/400"),
        ((*TRAIN, *VALIDATION, "--human", "a=1%", "--human-error", "1%"), "not both"),
        ((*TRAIN, *VALIDATION, "--human", "a=1%", "--human", "a=2%"), "give each a label of its own"),
        (("--predictions", "p.csv", *TRAIN), "--train-error: do not go with --predictions"),
        (("--predictions", "p.csv", "--floor", "1%"), "--floor: do not go with --predictions"),
        (("--predictions", "p.csv"), "p.csv"),
        (("--metric", "error", "--train", "1%", "--validation", "2%", "--baseline", "1"), "leave --baseline out"),
    ],
)
def test_what_does_not_go_together_is_refused(words: tuple[str, ...], said: str) -> None:
    assert said in refused(*words)


def write_predictions(errors: dict[str, float], rows: int = 400) -> None:
    lines = [
        f"{name},{number % 2},{(number % 2) ^ (number < share * rows)},{number % 2}"
        for name, share in errors.items()
        for number in range(rows)
    ]
    text = "\n".join(["set,label,prediction,human:team", *lines])
    Path("predictions.csv").write_text(f"{text}\n", encoding="utf-8")


def test_a_file_of_predictions_is_its_metrics_its_rows_and_its_people() -> None:
    write_predictions({"train": 0.0, "validation": 0.2, "test": 0.2})
    found = inside("diagnose", "--predictions", "predictions.csv", "-o", "json")
    assert found.returncode == 0, found.stderr
    told = json.loads(found.stdout)
    assert [(each["name"], each["value"], each["rows"]) for each in told["levels"]] == [
        ("human", 0.0, 1200),
        ("train", 0.0, 400),
        ("validation", 0.2, 400),
        ("test", 0.2, 400),
    ]
    assert told["order"] == ["high_variance"]
    others = ("--human-error", "15%/400", "--one-pool", "--algorithm", "xgboost", "--jobs", "20")
    again = inside("diagnose", "--predictions", "predictions.csv", "--metric", "accuracy", *others)
    assert again.returncode == 0, again.stderr
    assert "15.0 %" in again.stdout


# A tuning job


@pytest.fixture
def tuned(monkeypatch: pytest.MonkeyPatch) -> FakeTuning:
    """A job whose best training job errs in 2.5 % of training and 5 % of validation; smtune did not launch it."""
    service = told_job("tune", 7)
    monkeypatch.setattr("smtune.cli.sessions.find_session", lambda *_: service.session())
    return service


def of_job(*words: str) -> dict[str, Any]:
    done = inside("diagnose", "tune", *words, "-o", "json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_best_training_job_of_a_tuning_job(tuned: FakeTuning) -> None:
    found = of_job("--human-error", "1%")
    assert (found["tuning_job_name"], found["training_job_name"]) == ("tune", "tune-006-00000006")
    assert found["order"] == ["high_bias", "high_variance"]
    done = inside("diagnose", "tune", "--human-error", "1%")
    assert done.returncode == 0
    assert done.stdout.startswith("Best training job tune-006-00000006 of tune\n\nHigh bias and high variance")


def test_rows_of_a_job_make_intervals(tuned: FakeTuning) -> None:
    rows = ("--rows", "train=2000", "--rows", "validation=60")
    found = of_job("--human-error", "1%/5000", *rows)
    assert [level["rows"] for level in found["levels"]] == [5000, 2000, 60]
    assert {gap["name"]: gap["verdict"] for gap in found["gaps"]}["variance"] == "not enough evidence"
    assert of_job("--human-error", "1%/5000", *rows, "--confidence", "0.6")["confidence"] == 0.6


def test_the_best_of_several_groups_of_people_counts_for_a_job(tuned: FakeTuning) -> None:
    found = of_job("--human", "nurse=9%/900", "--human", "doctor=2.4%/900")
    assert found["order"] == ["high_variance"]


def test_metrics_of_a_job_may_have_any_names(tuned: FakeTuning) -> None:
    names = ("--metric-name", "validation=train:error", "--metric-name", "train=validation:error")
    assert of_job("--human-error", "5%", *names)["order"] == [], "the two change places"
    done = inside("diagnose", "tune", "--metric-name", "train=learning:error")
    assert done.returncode == 1
    assert "not reported: learning:error" in done.stderr


def test_one_pool_is_said_where_smtune_does_not_know(tuned: FakeTuning) -> None:
    for job in tuned.jobs.values():
        if job["FinalMetricDataList"]:
            job["FinalMetricDataList"].append({"MetricName": "test:error", "Value": 0.2})
    errors = ("--human-error", "1%/9000", "--rows", "train=9000", "--rows", "validation=900", "--rows", "test=900")
    assert of_job(*errors)["gaps"][-1]["cause"] == "mismatch"
    assert of_job(*errors, "--one-pool")["gaps"][-1]["cause"] == "selection"


def test_a_loss_without_a_scale_takes_the_baseline_that_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    service = told_job("tune", 4, metrics=("validation:rmse", "train:rmse"))
    monkeypatch.setattr("smtune.cli.sessions.find_session", lambda *_: service.session())
    assert {gap["verdict"] for gap in of_job("--human-error", "0.001")["gaps"]} == {"not assessable"}
    found = of_job("--human-error", "0.001", "--baseline", "1")
    assert {gap["verdict"] for gap in found["gaps"]} == {"present"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--rows", "train=0"), "--rows has '0'"),
        (("--rows", "train"), "--rows is 'train'"),
        (("--rows", "dev=5"), "--rows names 'dev'; the sets are train, train_dev, validation, test"),
        (("--metric-name", "dev=x"), "--metric-name names 'dev'"),
        (("--human-error", "abc"), "--human-error is 'abc'"),
        (("--human", "team=abc"), "--human team is 'abc'"),
        (("--confidence", "2"), "--confidence is 2"),
        (("--baseline", "1"), "leave --baseline out"),
        (("--train-error", "1%"), "--train-error: do not go with JOB"),
        (("--metric", "auc", "--jobs", "3", "--floor", "1%"), "--metric, --jobs, --floor: do not go with JOB"),
        (("--predictions", "p.csv", "--algorithm", "knn"), "--predictions, --algorithm: do not go with JOB"),
    ],
)
def test_what_is_wrong_about_a_job_is_named_by_its_option(words: tuple[str, ...], said: str, tuned: FakeTuning) -> None:
    assert said in refused("tune", *words)


def test_a_job_without_a_best_training_job_has_no_diagnosis(monkeypatch: pytest.MonkeyPatch) -> None:
    service = told_job("tune", 0)
    monkeypatch.setattr("smtune.cli.sessions.find_session", lambda *_: service.session())
    done = inside("diagnose", "tune")
    assert (done.returncode, done.stdout) == (1, "")
    assert "tune has no completed training job; see: smtune results tune" in done.stderr


def test_a_job_that_is_not_here_is_looked_for_where_it_is_said() -> None:
    assert inside("diagnose", "nobody", "--local").returncode == 254
    assert inside("diagnose", "nobody", "--aws").returncode == 253
    reach = ("--profile", "mine", "--region", "eu-west-3", "--endpoint-url", "http://localhost:1")
    assert inside("diagnose", "nobody", *reach).returncode == 253
