"""The whole triage on tuning jobs of the local engine: groups, lines, regions, fixes, and few calls."""

from __future__ import annotations

import time
from typing import Any

import pytest
from faults import DENIED, THROTTLED, FakeClock, Faults
from local_jobs import script_spec
from recorded_jobs import Ran, record_job

import smtune
from smtune.local.session import LocalSession
from smtune.local.settings import Settings
from smtune.patience import Terms
from smtune.progress import look
from smtune.request import to_request
from smtune.triage import Group, Triage, why
from smtune.triage.remedy import settings_for

VALUE_ERROR = (
    'AlgorithmError: ExecuteUserScriptError: ErrorMessage "ValueError: row {} is [too] bold" in train.py, exit code: 1'
)
TRACE = (
    "epoch 1",
    "Traceback (most recent call last):",
    '  File "/opt/ml/code/train.py", line 12, in load',
    "    check(row)",
    "ValueError: row {} is [too] bold",
)
CUDA = (
    "Traceback (most recent call last):",
    '  File "/opt/ml/code/train.py", line 40, in step',
    "    loss.backward()",
    "RuntimeError: CUDA out of memory. Tried to allocate {} MiB",
)


def failed(reason: str, dose: float = 0.5, log: tuple[str, ...] = (), number: int = 0) -> Ran:
    lines = [line.format(number) for line in log]
    return Ran((), "Failed", {"dose": repr(dose)}, reason.format(number), lines)


def good(dose: float) -> Ran:
    return Ran((0.5,), config={"dose": repr(dose)})


def triage(settings: Settings, *trainings: Ran, changes: dict[str, Any] | None = None) -> Triage:
    record_job(settings, "toy", trainings, changes=changes)
    return why(LocalSession(settings), "toy")


def only(found: Triage) -> Group:
    (group,) = found.groups
    return group


def test_errors_at_one_place_are_one_group_whatever_their_numbers(settings: Settings) -> None:
    found = triage(settings, *(failed(VALUE_ERROR, 0.1 * n, TRACE, n) for n in range(1, 5)), good(0.2))
    group = only(found)
    assert (group.cause.id, group.count) == ("error", 4)
    assert group.detail == "ValueError: row # is [too] bold at train.py:12 in load"
    assert group.lines[-1] == "ValueError: row 1 is [too] bold"
    assert (found.total, found.succeeded, found.failed) == (5, 1, 4)
    assert found.to_dict()["groups"][0]["training_jobs"] == list(group.training_jobs)


def test_what_looks_like_a_secret_is_not_shown(settings: Settings) -> None:
    request = to_request(script_spec(environment={"DB_PASSWORD": "hunter2-deluxe"}))
    changes = {"TrainingJobDefinition": request["TrainingJobDefinition"]}
    log = ("Traceback (most recent call last):", "ValueError: hunter2-deluxe or ghp_" + "a1" * 20)
    group = only(triage(settings, failed("AlgorithmError: , exit code: 1", 0.1, log, 1), changes=changes))
    assert group.lines == ("ValueError: (hidden) or (hidden)",)
    assert group.detail == "ValueError: (hidden) or (hidden)"


def test_the_log_tells_what_the_reason_does_not(settings: Settings) -> None:
    vague = "AlgorithmError: , exit code: 1"
    found = triage(settings, *(failed(vague, 0.1 * n, CUDA, n) for n in range(1, 4)), failed(vague, 0.9, TRACE, 9))
    assert [(group.cause.id, group.count) for group in found.groups] == [("gpu-memory", 3), ("error", 1)]
    assert found.groups[0].lines == ("RuntimeError: CUDA out of memory. Tried to allocate 1 MiB",)


