"""Whole tuning jobs of each strategy, with every way to end, run for real."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_jobs import GOOD, Run, script_spec, training_jobs, wait_for

from smtune.local.session import LocalSession
from smtune.local.settings import Settings
from smtune.local.store import Store
from smtune.request import to_request
from smtune.results import learning_curves

# Publishes a value an epoch and never ends by itself before 200.
EPOCHS = """
import argparse, time
parser = argparse.ArgumentParser()
parser.add_argument("--dose", type=float)
arguments, _ = parser.parse_known_args()
for epoch in range(200):
    print(f"score={1 - (arguments.dose - 0.3) ** 2:.6f}", flush=True)
    time.sleep(0.02)
"""
# Publishes one value, at its end; more epochs are better.
AT_THE_END = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--dose", type=float)
parser.add_argument("--epochs", type=int)
arguments = parser.parse_args()
print(f"score={1 - (arguments.dose - 0.3) ** 2 - 0.1 / arguments.epochs:.6f}")
"""
RANGE = {"dose": {"min": 0.0, "max": 1.0}}


def summary(client: Any, name: str) -> dict[str, Any]:
    return dict(client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name))


def test_hyperband_stops_the_worse_at_rungs_and_everybody_at_the_most(
    submit: Run, session: LocalSession, client: Any
) -> None:
    hyperband = {"strategy": "hyperband", "hyperband": {"min_resource": 2, "max_resource": 18}}
    name = submit(EPOCHS, changes={**hyperband, "hyperparameters": RANGE, "limits": {"jobs": 9, "parallel": 3}})
    job = wait_for(session, name)

    assert job["HyperParameterTuningJobStatus"] == "Completed"
    jobs = training_jobs(session, name)
    assert {item["TrainingJobStatus"] for item in jobs} == {"Stopped"}, "none ends before its 200 epochs"
    reasons, values = [], {}
    for item in jobs:
        details = client.describe_training_job(TrainingJobName=item["TrainingJobName"])
        reasons += [
            step["StatusMessage"] for step in details["SecondaryStatusTransitions"] if step["Status"] == "Stopping"
        ]
        values[item["TrainingJobName"]] = len(learning_curves(session, item["TrainingJobName"]))
    assert any(reason == "Hyperband: 18 values are the most (MaxResource)" for reason in reasons)
    assert any("not among the best third" in reason for reason in reasons)
    assert min(values.values()) < 18 < max(values.values())
    assert all(item["ObjectiveStatus"] == "Succeeded" for item in jobs), "what they had counts"
    found = [item["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] for item in jobs]
    assert job["BestTrainingJob"]["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] == max(found)


def test_hyperband_trains_again_where_the_objective_comes_at_the_end(
    submit: Run, session: LocalSession, client: Any
) -> None:
    changes = {"strategy": "hyperband", "hyperparameters": {"epochs": 9, **RANGE}}
    name = submit(AT_THE_END, changes={**changes, "limits": {"jobs": 12, "parallel": 1}})
    wait_for(session, name)

    epochs, tuned = [], []
    for item in training_jobs(session, name):
        details = client.describe_training_job(TrainingJobName=item["TrainingJobName"])
        epochs.append(int(details["HyperParameters"]["epochs"]))
        tuned.append((item["TunedHyperParameters"]["dose"], epochs[-1]))
    assert epochs[0] == 9, "nobody knew yet"
    assert {1, 3} <= set(epochs[1:])
    assert len(set(tuned)) == 12
    assert len({dose for dose, _ in tuned}) < 12, "somebody was promoted"


def test_early_stopping_ends_what_is_left_behind(submit: Run, session: LocalSession) -> None:
    script = EPOCHS.replace("range(200)", "range(8)").replace("0.02", "0.1")
    changes = {"early_stopping": "auto", "hyperparameters": RANGE, "limits": {"jobs": 12, "parallel": 2}, "seed": 1}
    name = submit(script, changes=changes)
    job = wait_for(session, name)

    counters = job["TrainingJobStatusCounters"]
    assert counters["Stopped"] > 0
    assert counters["Completed"] >= 3
    assert job["BestTrainingJob"]["TrainingJobStatus"] == "Completed"


def test_a_grid_needs_no_number_of_training_jobs(submit: Run, session: LocalSession) -> None:
    values = ["0.1", "0.3", "0.5", "0.7"]
    changes = {
        "strategy": "grid",
        "hyperparameters": {"rounds": 1, "dose": {"values": values}},
        "limits": {"parallel": 2},
    }
    name = submit(changes=changes)
    job = wait_for(session, name)

    assert [item["TunedHyperParameters"]["dose"] for item in training_jobs(session, name)] == values
    assert job["BestTrainingJob"]["TunedHyperParameters"] == {"dose": "0.3"}


def test_a_target_ends_the_job_and_what_still_runs(submit: Run, session: LocalSession, client: Any) -> None:
    script = GOOD + "\nimport time\nif arguments.dose > 0.5:\n    time.sleep(600)\n"
    changes = {"completion": {"target": 0.8}, "limits": {"jobs": 20, "parallel": 4}, "strategy": "grid"}
    values = ["0.9", "0.8", "0.25", "0.3", "0.35"]
    name = submit(
        script,
        changes={**changes, "hyperparameters": {"rounds": 1, "dose": {"values": values}}, "limits": {"parallel": 3}},
    )
    job = wait_for(session, name)

    assert job["HyperParameterTuningJobStatus"] == "Completed"
    statuses = {
        item["TunedHyperParameters"]["dose"]: item["TrainingJobStatus"] for item in training_jobs(session, name)
    }
    assert statuses["0.9"] == statuses["0.8"] == "Stopped"
    assert statuses["0.25"] == "Completed"
    assert "0.35" not in statuses
    tags = client.list_tags(ResourceArn=job["HyperParameterTuningJobArn"])["Tags"]
    assert any(item["Value"] == "target: 0.9975 reaches 0.8" for item in tags)


def test_a_warm_start_knows_its_parents_even_when_they_are_deleted(
    submit: Run, session: LocalSession, client: Any, settings: Settings
) -> None:
    parent = submit(changes={"limits": {"jobs": 8, "parallel": 4}})
    wait_for(session, parent)
    best = summary(client, parent)["BestTrainingJob"]
    changes = {"strategy": "bayesian", "limits": {"jobs": 2}, "warm_start": {"parents": [parent], "type": "identical"}}
    child = submit(changes=changes)
    client.delete_hyper_parameter_tuning_job(HyperParameterTuningJobName=parent)
    job = wait_for(session, child)

    assert job["WarmStartConfig"]["WarmStartType"] == "IdenticalDataAndAlgorithm"
    assert Store(settings.database).parents(child)[0].best == best["TrainingJobName"]
    overall = job["OverallBestTrainingJob"]
    ours = job["BestTrainingJob"]["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]
    theirs = best["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]
    assert overall["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] == max(ours, theirs)
    doses = [float(item["TunedHyperParameters"]["dose"]) for item in training_jobs(session, child)]
    assert min(abs(dose - 0.3) for dose in doses) < 0.1, "it does not begin from nothing"


def test_a_parent_has_to_be_there_to_have_ended_and_to_be_alike(
    submit: Run, session: LocalSession, client: Any
) -> None:
    request = to_request(script_spec(warm_start={"parents": ["nowhere"], "type": "identical"}))
    with pytest.raises(client.exceptions.ResourceNotFound, match="nowhere"):
        client.create_hyper_parameter_tuning_job(**request)
    running = submit("import time\ntime.sleep(600)")
    request["WarmStartConfig"]["ParentHyperParameterTuningJobs"] = [{"HyperParameterTuningJobName": running}]
    with pytest.raises(ClientError, match=r"is InProgress: a parent has ended"):
        client.create_hyper_parameter_tuning_job(**request)
    client.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=running)
    wait_for(session, running)
    request["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]["Type"] = "Minimize"
    with pytest.raises(ClientError, match=r"the objective is not that of parent"):
        client.create_hyper_parameter_tuning_job(**request)
