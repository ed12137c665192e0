"""Training jobs on their own: searched, listed, stopped, tagged; and what a deleted tuning job leaves."""

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_jobs import Run, training_jobs, wait_for
from recorded_jobs import Ran, record_job

from smtune.local.session import LocalSession
from smtune.local.settings import Settings
from smtune.service_model import violations

ARN = "arn:aws:sagemaker:us-east-1:000000000000:hyper-parameter-tuning-job"


def found(client: Any, *filters: dict[str, Any], **request: Any) -> list[dict[str, Any]]:
    """The records of a search, over all pages."""
    request.setdefault("SearchExpression", {"Filters": list(filters)} if filters else {})
    pages = client.get_paginator("search").paginate(Resource="TrainingJob", **request)
    return [item["TrainingJob"] for page in pages for item in page["Results"]]


def where(name: str, value: str = "", operator: str = "Equals") -> dict[str, str]:
    return {"Name": name, "Operator": operator, **({"Value": value} if value else {})}


@pytest.fixture
def two(settings: Settings) -> dict[str, list[str]]:
    """Two tuning jobs: three training jobs, one of them failed, and one."""
    ran = [Ran((0.1, 0.5)), Ran((0.2, 0.9)), Ran((), status="Failed", failure_reason="AlgorithmError: boom")]
    changes = {"Tags": [{"Key": "team", "Value": "blue"}]}
    return {
        "first": record_job(settings, "first", ran, changes=changes),
        "second": record_job(settings, "second", [Ran()], began=time.time() - 100),
    }


def test_a_search_finds_a_tuning_jobs_training_jobs_with_everything(client: Any, two: dict[str, list[str]]) -> None:
    records = found(client, where("TuningJobArn", f"{ARN}/first"), SortBy="TrainingJobName", SortOrder="Ascending")

    assert [item["TrainingJobName"] for item in records] == two["first"]
    assert records[1]["HyperParameters"]["dose"] == "0.9"
    assert records[1]["FinalMetricDataList"][0]["Value"] == 0.9
    assert records[1]["BillableTimeInSeconds"] == 60
    assert records[1]["Tags"] == [{"Key": "team", "Value": "blue"}]
    assert records[1]["TrainingStartTime"].tzinfo is not None
    for record in records:
        assert violations("TrainingJob", record) == ()


@pytest.mark.parametrize(
    ("condition", "numbers"),
    [
        (where("TrainingJobStatus", "Failed"), [3]),
        (where("TrainingJobStatus", "Failed", "NotEquals"), [1, 2, 4]),
        (where("TrainingJobStatus", "Failed, Stopped", "In"), [3]),
        (where("TrainingJobName", "second", "Contains"), [4]),
        (where("Metrics.score", "0.4", "GreaterThan"), [1, 2]),
        (where("HyperParameters.dose", "0.5", "LessThanOrEqualTo"), [1, 3, 4]),
        (where("FailureReason", operator="Exists"), [3]),
        (where("FailureReason", operator="NotExists"), [1, 2, 4]),
        (where("Tags.team", "blue"), [1, 2, 3]),
        (where("CreationTime", "2001-01-01T00:00:00", "LessThan"), []),
        (where("ResourceConfig.InstanceType", "ml.m5.large"), [1, 2, 3, 4]),
    ],
)
def test_filters_compare_text_numbers_and_times(
    client: Any, two: dict[str, list[str]], condition: dict[str, str], numbers: list[int]
) -> None:
    names = [*two["first"], *two["second"]]
    records = found(client, condition, SortBy="TrainingJobName", SortOrder="Ascending")
    assert [names.index(item["TrainingJobName"]) + 1 for item in records] == numbers


def test_expressions_combine(client: Any, two: dict[str, list[str]]) -> None:
    either = {
        "Operator": "Or",
        "SubExpressions": [
            {"Filters": [where("TrainingJobStatus", "Failed")]},
            {"Filters": [where("Metrics.score", "0.8", "GreaterThan"), where("Tags.team", "blue")]},
        ],
    }
    records = found(client, SearchExpression=either, SortBy="TrainingJobName", SortOrder="Ascending")
    assert [item["TrainingJobName"] for item in records] == two["first"][1:]


