"""What a tuning job has cost, to the second and the cent, beside the estimate of its own request."""

from __future__ import annotations

import pytest
from fake_tuning import BEGIN, FakeTuning

from smtune.estimate import Tariff, estimate
from smtune.estimate.prices import Price, Source
from smtune.request.description import normalize
from smtune.results import pull
from smtune.results.cost import region_of, spending
from smtune.results.spending import Spending

SOURCE = Source("2026-01-01", "a test")
TARIFF = Tariff(
    "eu-west-1",
    "USD",
    {"ml.m5.large": Price(3.6, SOURCE), "ml.c5.large": Price(7.2, SOURCE)},
    storage=Price(730 * 3.6, SOURCE),
)
"""An instance of ml.m5.large costs 0.001 a second, one of ml.c5.large 0.002, each GB 0.001."""


def paid(service: FakeTuning, now: float = BEGIN + 1e6) -> Spending:
    return spending(pull(service.session(), "tune"), TARIFF, now=now)


@pytest.fixture
def service() -> FakeTuning:
    return FakeTuning()


def test_instances_and_volumes_are_billed_by_the_second(service: FakeTuning) -> None:
    service.add(1)
    service.add(2, ResourceConfig={"InstanceType": "ml.c5.large", "InstanceCount": 2, "VolumeSizeInGB": 10})
    found = paid(service)
    one, two = found.jobs
    assert one.money == pytest.approx(600 * 0.001 + 600 * 30 * 0.001)
    assert two.money == pytest.approx(600 * 2 * 0.002 + 600 * 2 * 10 * 0.001)
    assert found.money == pytest.approx((one.money or 0) + (two.money or 0))
    assert found.storage == pytest.approx(600 * 30 * 0.001 + 600 * 20 * 0.001)
    assert found.instance_seconds == {"ml.m5.large": 600, "ml.c5.large": 1200}
    assert found.billable_seconds == 1200
    assert found.saved == 0


def test_spot_instances_cost_what_is_billable_and_say_what_they_saved(service: FakeTuning) -> None:
    service.add(1, EnableManagedSpotTraining=True, BillableTimeInSeconds=200)
    found = paid(service)
    assert found.jobs[0].money == pytest.approx(200 * 0.001 + 600 * 30 * 0.001), "a volume knows no spot"
    assert found.saved == pytest.approx(400 * 0.001)


def test_a_running_job_counts_so_far(service: FakeTuning) -> None:
    service.status = "InProgress"
    name = service.add(1, "InProgress")
    started = service.jobs[name]["TrainingStartTime"].timestamp()
    found = paid(service, now=started + 100)
    assert (found.running, found.billable_seconds) == (1, 100)
    assert found.money == pytest.approx(100 * 0.031)


def test_instance_groups_are_billed_together(service: FakeTuning) -> None:
    groups = [
        {"InstanceGroupName": "a", "InstanceType": "ml.m5.large", "InstanceCount": 3},
        {"InstanceGroupName": "b", "InstanceType": "ml.c5.large", "InstanceCount": 1},
    ]
    service.add(1, ResourceConfig={"InstanceGroups": groups, "VolumeSizeInGB": 0})
    assert paid(service).money == pytest.approx(600 * (3 * 0.001 + 0.002))


def test_an_unknown_price_is_said_and_nothing_is_made_up(service: FakeTuning) -> None:
    service.add(1)
    service.add(2, ResourceConfig={"InstanceType": "ml.x9.huge", "InstanceCount": 1, "VolumeSizeInGB": 1})
    found = paid(service)
    assert found.unknown == ("ml.x9.huge in eu-west-1",)
    assert found.money is None
    assert found.jobs[0].money is not None
    assert found.to_dict()["cost"] is None


def test_it_stands_beside_the_estimate_of_the_same_request(service: FakeTuning) -> None:
    for number in range(1, 4):
        service.add(number)
    found = paid(service)
    trials = pull(service.session(), "tune")
    expected = estimate(normalize(trials.description).request, TARIFF)
    assert found.estimate == expected
    assert region_of(trials) == "eu-west-1"
    assert expected.cost is not None
    assert expected.cost.on_demand.likely is not None
    assert found.money is not None
    assert found.beside("likely") == pytest.approx(found.money / expected.cost.on_demand.likely - 1)
    assert found.beside("max") == pytest.approx(found.money / (expected.cost.on_demand.max or 0) - 1)
    assert found.to_dict()["estimate"]["likely"]["cost"] == round(expected.cost.on_demand.likely, 6)


def test_no_training_job_costs_nothing(service: FakeTuning) -> None:
    service.status = "InProgress"
    assert paid(service).money == 0