def test_the_region_and_the_narrowed_range_go_with_the_group(settings: Settings) -> None:
    oom = "AlgorithmError: , exit code: 137"
    found = triage(
        settings,
        *(failed(oom, 0.8 + 0.02 * n) for n in range(8)),
        *(good(0.05 * n) for n in range(14)),
        failed("ClientError: Data download failed:Insufficient disk space", 0.3),
    )
    memory, disk = found.groups
    assert memory.cause.id == "memory"
    assert memory.region is not None
    assert memory.region.sentence == "dose >= 0.7: 8 of 8 failed; 0 of 14 below"
    assert memory.settings == ("hyperparameters.dose.max=0.65", "compute.instance=ml.m5.xlarge")
    assert (disk.cause.id, disk.region) == ("disk", None)
    assert disk.settings == ("compute.volume_gb=60",)


def test_a_completed_training_job_without_an_objective_has_failed(settings: Settings) -> None:
    silent = Ran((), "Completed", {"dose": "0.5"}, log=["accuracy: 0.9", "done"])
    group = only(triage(settings, silent, silent, good(0.1)))
    assert (group.cause.id, group.count, group.lines) == ("no-metric", 2, ("done",))
    assert "smtune metrics test" in group.cause.fix


def test_an_objective_that_was_printed_as_nan_is_another_cause(settings: Settings) -> None:
    diverged = Ran((), "Completed", {"dose": "0.9"}, log=["score=nan", "done"])
    group = only(triage(settings, diverged, good(0.1)))
    assert (group.cause.id, group.lines) == ("objective-not-finite", ("score=nan",))


def test_a_time_limit_is_known_by_the_times(settings: Settings) -> None:
    definition = dict(to_request(script_spec())["TrainingJobDefinition"])
    definition["StoppingCondition"] = {"MaxRuntimeInSeconds": 60}
    stopped_early = Ran((0.1,), "Stopped", {"dose": "0.2"}, seconds=20.0)
    found = triage(
        settings,
        Ran((0.1,), "Stopped", {"dose": "0.5"}, seconds=61.0),
        stopped_early,
        changes={"TrainingJobDefinition": definition},
    )
    group = only(found)
    assert (group.cause.id, group.count) == ("time-limit", 1)
    assert group.settings == ("compute.runtime_seconds=120",)
    assert found.total == 2


def test_time_that_was_waited_for_spot_instances_is_no_time_that_it_ran(settings: Settings) -> None:
    definition = dict(to_request(script_spec())["TrainingJobDefinition"])
    definition["StoppingCondition"] = {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 120}
    interrupted = Ran((0.1,), "Stopped", {"dose": "0.5"}, seconds=121.0)
    group = only(triage(settings, interrupted, changes={"TrainingJobDefinition": definition}))
    assert group.cause.id == "spot-wait"


def test_nothing_failed(settings: Settings) -> None:
    found = triage(settings, good(0.1), good(0.2))
    assert (found.groups, found.failed, found.succeeded, found.own_cause) == ((), 0, 2, None)


def test_a_tuning_job_that_failed_at_once_has_a_cause_of_its_own(settings: Settings) -> None:
    record_job(settings, "toy", [], status="Failed")
    session = LocalSession(settings)

    def change(parsed: dict[str, Any], **_: Any) -> None:
        parsed["FailureReason"] = 'No S3 objects found under S3 URL "s3://b/train" given in input data source.'

    session.events.register("after-call.sagemaker.DescribeHyperParameterTuningJob", change)
    found = why(session, "toy")
    assert found.own_cause is not None
    assert found.own_cause.id == "s3-empty"
    assert found.to_dict()["cause"]["cause"] == "s3-empty"


def test_500_training_jobs_take_few_calls(settings: Settings) -> None:
    trainings = [failed(VALUE_ERROR, 0.5, TRACE, n) if n % 2 else good(n / 500) for n in range(500)]
    record_job(settings, "toy", trainings)
    session = LocalSession(settings)
    faults = Faults(session)
    assert only(why(session, "toy")).count == 250
    assert faults.calls == {
        "DescribeHyperParameterTuningJob": 1,
        "ListTrainingJobsForHyperParameterTuningJob": 5,
        "DescribeLogStreams": 2,
        "GetLogEvents": faults.calls["GetLogEvents"],
    }
    assert faults.calls["GetLogEvents"] <= 4


