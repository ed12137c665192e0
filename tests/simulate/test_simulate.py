"""What a simulation shows of a search, by its own clock and the plan's prices."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from local_jobs import script_spec
from plan_requests import SOURCE

from smtune.errors import SpecError, UsageError
from smtune.estimate import JobMinutes, Tariff
from smtune.estimate.prices import Price
from smtune.local.store import Store
from smtune.plan import Prepared, plan
from smtune.simulate import Scene, Simulation, read_objective, simulate
from smtune.testing import LocalService

TEN = JobMinutes(10, 10, 10, is_given=True)
BOWL = "1 - (dose - 0.3) ** 2"


def request(**changes: Any) -> dict[str, Any]:
    return {**plan(script_spec(**changes), Prepared(), name="toy").request}


def scene(objective: str = "", **changes: Any) -> Scene:
    tariff = Tariff("here", "USD", {"ml.m5.large": Price(6.0, SOURCE)}, Price(0.0, SOURCE))
    own = read_objective(objective) if objective else None
    return Scene("spec.yaml", **{"tariff": tariff, "minutes": TEN, "objective": own, "said": objective, **changes})


def played(objective: str = "", **changes: Any) -> Simulation:
    return simulate(request(**changes), scene(objective))


def test_time_and_money_are_those_of_the_planned_minutes() -> None:
    found = played(BOWL, limits={"jobs": 4, "parallel": 2})
    assert [job.billed_seconds for job in found.jobs] == [600] * 4
    assert found.billed_seconds == 2400
    assert found.bill is not None
    assert found.bill.on_demand == pytest.approx(6.0 * 2400 / 3600)
    assert found.bill.spot_floor == pytest.approx(0.6 * 2400 / 3600)
    # Two rounds of ten minutes, and from one to eight minutes each until there are instances.
    assert 2 * 660 <= found.seconds <= 2 * 1080
    assert found.at_once == 2
    assert found.status == "Completed"
    assert "MaxNumberOfTrainingJobs" in found.end


def test_the_configurations_and_the_best_are_the_searchs_own() -> None:
    found = played(BOWL, limits={"jobs": 6, "parallel": 1})
    for job in found.jobs:
        assert job.objective == pytest.approx(1 - (float(job.hyperparameters["dose"]) - 0.3) ** 2)
    best = max(found.jobs, key=lambda job: job.objective or 0.0)
    assert found.best == best.number
    assert [job.number for job in found.jobs] == [1, 2, 3, 4, 5, 6]
    starts = [job.created for job in found.jobs]
    assert starts == sorted(starts)


def test_it_is_the_same_each_time_and_another_with_another_seed() -> None:
    first = played(limits={"jobs": 3, "parallel": 2})
    assert played(limits={"jobs": 3, "parallel": 2}) == first
    other = played(limits={"jobs": 3, "parallel": 2}, seed=8)
    assert [job.objective for job in other.jobs] != [job.objective for job in first.jobs]


def test_spot_instances_that_come_late_leave_too_little_time() -> None:
    spot = {"instance": "ml.m5.large", "spot": True, "runtime_seconds": 700, "wait_seconds": 840}
    found = played(BOWL, compute=spot, limits={"jobs": 8, "parallel": 4})
    late = [job for job in found.jobs if job.ended - job.created > 839.9]
    assert 0 < len(late) < 8
    for job in found.jobs:  # ten minutes of training, and some for the instances
        assert job.status == ("Stopped" if job in late else "Completed")
        assert job.reason == (
            "its MaxWaitTimeInSeconds was up, with the wait for its instances" if job in late else None
        )
    assert all(job.ended - job.created == pytest.approx(840) and job.billed_seconds < 600 for job in late)


def test_minutes_spread_between_low_and_high() -> None:
    found = simulate(request(limits={"jobs": 30, "parallel": 30}), scene(minutes=JobMinutes(2, 5, 20, is_given=True)))
    seconds = {job.billed_seconds for job in found.jobs}
    assert len(seconds) > 20
    assert 120 <= min(seconds) < max(seconds) <= 1200
    assert "2 to 20 minutes, mostly 5, by chance: as --job-minutes says" in found.assumptions[0]


def test_hyperband_stops_at_its_rungs_and_says_where() -> None:
    hyperband = {"strategy": "hyperband", "hyperband": {"min_resource": 1, "max_resource": 9}}
    found = played("dose * epoch / epochs", limits={"jobs": 9, "parallel": 3}, **hyperband)
    stopped = [job for job in found.jobs if job.status == "Stopped"]
    assert stopped
    assert all(job.reason is not None and "Hyperband: not among the best third" in job.reason for job in stopped)
    assert all(job.values < 9 and job.billed_seconds < 600 for job in stopped)
    assert {job.values for job in found.jobs if job.status == "Completed"} == {9}


def test_hyperband_retrains_where_the_objective_is_one_value() -> None:
    epochs = {"epochs": 9, "dose": {"min": 0.0, "max": 1.0}}
    found = played("dose", strategy="hyperband", hyperparameters=epochs, limits={"jobs": 12, "parallel": 2})
    low = [job for job in found.jobs if job.resource is not None and job.resource < 9]
    assert low
    assert all(job.billed_seconds == pytest.approx(600 * (job.resource or 0) / 9, abs=1) for job in low)


def test_early_stopping_shows_its_reason_and_saves_its_time() -> None:
    found = played("dose * epoch", early_stopping="auto", limits={"jobs": 12, "parallel": 1})
    stopped = [job for job in found.jobs if job.status == "Stopped"]
    assert stopped
    assert all(job.reason is not None and "median" in job.reason for job in stopped)
    assert found.billed_seconds < 12 * 600


def test_a_criterion_that_is_met_is_the_end() -> None:
    job = request(limits={"jobs": 50, "parallel": 1})
    config = {
        **job["HyperParameterTuningJobConfig"],
        "TuningJobCompletionCriteria": {"TargetObjectiveMetricValue": 0.9},
    }
    found = simulate({**job, "HyperParameterTuningJobConfig": config}, scene(BOWL))
    assert len(found.jobs) < 50
    assert "target" in found.end


def test_the_time_of_the_tuning_job_is_the_end() -> None:
    found = played(BOWL, limits={"jobs": 500, "parallel": 2, "runtime_seconds": 3000})
    assert found.end == "its time was up (MaxRuntimeInSeconds 3000)"
    assert found.seconds == pytest.approx(3000, abs=0.01)
    assert {job.reason for job in found.jobs if job.status == "Stopped"} == {"the tuning job ends"}


def test_a_grid_ends_with_its_last_combination() -> None:
    grid = {"strategy": "grid", "hyperparameters": {"dose": {"values": ["0.1", "0.2", "0.3"]}}}
    found = played(BOWL, limits={"parallel": 2}, **grid)
    assert sorted(job.hyperparameters["dose"] for job in found.jobs) == ["0.1", "0.2", "0.3"]
    assert found.end == "every combination of the grid has run"


def test_an_objective_without_a_number_fails_as_it_would_for_real() -> None:
    found = played("float('nan')", limits={"jobs": 10, "parallel": 1})
    assert found.status == "Failed"
    assert found.end.startswith("No training job succeeded after 5 attempts")
    assert found.best is None


def warm(kind: str = "TransferLearning", **changes: Any) -> dict[str, Any]:
    parents = [{"HyperParameterTuningJobName": "before"}]
    start = {"ParentHyperParameterTuningJobs": parents, "WarmStartType": kind}
    return {**request(**changes), "WarmStartConfig": start}


@pytest.mark.parametrize("known", [None, "an empty home"])
def test_a_warm_start_from_elsewhere_is_left_out_and_said_to_be(tmp_path: Path, known: str | None) -> None:
    found = simulate(warm(), scene(known=None if known is None else Store(tmp_path / "state.db")))
    assert found.status == "Completed"
    assert found.notes == ("without its warm start: before is no tuning job of this machine, and nobody else is asked",)
    assert not list(tmp_path.iterdir())


@pytest.fixture
def before(tmp_path: Path) -> Iterator[LocalService]:
    """A tuning job of this machine, whose objective is another than any that is simulated."""
    with LocalService(tmp_path) as service:
        service.script(curve=lambda given: 1_000 * given["dose"])
        limits = {"jobs": 12, "parallel": 12}
        asked = {**request(limits=limits, strategy="random"), "HyperParameterTuningJobName": "before"}
        service.session.client("sagemaker").create_hyper_parameter_tuning_job(**asked)
        yield service


@pytest.mark.parametrize("kind", ["TransferLearning", "IdenticalDataAndAlgorithm"])
def test_a_warm_start_knows_what_its_parents_have_tried(before: LocalService, tmp_path: Path, kind: str) -> None:
    before.finish()
    known, asked = Store(tmp_path / "state.db"), {"strategy": "bayesian", "limits": {"jobs": 4, "parallel": 1}}
    found = simulate(warm(kind, **asked), scene(BOWL, known=known))
    cold = played(BOWL, **asked)
    assert found.notes == (
        "its warm start knows 12 training jobs of before, with the values that the simulated objective gives them",
    )
    assert [job.hyperparameters for job in found.jobs] != [job.hyperparameters for job in cold.jobs]
    off = [abs(float(job.hyperparameters["dose"]) - 0.3) for job in found.jobs]
    assert max(off) < 0.35, "the search knows the bowl; by the parents' own values it would go to a dose of 1"
    theirs = {training.objective: float(training.config["dose"]) for training in known.training_jobs("before")}
    assert all(value == 1_000 * dose for value, dose in theirs.items()), "their own memory is as it was"


def test_a_parent_that_runs_is_not_learnt_from_yet(before: LocalService, tmp_path: Path) -> None:
    found = simulate(warm(), scene(known=Store(tmp_path / "state.db")))
    assert found.notes == ("without its warm start: before has not ended",)
    assert before.session.client("sagemaker").list_training_jobs(StatusEquals="InProgress")["TrainingJobSummaries"]


def test_a_parents_configurations_may_be_no_longer_the_childs(before: LocalService, tmp_path: Path) -> None:
    before.finish()
    narrow = warm(hyperparameters={"rounds": 3, "dose": {"min": 0.0, "max": 0.5}})
    found = simulate(narrow, scene(BOWL, known=Store(tmp_path / "state.db")))
    (note,) = found.notes
    assert 0 < int(note.removeprefix("its warm start knows ").split()[0]) <= 12
    assert found.status == "Completed"


def test_a_missing_price_is_named() -> None:
    found = simulate(request(), scene(tariff=Tariff("nowhere", "USD", {})))
    assert found.bill is None
    assert "ml.m5.large in nowhere" in found.unknown


def test_what_the_service_would_refuse_is_refused() -> None:
    job = request()
    config = {**job["HyperParameterTuningJobConfig"], "Strategy": "Grid"}
    with pytest.raises(SpecError, match=r"spec\.yaml"):
        simulate({**job, "HyperParameterTuningJobConfig": config}, scene())


def test_a_mistake_in_the_objective_is_told_as_it_is() -> None:
    with pytest.raises(UsageError, match="'doze' is not defined"):
        played("doze")


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    played()
    assert list(tmp_path.iterdir()) == []
    assert not home.exists()


def test_it_is_json_and_says_that_it_is_a_simulation() -> None:
    data = json.loads(json.dumps(played(BOWL).to_dict(), allow_nan=False))
    assert (data["kind"], data["schema_version"], data["simulated"]) == ("smtune/simulation", 1, True)
    assert data["objective"] == {"metric": "score", "type": "Maximize", "simulated_by": BOWL}
    assert data["counts"] == {"Completed": 3}
    assert set(data["jobs"][0]) >= {"number", "hyperparameters", "created", "ended", "status", "objective", "reason"}


def test_whoever_waits_hears_how_far_it_is() -> None:
    heard: list[int] = []
    simulate(request(limits={"jobs": 5, "parallel": 1}), scene(heard=heard.append))
    assert heard == sorted(heard)
    assert heard[-1] == 5
