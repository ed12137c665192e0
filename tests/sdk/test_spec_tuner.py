"""A spec's tuner is a HyperparameterTuner, and what it inherits works on a job that ran."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pandas as pd
import pytest
from sdk_support import ACCOUNT, REGION, Aws, several, spec_of

import smtune
from smtune.errors import ConfigurationError, JobError, ServiceError, SpecError, UsageError
from smtune.results import best_training_job, training_jobs

pytest_plugins = ["sdk_fixtures"]
SLEEPY = "import time\ntime.sleep(60)\n"


def name_of(tuner: Any) -> str:
    return str(tuner.latest_tuning_job.hyper_parameter_tuning_job_name)


# Building


def test_importing_smtune_imports_no_sdk() -> None:
    code = "import sys, smtune, smtune.sdk; smtune.build_tuner; print(*({'sagemaker', 'boto3'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout.split() == []


@pytest.mark.usefixtures("sdk")
def test_it_is_a_tuner_of_the_sdk() -> None:
    from sagemaker.train.tuner import HyperparameterTuner

    assert isinstance(smtune.build_tuner(spec_of()), HyperparameterTuner)


@pytest.mark.usefixtures("sdk")
def test_its_attributes_show_the_spec() -> None:
    tuner = smtune.build_tuner(
        spec_of(
            seed=0,
            completion={"target": 0.9},
            limits={"parallel": 2},
            warm_start={"type": "identical", "parents": ["p"]},
        )
    )

    assert (tuner.strategy, tuner.objective_metric_name, tuner.objective_type) == ("Random", "score", "Maximize")
    assert (tuner.max_jobs, tuner.max_parallel_jobs, tuner.random_seed) == (None, 2, 0)
    assert tuner.completion_criteria_config.target_objective_metric_value == 0.9
    assert tuner.warm_start_config.warm_start_type == "IdenticalDataAndAlgorithm"
    assert tuner.hyperparameter_ranges()["ContinuousParameterRanges"][0]["max_value"] == "1.0"
    assert repr(tuner) == "<SpecTuner of toy>"


@pytest.mark.usefixtures("sdk")
def test_whole_numbers_are_shown_however_they_are_spelt() -> None:
    request = smtune.to_request(spec_of(hyperparameters={"rounds": {"min": -5, "max": 5}}))
    [rounds] = request["HyperParameterTuningJobConfig"]["ParameterRanges"]["IntegerParameterRanges"]
    shown = smtune.build_tuner(request).hyperparameter_ranges()["IntegerParameterRanges"]
    assert (shown[0]["min_value"], shown[0]["max_value"]) == ("-5", "5")

    from smtune.sdk.view import read_parts

    rounds["MinValue"] = "1.0"
    shown = read_parts(request)[0].hyperparameter_ranges["rounds"]
    assert (shown.min_value, shown.max_value) == (1, 5)


@pytest.mark.usefixtures("sdk")
def test_an_attribute_that_would_not_be_sent_cannot_be_set() -> None:
    tuner = smtune.build_tuner(spec_of())

    with pytest.raises(UsageError, match="max_jobs is what the spec says"):
        tuner.max_jobs = 50
    assert tuner.max_jobs == 3


@pytest.mark.usefixtures("sdk")
def test_a_mistake_in_a_file_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text("apiVersion: smtune/v1\nname: toy\nstrategi: random\n", encoding="utf-8")

    with pytest.raises(SpecError, match=r"spec\.yaml:3:1: strategi"):
        smtune.build_tuner(tmp_path / "spec.yaml")


@pytest.mark.usefixtures("sdk")
def test_what_is_no_spec_and_no_session_is_refused() -> None:
    from sagemaker.core.workflow.pipeline_context import PipelineSession

    with pytest.raises(UsageError, match="int is no spec"):
        smtune.build_tuner(7)
    with pytest.raises(UsageError, match="str is no session"):
        smtune.build_tuner(spec_of(), "eu-west-1")
    with pytest.raises(UsageError, match="a PipelineSession starts nothing"):
        smtune.build_tuner(spec_of(), PipelineSession(boto_session=boto3.Session("a", "b", region_name=REGION)))
    with pytest.raises(UsageError, match="build_tuner"):
        smtune.sdk.SpecTuner.create({}, {}, {})


@pytest.mark.usefixtures("sdk")
def test_a_session_is_made_when_it_is_needed() -> None:
    tuner = smtune.build_tuner(spec_of())

    with pytest.raises(ConfigurationError, match="no AWS region"):
        tuner.tune()


CALLS: dict[str, Callable[[Any], Any]] = {
    "wait": lambda tuner: tuner.wait(),
    "describe": lambda tuner: tuner.describe(),
    "best_training_job": lambda tuner: tuner.best_training_job(),
    "analytics": lambda tuner: tuner.analytics(),
    "stop_tuning_job": lambda tuner: tuner.stop_tuning_job(),
    "transfer_learning_tuner": lambda tuner: tuner.transfer_learning_tuner(),
}


@pytest.mark.usefixtures("sdk")
@pytest.mark.parametrize("method", CALLS)
def test_without_a_job_every_method_says_how_to_get_one(method: str) -> None:
    with pytest.raises(UsageError, match=r"tune\(\) starts one, attach\(name\) takes one"):
        CALLS[method](smtune.build_tuner(spec_of()))


# Launching


def test_without_a_role_nothing_is_created(sdk_aws: Aws) -> None:
    with pytest.raises(ConfigurationError, match="AWS needs a role"):
        sdk_aws.send(spec_of(role=None))

    assert sdk_aws.requests == []


def test_a_name_of_ones_own_is_used_and_said(sdk_aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    assert sdk_aws.send(spec_of(), job_name="mine-1")["HyperParameterTuningJobName"] == "mine-1"

    assert "tuning job mine-1" in capsys.readouterr().err


def test_a_launch_under_a_name_that_has_this_request_finds_the_job(
    sdk_aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        sdk_aws.send(spec_of(), job_name="mine-2")

    assert [request["HyperParameterTuningJobName"] for request in sdk_aws.requests] == ["mine-2"]
    assert "nothing was sent" in capsys.readouterr().err


# Inputs


def test_a_channel_named_by_its_place_keeps_what_the_spec_says_of_it(sdk_aws: Aws) -> None:
    spec = spec_of(data={"channels": {"train": {"uri": "s3://my-bucket/train", "content_type": "text/csv"}}})

    request = sdk_aws.send(spec, inputs={"train": "s3://my-bucket/other", "more": "s3://my-bucket/more"})

    train, more = request["TrainingJobDefinition"]["InputDataConfig"]
    assert train["ContentType"] == "text/csv"
    assert train["DataSource"]["S3DataSource"]["S3Uri"] == "s3://my-bucket/other"
    assert "ContentType" not in more


def test_inputs_of_several_algorithms_are_given_by_name(sdk_aws: Aws) -> None:
    request = sdk_aws.send(several(), inputs={"deep": "s3://my-bucket/deep"})

    deep, shallow = (item["InputDataConfig"][0] for item in request["TrainingJobDefinitions"])
    assert deep["ChannelName"] == "training"
    assert shallow["DataSource"]["S3DataSource"]["S3Uri"] == "s3://my-bucket/train"


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (7, "int is no input"),
        ([7], "int is no input"),
        ({"train": 7}, "7 is no place"),
        ({"train": ""}, "'' is no place"),
        ("", "'' is no place"),
        ({}, "inputs name no channel"),
        ([], "inputs name no channel"),
        ({7: "s3://my-bucket/a"}, "inputs name no channel"),
        (["a", "a"], "two inputs have the same channel"),
    ],
)
def test_other_inputs_are_refused(inputs: Any, message: str, sdk_aws: Aws) -> None:
    from sagemaker.core.training.configs import InputData

    if isinstance(inputs, list) and set(inputs) == {"a"}:
        inputs = [InputData(channel_name=name, data_source=f"s3://my-bucket/{n}") for n, name in enumerate(inputs)]
    with pytest.raises(UsageError, match=message):
        sdk_aws.send(spec_of(), inputs=inputs)
    assert sdk_aws.calls == []
    with pytest.raises(UsageError, match="by their names: deep, shallow"):
        sdk_aws.send(several(), inputs="s3://my-bucket/a")


@pytest.mark.usefixtures("sdk")
@pytest.mark.parametrize(
    "configs",
    [
        [],
        [7],
        [{"InstanceType": "ml.m5.large"}],
        [{"InstanceType": 7, "InstanceCount": 1, "VolumeSizeInGB": 30}],
        [{"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30, "More": 1}],
    ],
)
def test_other_instances_are_refused(configs: Any) -> None:
    tuner = smtune.build_tuner(spec_of())
    with pytest.raises(UsageError, match="each with InstanceType, InstanceCount, VolumeSizeInGB"):
        tuner.override_resource_config(configs)
    assert tuner.spec == spec_of()


def test_names_of_jobs_are_texts(sdk_finished: Any) -> None:
    with pytest.raises(UsageError, match="job_name 7"):
        sdk_finished.tune(job_name=7)
    with pytest.raises(UsageError, match="additional_parents are the names of tuning jobs"):
        sdk_finished.transfer_learning_tuner(additional_parents=[7])


# A job that has run


def test_describe_returns_the_sdks_resource(sdk_finished: Any) -> None:
    from sagemaker.core.resources import HyperParameterTuningJob

    job = sdk_finished.describe()

    assert isinstance(job, HyperParameterTuningJob)
    assert job.hyper_parameter_tuning_job_status == "Completed"
    counters = job.training_job_status_counters
    assert (counters.completed, counters.non_retryable_error) == (3, 1)
    summaries = list(job.get_all_training_jobs(status_equals="Failed"))
    assert [summary.training_job_status for summary in summaries] == ["Failed"]


def test_best_training_job_is_the_name_of_the_best(sdk_finished: Any) -> None:
    best = best_training_job(sdk_finished.session, name_of(sdk_finished))

    assert best is not None
    assert sdk_finished.best_training_job() == best.name


def test_analytics_have_the_sdks_columns_and_those_it_leaves_out(sdk_finished: Any) -> None:
    frame = sdk_finished.analytics().dataframe()

    # The SDK's own frame: TrainingJobName to TrainingElapsedTimeSeconds, and every value of a hyperparameter a float.
    assert {"TrainingJobName", "TrainingJobStatus", "FinalObjectiveValue", "TrainingElapsedTimeSeconds"} <= set(frame)
    assert {"FailureReason", "ObjectiveStatus", "CreationTime"} <= set(frame)
    assert [str(frame[name].dtype) for name in ("dose", "rounds", "kind")] == ["Float64", "Int64", "string"]
    failed = frame[frame["TrainingJobStatus"] == "Failed"]
    assert failed["FailureReason"].str.contains("the dose is too high").all()
    assert list(failed["ObjectiveStatus"]) == ["Failed"]
    assert list(frame["TrainingJobName"]) == list(training_jobs(sdk_finished.session, name_of(sdk_finished))["name"])
    assert set(sdk_finished.analytics().tuning_ranges) == {"dose", "rounds", "kind"}


@pytest.mark.usefixtures("sdk")
def test_a_hyperparameter_named_like_a_column_is_kept_apart() -> None:
    from smtune.sdk.analytics import with_sdk_names

    frame = pd.DataFrame({"name": ["a"], "status": ["Completed"], "hp.TrainingJobName": ["x"], "hp.status": ["y"]})

    assert list(with_sdk_names(frame)) == ["TrainingJobName", "TrainingJobStatus", "hp.TrainingJobName", "status"]


def test_an_attached_tuner_is_the_job_and_makes_the_same_again(sdk_finished: Any) -> None:
    attached = smtune.sdk.SpecTuner.attach(name_of(sdk_finished), sdk_finished.session)

    assert attached.describe().hyper_parameter_tuning_job_status == "Completed"
    assert attached.request["Tags"] == [{"Key": "team", "Value": "pricing"}]
    attached.tune(timeout=180, poll=0.2)
    first, second = (
        tuner.session.client("sagemaker").describe_hyper_parameter_tuning_job(
            HyperParameterTuningJobName=name_of(tuner)
        )
        for tuner in (sdk_finished, attached)
    )
    for member in ("HyperParameterTuningJobConfig", "TrainingJobDefinition"):
        assert second[member] == first[member]
    assert second["HyperParameterTuningJobName"] != first["HyperParameterTuningJobName"]


def test_a_job_of_several_algorithms_has_the_same_methods(sdk_aws: Aws) -> None:
    # The local engine does not run several algorithms so far, and moto runs nothing: the training jobs are made up.
    tuner = smtune.build_tuner(several(), sdk_aws.session)
    tuner.tune(timeout=10)
    jobs = {f"{name_of(tuner)}-001": ("deep", 0.9), f"{name_of(tuner)}-002": ("shallow", 0.4)}
    with answered(sdk_aws, jobs):
        frame = tuner.analytics().dataframe()
        found = [summary.training_job_name for summary in tuner.latest_tuning_job.get_all_training_jobs()]

    assert dict(zip(frame["TrainingJobDefinitionName"], frame["dose"], strict=True)) == {"deep": 0.9, "shallow": 0.4}
    assert found == list(jobs)
    assert tuner.describe().training_job_definitions[0].definition_name == "deep"
    assert tuner.best_training_job() == "FakeTrainingJobName"  # moto's own
    attached = smtune.sdk.SpecTuner.attach(name_of(tuner), sdk_aws.session)
    assert attached.hyperparameter_ranges_dict() == tuner.hyperparameter_ranges_dict()
    attached.tune(wait=False)
    first, again = sdk_aws.requests
    assert again["TrainingJobDefinitions"] == first["TrainingJobDefinitions"]
    with pytest.raises(SpecError, match="R25"):
        tuner.transfer_learning_tuner()


@contextmanager
def answered(sdk_aws: Aws, jobs: dict[str, tuple[str, float]]) -> Iterator[None]:
    """Training jobs by name, each of an algorithm and with a dose, where moto has none."""
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

    def job(name: str) -> dict[str, Any]:
        definition, dose = jobs[name]
        return {
            "TrainingJobName": name,
            "TrainingJobArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-job/{name}",
            "TrainingJobStatus": "Completed",
            "TrainingJobDefinitionName": definition,
            "CreationTime": now,
            "TunedHyperParameters": {"dose": str(dose)},
            "HyperParameters": {"dose": str(dose), "_tuning_objective_metric": "score"},
            "ObjectiveStatus": "Succeeded",
        }

    def listed(**_: Any) -> Any:
        return SimpleNamespace(status_code=200), {"TrainingJobSummaries": [job(name) for name in jobs]}

    def described(params: dict[str, Any], **_: Any) -> Any:
        return SimpleNamespace(status_code=200), job(json.loads(params["body"])["TrainingJobName"])

    places: list[Any] = [sdk_aws.session.events, sdk_aws.session.client("sagemaker").meta.events]
    handlers = {"ListTrainingJobsForHyperParameterTuningJob": listed, "DescribeTrainingJob": described}
    for place, (operation, handler) in itertools.product(places, handlers.items()):
        place.register_first(f"before-call.sagemaker.{operation}", handler)
    yield
    for place, (operation, handler) in itertools.product(places, handlers.items()):
        place.unregister(f"before-call.sagemaker.{operation}", handler)


def test_the_sdks_session_is_made_of_ours(sdk_finished: Any) -> None:
    assert sdk_finished.sagemaker_session.boto_session is sdk_finished.session


def test_attaching_to_no_job_says_so(sdk_finished: Any) -> None:
    with pytest.raises(ServiceError, match="no-such-job"):
        smtune.sdk.SpecTuner.attach("no-such-job", sdk_finished.session)


def test_a_job_runs_until_it_is_stopped(
    sdk: None, submit: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    tuner = smtune.sdk.SpecTuner.attach(submit(SLEEPY))

    with pytest.raises(JobError, match="has no best training job"):
        tuner.best_training_job()
    tuner.stop_tuning_job()
    tuner.wait(timeout=180, poll=0.2)

    assert tuner.describe().hyper_parameter_tuning_job_status == "Stopped"
    assert "Stopped: " in capsys.readouterr().err
    tuner.latest_tuning_job.delete()
    with pytest.raises(ServiceError):
        tuner.describe()


def test_tuners_of_two_sessions_ask_each_its_own(sdk_finished: Any, sdk_aws: Aws) -> None:
    # In SageMaker Studio's SDK (3.12) the first session of a process answers for all resources.
    other = smtune.build_tuner(spec_of(), sdk_aws.session)
    other.tune(wait=False)

    for tuner in (sdk_finished, other, sdk_finished):
        assert tuner.describe().hyper_parameter_tuning_job_name == name_of(tuner)
    with pytest.raises(ServiceError):
        smtune.sdk.SpecTuner.attach(name_of(sdk_finished), sdk_aws.session)
