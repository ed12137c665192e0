"""What a user should know before the service runs a request."""

from __future__ import annotations

from typing import Any

import pytest
from plan_requests import definition, request

from smtune.estimate import service_notes
from smtune.estimate.money import in_words

SPOT: dict[str, Any] = {"EnableManagedSpotTraining": True}
WAIT = {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 120}


def test_a_plain_request_needs_no_note() -> None:
    assert service_notes(request()) == ()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (request(jobs=None), "nothing but the account's quota"),
        (request(jobs=751), "751 training jobs are above the default quota of 750"),
        (request(jobs=50, parallel=11), "11 training jobs at once are above the default quota of 10"),
        (request(runtime=2_592_001), "above the default quota of 30 days"),
        (request(definition(**SPOT, StoppingCondition=WAIT)), "spot without CheckpointConfig"),
        (request(definition(**SPOT, CheckpointConfig={"S3Uri": "s3://b"})), "spot without MaxWaitTimeInSeconds"),
        (
            request(definition(ResourceConfig={"KeepAlivePeriodInSeconds": 60})),
            "KeepAlivePeriodInSeconds is not honoured",
        ),
        (request(definition(ResourceConfig={"TrainingPlanArn": "arn"})), "a training plan is paid in advance"),
        (
            request(
                definition(ResourceConfig={"InstancePreferences": [{"InstanceType": "a", "TrainingPlanArns": []}]})
            ),
            "a training plan is paid in advance",
        ),
        (
            {
                **request(),
                "WarmStartConfig": {"ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": "p"}]},
            },
            "the training jobs of the parents count",
        ),
    ],
)
def test_what_surprises_is_said_once(asked: dict[str, Any], words: str) -> None:
    (note,) = service_notes(asked)
    assert words in note


def test_several_algorithms_with_the_same_trap_give_one_note() -> None:
    spot = definition(**SPOT, StoppingCondition=WAIT)
    assert len(service_notes(request(spot, spot))) == 1


def test_spot_with_everything_needs_no_note() -> None:
    assert (
        service_notes(request(definition(**SPOT, StoppingCondition=WAIT, CheckpointConfig={"S3Uri": "s3://b"}))) == ()
    )


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0.0, "0.00 USD"),
        (0.0001, "under 0.01 USD"),
        (0.01, "0.01 USD"),
        (0.29, "0.29 USD"),
        (0.291, "0.30 USD"),
        (12.34, "12.34 USD"),
        (999.99, "999.99 USD"),
        (1000.5, "1,001 USD"),
        (1234567.0, "1,234,567 USD"),
    ],
)
def test_money_is_rounded_up(amount: float, words: str) -> None:
    assert in_words(amount, "USD") == words
