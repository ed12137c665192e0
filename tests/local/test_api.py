"""The engine answers in the service's shapes: every request and answer is held to botocore's own model."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError
from local_jobs import GOOD, Run, script_spec, training_jobs, wait_for

from smtune.local.session import LocalSession
from smtune.request import to_request
from smtune.service_model import violations

SHAPES = {
    "create_hyper_parameter_tuning_job": "CreateHyperParameterTuningJobResponse",
    "describe_hyper_parameter_tuning_job": "DescribeHyperParameterTuningJobResponse",
    "list_hyper_parameter_tuning_jobs": "ListHyperParameterTuningJobsResponse",
    "list_training_jobs_for_hyper_parameter_tuning_job": "ListTrainingJobsForHyperParameterTuningJobResponse",
    "describe_training_job": "DescribeTrainingJobResponse",
    "list_tags": "ListTagsOutput",
}
FAILS_ABOVE_A_HALF = GOOD.replace("for step", "assert arguments.dose < 0.5, 'too much'\nfor step", 1)


def conforming(operation: str, answer: dict[str, Any]) -> dict[str, Any]:
    """`answer` without its metadata, after a check against the model."""
    body = {key: value for key, value in answer.items() if key != "ResponseMetadata"}
    assert [item.sentence for item in violations(SHAPES[operation], body)] == []
    return body


def test_answers_have_the_services_shapes_while_a_job_runs_and_after(
    submit: Run, session: LocalSession, client: Any
) -> None:
    name = submit(
        FAILS_ABOVE_A_HALF, changes={"limits": {"jobs": 4}, "tags": {"team": "blue"}, "environment": {"A": "b"}}
    )
    for _ in ("running", "ended"):
        job = conforming(
            "describe_hyper_parameter_tuning_job",
            client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name),
        )
        conforming("list_hyper_parameter_tuning_jobs", client.list_hyper_parameter_tuning_jobs())
        summaries = conforming(
            "list_training_jobs_for_hyper_parameter_tuning_job",
            client.list_training_jobs_for_hyper_parameter_tuning_job(HyperParameterTuningJobName=name),
        )["TrainingJobSummaries"]
        for item in summaries:
            details = client.describe_training_job(TrainingJobName=item["TrainingJobName"])
            conforming("describe_training_job", details)
        tags = conforming("list_tags", client.list_tags(ResourceArn=job["HyperParameterTuningJobArn"]))["Tags"]
        assert {"Key": "team", "Value": "blue"} in tags
        wait_for(session, name)


def test_describe_returns_what_was_asked_and_what_the_service_adds(submit: Run, session: LocalSession) -> None:
    name = submit()
    job = wait_for(session, name)
    asked = to_request(script_spec())

    assert job["HyperParameterTuningJobConfig"] == asked["HyperParameterTuningJobConfig"]
    static = job["TrainingJobDefinition"]["StaticHyperParameters"]
    assert static["_tuning_objective_metric"] == "score"
    assert static["rounds"] == "3"
    assert job["HyperParameterTuningJobArn"].endswith(f":hyper-parameter-tuning-job/{name}")
    assert job["CreationTime"].tzinfo is not None
    assert job["HyperParameterTuningEndTime"] >= job["CreationTime"]
    assert job["ConsumedResources"]["RuntimeInSeconds"] >= 3


def test_a_training_job_knows_its_secondary_statuses(submit: Run, session: LocalSession, client: Any) -> None:
    name = submit()
    wait_for(session, name)
    details = client.describe_training_job(TrainingJobName=training_jobs(session, name)[0]["TrainingJobName"])

    statuses = [item["Status"] for item in details["SecondaryStatusTransitions"]]
    assert statuses == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert details["SecondaryStatus"] == "Completed"
    assert details["FinalMetricDataList"][0]["MetricName"] == "score"
    assert details["TuningJobArn"].endswith(name)


def test_names_are_unique_whatever_their_case(client: Any, submit: Run) -> None:
    name = submit()
    request = copy.deepcopy(to_request(script_spec()))
    request["HyperParameterTuningJobName"] = name.upper()
    request["TrainingJobDefinition"]["StaticHyperParameters"]["sagemaker_submit_directory"] = "s3://b/k.tar.gz"
    with pytest.raises(client.exceptions.ResourceInUse, match="must be unique"):
        client.create_hyper_parameter_tuning_job(**request)


def test_unknown_names_are_the_services_errors(client: Any) -> None:
    with pytest.raises(client.exceptions.ResourceNotFound, match="nowhere"):
        client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="nowhere")
    with pytest.raises(client.exceptions.ResourceNotFound):
        client.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName="nowhere")
    with pytest.raises(client.exceptions.ResourceNotFound):
        client.list_training_jobs_for_hyper_parameter_tuning_job(HyperParameterTuningJobName="nowhere")
    with pytest.raises(ClientError, match="Requested resource not found"):
        client.describe_training_job(TrainingJobName="nowhere")


def test_what_is_not_answered_says_so(client: Any) -> None:
    with pytest.raises(ClientError, match="does not answer ListModels so far"):
        client.list_models()


def test_botocores_own_validation_still_works(client: Any) -> None:
    with pytest.raises(ParamValidationError, match="Strategy"):
        client.create_hyper_parameter_tuning_job(
            HyperParameterTuningJobName="a", HyperParameterTuningJobConfig={"ResourceLimits": {}}
        )


def _with(path: str, value: Any) -> dict[str, Any]:
    request = copy.deepcopy(to_request(script_spec()))
    *parents, last = path.split(".")
    target: Any = request
    for key in parents:
        target = target[int(key)] if key.isdigit() else target.setdefault(key, {})
    target[last] = value
    return request


CONFIG = "HyperParameterTuningJobConfig"
CONTINUOUS = f"{CONFIG}.ParameterRanges.ContinuousParameterRanges.0"


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (_with("HyperParameterTuningJobName", "my_job"), "regular expression pattern"),
        (_with("HyperParameterTuningJobName", "a" * 33), "length less than or equal to 32"),
        (_with(f"{CONFIG}.Strategy", "bayes"), r"enum value set: \[Bayesian, Random, Hyperband, Grid\]"),
        (_with(f"{CONFIG}.Strategy", "Hyperband"), r"does not know its largest resource.*\(rule R13\)"),
        (_with(f"{CONFIG}.ResourceLimits", {"MaxParallelTrainingJobs": 1}), "may never end"),
        (_with(f"{CONTINUOUS}.MinValue", "2"), r"min '2' is above max '1.0', at .*ContinuousParameterRanges.0"),
        (_with(f"{CONTINUOUS}.MinValue", "low"), "'low': not a number"),
        (_with(f"{CONTINUOUS}.ScalingType", "Logarithmic"), "a log scale needs min > 0"),
        (_with(f"{CONTINUOUS}.ScalingType", "ReverseLogarithmic"), "needs 0 <= min and max < 1"),
        (_with(f"{CONTINUOUS}.MaxValue", "inf"), "'inf': not a number"),
        (
            _with("TrainingJobDefinition.OutputDataConfig.S3OutputPath", "https://b/x"),
            "S3OutputPath: .*is not an S3 URI",
        ),
        (_with("TrainingJobDefinition.AlgorithmSpecification.MetricDefinitions.0.Regex", "score=(("), "not a regular"),
        (_with("TrainingJobDefinition.AlgorithmSpecification.MetricDefinitions.0.Regex", "score=1"), "has no group"),
        (_with("TrainingJobDefinition.AlgorithmSpecification.TrainingInputMode", "Pipe"), "no Pipe mode"),
        (
            _with(f"{CONFIG}.ParameterRanges.AutoParameters", [{"Name": "a", "ValueHint": "1"}]),
            "nothing chooses its range",
        ),
        (_with("TrainingJobDefinition.StaticHyperParameters.dose", "1"), "'dose' has a plain value and is tuned"),
        (_with(f"{CONFIG}.ParameterRanges", {}), "there is nothing to tune"),
        (_with(f"{CONFIG}.HyperParameterTuningJobObjective.MetricName", "auc"), "Provide a metric in the metric"),
        (
            _with(
                "TrainingJobDefinition.InputDataConfig",
                [
                    {
                        "ChannelName": "train",
                        "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/nothing"}},
                    }
                ],
            ),
            r'No S3 objects found under S3 URL "s3://bucket/nothing"',
        ),
        (
            _with("TrainingJobDefinition.StaticHyperParameters", {"rounds": "1"}),
            "nothing on this machine can stand for the image",
        ),
    ],
)
def test_a_bad_request_is_refused_and_leaves_nothing(client: Any, request_: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message) as caught:
        client.create_hyper_parameter_tuning_job(**request_)

    assert caught.value.response["Error"]["Code"] == "ValidationException"
    assert client.list_hyper_parameter_tuning_jobs()["HyperParameterTuningJobSummaries"] == []


@pytest.fixture
def five_jobs(submit: Run, session: LocalSession) -> list[str]:
    names = [submit(changes={"limits": {"jobs": 1}}) for _ in range(4)]
    names.append(submit("raise SystemExit(1)", changes={"limits": {"jobs": 12, "parallel": 1}}))
    for name in names:
        wait_for(session, name)
    return names


def test_lists_have_pages_filters_and_order(client: Any, five_jobs: list[str]) -> None:
    def listed(**request: Any) -> list[str]:
        pages = client.get_paginator("list_hyper_parameter_tuning_jobs").paginate(**request)
        return [
            item["HyperParameterTuningJobName"] for page in pages for item in page["HyperParameterTuningJobSummaries"]
        ]

    assert listed(MaxResults=2, SortBy="CreationTime", SortOrder="Ascending") == five_jobs
    assert listed(MaxResults=2) == five_jobs[::-1], "newest first by default"
    assert listed(SortBy="Name", SortOrder="Ascending") == sorted(five_jobs)
    assert listed(StatusEquals="Failed") == [five_jobs[-1]]
    assert listed(NameContains=five_jobs[2][-6:]) == [five_jobs[2]]
    tomorrow = dt.datetime.now(tz=dt.UTC) + dt.timedelta(days=1)
    assert listed(CreationTimeAfter=tomorrow) == []
    assert len(listed(CreationTimeBefore=tomorrow, LastModifiedTimeBefore=tomorrow)) == 5
    assert listed(LastModifiedTimeAfter=tomorrow) == []

    page = client.list_hyper_parameter_tuning_jobs(MaxResults=2)
    with pytest.raises(ClientError, match="NextToken is not one of this query"):
        client.list_hyper_parameter_tuning_jobs(NextToken=page["NextToken"], SortBy="Name")
    with pytest.raises(ClientError, match="NextToken is not one of this query"):
        client.list_hyper_parameter_tuning_jobs(NextToken="rubbish")
    with pytest.raises(ClientError, match="less than or equal to 100"):
        client.list_hyper_parameter_tuning_jobs(MaxResults=101)


def test_training_jobs_sort_by_their_objective(submit: Run, session: LocalSession, client: Any) -> None:
    name = submit(FAILS_ABOVE_A_HALF, changes={"limits": {"jobs": 6}})
    wait_for(session, name)

    def listed(**request: Any) -> list[dict[str, Any]]:
        answer = client.list_training_jobs_for_hyper_parameter_tuning_job(HyperParameterTuningJobName=name, **request)
        return list(answer["TrainingJobSummaries"])

    ordered = listed(SortBy="FinalObjectiveMetricValue", SortOrder="Descending")
    values = [item["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] for item in ordered]
    assert values == sorted(values, reverse=True)
    assert len(values) < 6, "jobs without an objective are left out"
    assert len(listed(StatusEquals="Failed")) + len(values) == 6
