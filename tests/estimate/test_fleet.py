"""What one training job runs on, however the request says it."""

from __future__ import annotations

from typing import Any

import pytest
from plan_requests import definition, request

from smtune.definitions import definitions
from smtune.estimate.fleet import Fleet, at_once, fleets

OPTIONS = [
    {"InstanceType": "ml.a", "InstanceCount": 2, "VolumeSizeInGB": 10},
    {"InstanceType": "ml.b", "InstanceCount": 1, "VolumeSizeInGB": 20},
]


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        (
            {"ResourceConfig": {"InstanceType": "ml.a", "InstanceCount": 3, "VolumeSizeInGB": 5}},
            (Fleet({"ml.a": 3}, 5),),
        ),
        (
            {
                "ResourceConfig": {
                    "InstanceGroups": [
                        {"InstanceType": "ml.a", "InstanceCount": 2, "InstanceGroupName": "x"},
                        {"InstanceType": "ml.b", "InstanceCount": 1, "InstanceGroupName": "y"},
                        {"InstanceType": "ml.a", "InstanceCount": 4, "InstanceGroupName": "z"},
                    ],
                    "VolumeSizeInGB": 5,
                }
            },
            (Fleet({"ml.a": 6, "ml.b": 1}, 5),),
        ),
        (
            {
                "ResourceConfig": {
                    "InstancePreferences": [{"InstanceType": "ml.a", "InstanceCount": 2}, {"InstanceType": "ml.b"}],
                    "VolumeSizeInGB": 5,
                }
            },
            (Fleet({"ml.a": 2}, 5), Fleet({"ml.b": 1}, 5)),
        ),
        (
            {"HyperParameterTuningResourceConfig": {"InstanceConfigs": OPTIONS, "AllocationStrategy": "Prioritized"}},
            (Fleet({"ml.a": 2}, 10), Fleet({"ml.b": 1}, 20)),
        ),
        (
            {"HyperParameterTuningResourceConfig": {"InstanceType": "ml.a", "InstanceCount": 2, "VolumeSizeInGB": 9}},
            (Fleet({"ml.a": 2}, 9),),
        ),
    ],
    ids=["one type", "groups", "preferences", "flexible", "shared"],
)
def test_every_way_to_ask_for_instances_is_read(resources: dict[str, Any], expected: tuple[Fleet, ...]) -> None:
    assert fleets(resources) == expected


def test_instances_with_disks_of_their_own_take_no_volume() -> None:
    assert Fleet({"ml.m5.large": 2, "ml.g5.xlarge": 5}, 30).storage_gb == 60


def test_at_worst_every_training_job_runs_on_the_fleet_with_most_instances() -> None:
    assert at_once(request(definition("ml.a", count=3)), 4) == {"ml.a": 12}
    flexible = definition()
    flexible["HyperParameterTuningResourceConfig"] = {"InstanceConfigs": OPTIONS}
    assert at_once(request(flexible, definition("ml.a", count=1)), 4) == {"ml.a": 8, "ml.b": 4}


def test_a_request_has_one_definition_or_several() -> None:
    one, two = definition("ml.a"), definition("ml.b")
    assert definitions(request(one)) == (one,)
    assert definitions(request(one, two)) == (one, two)