def test_a_search_has_pages_and_an_order(client: Any, settings: Settings) -> None:
    names = record_job(settings, "many", [Ran((number / 250,)) for number in range(250)])
    first = client.search(Resource="TrainingJob", MaxResults=100, SortBy="Metrics.score")

    assert len(first["Results"]) == 100
    assert first["TotalHits"] == {"Value": 250, "Relation": "EqualTo"}
    assert first["Results"][0]["TrainingJob"]["TrainingJobName"] == names[-1]
    everything = found(client, SortBy="Metrics.score", SortOrder="Ascending", PaginationConfig={"PageSize": 100})
    assert [item["TrainingJobName"] for item in everything] == names
    with pytest.raises(ClientError, match="less than or equal to 100"):
        client.search(Resource="TrainingJob", MaxResults=101)


@pytest.mark.parametrize("order", ["CreationTime", "LastModifiedTime", "TrainingJobStatus", None])
@pytest.mark.parametrize(
    "conditions",
    [
        [],
        [where("TuningJobArn", f"{ARN}/first")],
        [where("TrainingJobStatus", "Completed"), where("LastModifiedTime", "2001-01-01T00:00:00", "GreaterThan")],
        [where("TrainingJobArn", "second", "Contains"), where("TuningJobArn", operator="Exists")],
    ],
)
def test_what_all_lists_show_is_found_without_the_whole_records_and_nothing_else(
    client: Any, two: dict[str, list[str]], conditions: list[dict[str, str]], order: str | None
) -> None:
    sort = {} if order is None else {"SortBy": order}
    anyone = where("SecondaryStatus", operator="Exists")

    assert found(client, *conditions, **sort) == found(client, *conditions, anyone, **sort) != []


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"SearchExpression": {"Filters": [where("Colour", "blue")]}}, "Unknown property name: Colour"),
        ({"SortBy": "Colour"}, "Unknown property name: Colour"),
        ({"Resource": "Endpoint"}, "searches TrainingJob only"),
        ({"SearchExpression": {"Filters": [where("TrainingJobName", "a", "LessThan")]}}, "not supported for text"),
        (
            {"SearchExpression": {"SubExpressions": [{"Filters": [where("Tags.a", "b")] * 20}] * 3}},
            "at most 50",
        ),
    ],
)
def test_a_search_that_makes_no_sense_is_refused(
    client: Any, two: dict[str, list[str]], request_: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        client.search(**{"Resource": "TrainingJob", **request_})


def test_all_training_jobs_are_listed(client: Any, two: dict[str, list[str]]) -> None:
    names = [*two["first"], *two["second"]]
    pages = client.get_paginator("list_training_jobs").paginate(SortBy="Name", SortOrder="Ascending")
    listed = [item for page in pages for item in page["TrainingJobSummaries"]]

    assert [item["TrainingJobName"] for item in listed] == names
    assert violations("ListTrainingJobsResponse", {"TrainingJobSummaries": listed}) == ()
    assert len(client.list_training_jobs(NameContains="first")["TrainingJobSummaries"]) == 3


def test_with_max_results_only_that_page_is_looked_through_for_the_status(
    client: Any, two: dict[str, list[str]]
) -> None:
    request = {"SortBy": "Name", "SortOrder": "Ascending", "StatusEquals": "Failed"}
    page = client.list_training_jobs(**request, MaxResults=2)
    assert page["TrainingJobSummaries"] == []
    following = client.list_training_jobs(**request, MaxResults=2, NextToken=page["NextToken"])
    assert [item["TrainingJobName"] for item in following["TrainingJobSummaries"]] == [two["first"][2]]
    assert len(client.list_training_jobs(**request)["TrainingJobSummaries"]) == 1


def test_tags_are_added_replaced_and_deleted(client: Any, two: dict[str, list[str]]) -> None:
    def tags(arn: str) -> dict[str, str]:
        return {item["Key"]: item["Value"] for item in client.list_tags(ResourceArn=arn)["Tags"]}

    job = f"{ARN}/first"
    client.add_tags(ResourceArn=job, Tags=[{"Key": "team", "Value": "red"}, {"Key": "cost", "Value": "1"}])
    assert tags(job) == {"team": "red", "cost": "1"}
    client.delete_tags(ResourceArn=job, TagKeys=["team", "nothing"])
    assert tags(job) == {"cost": "1"}
    training = client.describe_training_job(TrainingJobName=two["first"][0])["TrainingJobArn"]
    assert tags(training) == {"team": "blue"}, "training jobs keep the tags that they were started with"
    with pytest.raises(ClientError, match="50 tags at most"):
        client.add_tags(ResourceArn=job, Tags=[{"Key": str(number), "Value": ""} for number in range(50)])
    with pytest.raises(client.exceptions.ResourceNotFound):
        client.list_tags(ResourceArn=f"{ARN}/nowhere")


def test_a_deleted_tuning_job_leaves_its_training_jobs_and_frees_its_name(
    session: LocalSession, client: Any, settings: Settings, two: dict[str, list[str]]
) -> None:
    client.delete_hyper_parameter_tuning_job(HyperParameterTuningJobName="first")

    with pytest.raises(client.exceptions.ResourceNotFound):
        client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="first")
    with pytest.raises(client.exceptions.ResourceNotFound):
        client.delete_hyper_parameter_tuning_job(HyperParameterTuningJobName="first")
    listed = client.list_hyper_parameter_tuning_jobs()["HyperParameterTuningJobSummaries"]
    assert [item["HyperParameterTuningJobName"] for item in listed] == ["second"]
    details = client.describe_training_job(TrainingJobName=two["first"][0])
    assert details["TuningJobArn"] == f"{ARN}/first"
    assert len(found(client, where("TuningJobArn", f"{ARN}/first"))) == 3
    events = session.client("logs").get_log_events(
        logGroupName="/aws/sagemaker/TrainingJobs", logStreamName=f"{two['first'][0]}/algo-1"
    )
    assert len(events["events"]) == 2


