"""A tuning job in words."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from recorded_jobs import Ran, record_job

from smtune.local.session import LocalSession
from smtune.local.settings import Settings
from smtune.progress import portray
from smtune.progress.portrait import console_link


def test_a_job_of_the_engine(settings: Settings) -> None:
    record_job(settings, "toy", [Ran(), Ran(status="Failed", failure_reason="no")])
    portrait = portray(LocalSession(settings), "toy", on_aws=False)
    assert portrait.strategy == "Random"
    assert portrait.objectives == ("maximize score",)
    assert portrait.ranges == "1: 1 continuous"
    assert portrait.training_seconds == 120
    assert (portrait.progress.completed, portrait.progress.failed) == (1, 1)
    assert (portrait.definitions, portrait.parents, portrait.console) == ({}, (), None)
    assert portrait.created.endswith("+00:00")


class Several:
    """A tuning job with two definitions and a parent, on AWS."""

    def client(self, _: str) -> Any:
        return self

    def describe_hyper_parameter_tuning_job(self, **_: str) -> dict[str, Any]:
        ranges = {"IntegerParameterRanges": [{"Name": "depth"}], "CategoricalParameterRanges": [{"Name": "booster"}]}
        goals = [{"Type": "Minimize", "MetricName": "rmse"}, {"Type": "Maximize", "MetricName": "r2"}]
        return {
            "HyperParameterTuningJobName": "many",
            "HyperParameterTuningJobArn": "arn:aws:sagemaker:eu-west-1:123456789012:hyper-parameter-tuning-job/many",
            "HyperParameterTuningJobStatus": "Completed",
            "CreationTime": dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
            "HyperParameterTuningEndTime": dt.datetime(2026, 1, 1, 2, tzinfo=dt.UTC),
            "TrainingJobStatusCounters": {"Completed": 2, "NonRetryableError": 1},
            "HyperParameterTuningJobConfig": {"Strategy": "Bayesian", "ResourceLimits": {}},
            "TrainingJobDefinitions": [
                {"DefinitionName": name, "TuningObjective": goal, "HyperParameterRanges": ranges}
                for name, goal in zip(("trees", "forest"), goals, strict=True)
            ],
            "WarmStartConfig": {
                "WarmStartType": "TransferLearning",
                "ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": "older"}],
            },
            "TuningJobCompletionDetails": {"ConvergenceDetectedTime": dt.datetime(2026, 1, 1, 1, tzinfo=dt.UTC)},
        }

    def list_tags(self, **_: str) -> dict[str, Any]:
        return {"Tags": [{"Key": "team", "Value": "blue"}]}

    def list_training_jobs_for_hyper_parameter_tuning_job(self, **_: Any) -> dict[str, Any]:
        jobs = [("trees", "Completed"), ("trees", "Failed"), ("forest", "Completed")]
        keys = ("TrainingJobDefinitionName", "TrainingJobStatus")
        return {"TrainingJobSummaries": [dict(zip(keys, job, strict=True)) for job in jobs]}


def test_several_definitions_each_with_their_counts() -> None:
    session: Any = Several()
    portrait = portray(session, "many", on_aws=True)
    assert portrait.definitions == {"trees": "1 Completed, 1 Failed", "forest": "1 Completed"}
    assert portrait.objectives == ("minimize rmse", "maximize r2")
    assert portrait.ranges == "4: 2 integer, 2 categorical"
    assert (portrait.parents, portrait.warm_start) == (("older",), "TransferLearning")
    assert portrait.completion == "converged at 2026-01-01T01:00:00+00:00"
    assert portrait.tags == {"team": "blue"}
    assert portrait.progress.elapsed == 7200.0
    assert str(portrait.console).startswith("https://eu-west-1.console.aws.amazon.com/sagemaker/home?region=eu-west-1#")


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("eu-west-1", "eu-west-1.console.aws.amazon.com"),
        ("cn-north-1", "console.amazonaws.cn"),
        ("us-gov-west-1", "console.amazonaws-us-gov.com"),
        ("eusc-de-east-1", "console.amazonaws-eusc.eu"),
    ],
)
def test_each_partition_has_its_console(region: str, host: str) -> None:
    link = console_link(f"arn:aws:sagemaker:{region}:123456789012:hyper-parameter-tuning-job/x", "X")
    assert link == f"https://{host}/sagemaker/home?region={region}#/hyper-tuning-jobs/X"


def test_there_is_no_link_to_a_console_that_nobody_knows() -> None:
    assert console_link("arn:aws-iso:sagemaker:us-iso-east-1:123456789012:hyper-parameter-tuning-job/x", "X") is None