def test_logs_that_may_not_be_read_leave_the_services_reasons(settings: Settings) -> None:
    record_job(settings, "toy", [failed(VALUE_ERROR, 0.5, TRACE, n) for n in range(3)])
    session = LocalSession(settings)
    Faults(session).fail("logs.*", DENIED)
    found = why(session, "toy")
    assert only(found).detail == "ValueError: row # is [too] bold"
    assert found.notes == (
        "logs could not be read (AccessDeniedException): the causes rest on the service's reasons alone",
    )


def test_throttling_is_borne(settings: Settings) -> None:
    record_job(settings, "toy", [failed(VALUE_ERROR, 0.5, TRACE)])
    session, clock = LocalSession(settings), FakeClock()
    faults = Faults(session, clock)
    faults.fail("*", THROTTLED, at=[1, 3, 5])
    assert only(why(session, "toy", terms=Terms(clock=clock.now, sleep=clock.sleep))).count == 1


def test_it_is_a_public_name() -> None:
    assert smtune.why is why
    assert smtune.Triage is Triage


@pytest.mark.parametrize(
    ("identity", "instance", "setting"),
    [
        ("memory", "ml.m5.4xlarge", ["compute.instance=ml.m5.12xlarge"]),
        ("memory", "ml.m5.24xlarge", []),
        ("gpu-memory", "ml.g5.2xlarge", ["compute.instance=ml.g6e.2xlarge"]),
        ("gpu-memory", "ml.p3.8xlarge", ["compute.instance=ml.g5.12xlarge"]),
        ("gpu-memory", "ml.m5.large", []),
        ("quota", "ml.m5.large", ["limits.parallel=2"]),
        ("spot-wait", "ml.m5.large", ["compute.wait_seconds=14400"]),
        ("time-limit", "ml.m5.large", ["compute.runtime_seconds=7200", "compute.wait_seconds=10800"]),
        ("s3-forbidden", "ml.m5.large", []),
    ],
)
def test_a_fix_is_a_setting_where_there_is_one(identity: str, instance: str, setting: list[str]) -> None:
    definition = {
        "ResourceConfig": {"InstanceType": instance, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 7200},
    }
    job = {"HyperParameterTuningJobConfig": {"ResourceLimits": {"MaxParallelTrainingJobs": 4}}}
    assert settings_for(identity, None, definition, job) == setting


@pytest.mark.parametrize("piece", ["Unable to allocate ", "objective metric ", "Hyperparameter ", "\t", "a.", "s3://"])
def test_a_line_of_a_megabyte_is_soon_judged(settings: Settings, piece: str) -> None:
    odd = piece * (1_000_000 // len(piece))
    began = time.process_time()
    found = triage(settings, failed("AlgorithmError: ", log=(odd, "ValueError: row {} is [too] bold")), good(0.2))
    assert only(found).cause.id == "error"
    assert time.process_time() - began < 5  # it was minutes


def test_a_hundred_causes_are_soon_told(settings: Settings) -> None:
    trainings = [failed(f"AlgorithmError: ValueError: {'x' * number}", number / 500) for number in range(120)]
    began = time.process_time()
    found = triage(settings, *trainings, *(good(number / 500) for number in range(120)))
    assert len(found.groups) > 50
    assert time.process_time() - began < 10


def test_a_reason_is_shown_without_credentials_and_without_what_a_terminal_obeys(settings: Settings) -> None:
    session = LocalSession(settings)
    record_job(settings, "toy", [], status="Failed")

    def change(parsed: dict[str, Any], **_: object) -> None:
        parsed["FailureReason"] = "no \x1b[2J way\nfor AKIAABCDEFGHIJKLMNOP"

    session.events.register("after-call.sagemaker.DescribeHyperParameterTuningJob", change)
    assert why(session, "toy").failure_reason == r"no \x1b[2J way for (hidden)"
    assert look(session, "toy").failure_reason == r"no \x1b[2J way for (hidden)"