def test_a_reused_name_makes_training_jobs_of_other_names(submit: Run, session: LocalSession, client: Any) -> None:
    name = submit(changes={"limits": {"jobs": 1}})
    request = wait_for(session, name)
    old = training_jobs(session, name)[0]["TrainingJobName"]
    client.delete_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    client.create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=name,
        HyperParameterTuningJobConfig=request["HyperParameterTuningJobConfig"],
        TrainingJobDefinition=request["TrainingJobDefinition"],
    )
    wait_for(session, name)
    new = training_jobs(session, name)

    assert len(new) == 1
    assert new[0]["TrainingJobName"] != old
    assert client.describe_training_job(TrainingJobName=old)["TrainingJobStatus"] == "Completed"


def test_one_training_job_is_stopped_and_the_tuning_job_goes_on(
    submit: Run, session: LocalSession, client: Any
) -> None:
    waits = "import argparse, time\nprint('score=1')\ntime.sleep(600)"
    name = submit(waits, changes={"limits": {"jobs": 2, "parallel": 1}})
    with pytest.raises(ClientError, match="not in a terminal state"):
        client.delete_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    _stop_when_running(session, client, name, 1)
    second = _stop_when_running(session, client, name, 2)
    job = wait_for(session, name)

    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert job["TrainingJobStatusCounters"]["Stopped"] == 2
    with pytest.raises(ClientError, match="is in status Stopped"):
        client.stop_training_job(TrainingJobName=second)
    with pytest.raises(ClientError, match="Requested resource not found"):
        client.stop_training_job(TrainingJobName="nowhere")


def _stop_when_running(session: LocalSession, client: Any, name: str, number: int) -> str:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        jobs = training_jobs(session, name)
        if len(jobs) == number and jobs[-1]["TrainingJobStatus"] == "InProgress":
            training: str = jobs[-1]["TrainingJobName"]
            client.stop_training_job(TrainingJobName=training)
            assert client.describe_training_job(TrainingJobName=training)["TrainingJobStatus"] in {
                "Stopping",
                "Stopped",
            }
            return training
        time.sleep(0.05)
    message = f"training job {number} never ran"
    raise AssertionError(message)
