"""All training jobs with the fewest calls, whatever the service does meanwhile; and what is on disk afterwards."""

from __future__ import annotations

import threading
import time as clock
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest
from fake_tuning import BEGIN, FakeTuning, RefusedError, time
from played_rounds import SPEC, playing

from smtune.errors import ServiceError, UsageError
from smtune.job import launch
from smtune.results import Calls, Trials, best_training_job, pull
from smtune.results.cache import results_folder


@pytest.fixture
def service() -> FakeTuning:
    return FakeTuning()


def pulled(service: FakeTuning, *, cached: bool = False) -> Trials:
    """Pulled by a caller whose pauses take no time."""
    service.calls.clear()
    service.asked_for.clear()
    session = service.session()
    return pull(session, service.name, cached=cached, calls=Calls(session, sleep=lambda _: None))


def cache_file() -> Path:
    (file,) = results_folder().rglob("*.db")
    return file


def test_500_training_jobs_cost_6_calls_and_then_1_and_then_none(service: FakeTuning) -> None:
    names = [service.add(number) for number in range(1, 501)]
    first = pulled(service)
    assert service.calls == {"DescribeHyperParameterTuningJob": 1, "Search": 5}
    assert list(first.frame["name"]) == names
    assert len(first.records) == 500
    again = pulled(service)
    assert service.calls == {"DescribeHyperParameterTuningJob": 1}
    pd.testing.assert_frame_equal(again.frame, first.frame)
    offline = pulled(service, cached=True)
    assert service.calls.total() == 0
    pd.testing.assert_frame_equal(offline.frame, first.frame)


def test_a_row_has_the_final_value_of_every_metric_and_what_the_job_took(service: FakeTuning) -> None:
    service.add(1)
    service.add(4, "Failed", FailureReason="AlgorithmError: no memory", EnableManagedSpotTraining=True)
    frame = pulled(service).frame.set_index("name")
    done, failed = frame.loc["tune-001-00000001"], frame.loc["tune-004-00000004"]
    assert (done["objective"], done["metric.validation:loss"], done["metric.train:loss"]) == (1.0, 1.0, 1.0)
    assert (done["hp.eta"], done["hp.depth"], done["objective_status"]) == (0.001, 2, "Succeeded")
    assert (done["seconds"], done["billable_seconds"]) == (600, 600)
    assert (done["instance_type"], done["instances"], done["volume_gb"]) == ("ml.m5.large", 1, 30)
    assert done["artifact"] == "s3://bucket/tune-001-00000001/output/model.tar.gz"
    assert (failed["status"], failed["objective_status"]) == ("Failed", "Failed")
    assert failed["failure_reason"] == "AlgorithmError: no memory"
    assert bool(failed["spot"])
    assert pd.isna(failed["objective"])


def test_a_tuning_job_without_training_jobs_is_an_empty_table_of_the_same_types(service: FakeTuning) -> None:
    service.status = "InProgress"
    empty = pulled(service).frame
    service.add(1)
    full = pulled(service).frame
    assert len(empty) == 0
    assert [name for name in full.columns if not name.startswith("metric.")] == list(empty.columns)
    assert empty.dtypes["hp.depth"] == full.dtypes["hp.depth"] == "Int64"
    assert empty.dtypes["created"] == full.dtypes["created"]


def test_an_unknown_job_is_the_services_own_error(service: FakeTuning) -> None:
    with pytest.raises(ServiceError, match="can't find a tuning job"):
        pull(service.session(), "other")


# Search is not always right


def test_what_search_does_not_know_yet_is_listed_and_described(service: FakeTuning) -> None:
    names = [service.add(number) for number in range(1, 121)]
    service.not_indexed = set(names[-3:])
    assert list(pulled(service).frame["name"]) == names
    assert service.calls["ListTrainingJobsForHyperParameterTuningJob"] == 2
    assert service.calls["DescribeTrainingJob"] == 3


def test_what_search_says_of_a_job_that_has_ended_since_is_not_believed(service: FakeTuning) -> None:
    name = service.add(1)
    service.stale[name] = service.jobs[name] | {"TrainingJobStatus": "InProgress", "FinalMetricDataList": []}
    assert pulled(service).frame["status"].tolist() == ["Completed"]
    assert service.calls["DescribeTrainingJob"] == 1


@pytest.mark.parametrize("code", ["AccessDeniedException", "UnknownOperationException", "ValidationException"])
def test_where_search_is_refused_the_jobs_are_listed_and_described(service: FakeTuning, code: str) -> None:
    names = [service.add(number) for number in range(1, 31)]
    service.refused["Search"] = code
    frame = pulled(service).frame
    assert list(frame["name"]) == names
    assert frame["metric.train:loss"].notna().all()
    assert service.calls["DescribeTrainingJob"] == 30


def test_where_nothing_may_be_read_the_refusal_is_told(service: FakeTuning) -> None:
    service.add(1)
    service.refused = {"Search": "AccessDeniedException", "ListTrainingJobsForHyperParameterTuningJob": "AccessDenied"}
    with pytest.raises(ServiceError, match="AccessDenied"):
        pulled(service)


def test_a_deleted_training_job_keeps_what_the_tuning_job_remembers(service: FakeTuning) -> None:
    name = service.add(2)
    service.not_indexed = service.deleted = {name}
    row = pulled(service).frame.iloc[0]
    assert (row["objective"], row["hp.eta"], row["status"]) == (0.5, 0.002, "Completed")


def test_throttling_is_waited_out(service: FakeTuning) -> None:
    for number in range(1, 41):
        service.add(number)
    service.refused["Search"] = "AccessDeniedException"
    service.throttled.update({"DescribeTrainingJob": 12, "ListTrainingJobsForHyperParameterTuningJob": 3})
    pauses: list[float] = []
    lock = threading.Lock()

    def sleep(seconds: float) -> None:
        with lock:
            pauses.append(seconds)
        clock.sleep(seconds / 1000)

    session = service.session()
    trials = pull(session, service.name, calls=Calls(session, sleep=sleep))
    assert len(trials.frame) == 40
    assert len(pauses) == 15
    assert max(pauses) > 2 * min(pauses), "later and later"


def test_throttling_without_end_is_told(service: FakeTuning) -> None:
    service.throttled["DescribeHyperParameterTuningJob"] = 1000
    with pytest.raises(ServiceError, match="Rate exceeded"):
        pulled(service)
    assert service.calls["DescribeHyperParameterTuningJob"] < 20


# what is over is not asked for again


def test_of_a_running_job_only_what_has_changed_is_read(service: FakeTuning) -> None:
    service.status = "InProgress"
    for number in range(1, 301):
        service.add(number)
    running = service.add(301, "InProgress")
    pulled(service)
    service.add(301)
    service.add(302, "InProgress")
    trials = pulled(service)
    assert service.calls == {"DescribeHyperParameterTuningJob": 1, "Search": 1}
    assert trials.frame["status"].value_counts().to_dict() == {"Completed": 301, "InProgress": 1}
    assert trials.frame.set_index("name").loc[running, "objective"] == pytest.approx(1 / 301)
    old = [name for name in service.asked_for if int(name.split("-")[1]) < 295]
    assert old == []


def test_without_search_a_finished_job_is_never_described_twice(service: FakeTuning) -> None:
    service.status = "InProgress"
    service.refused["Search"] = "AccessDeniedException"
    for number in range(1, 21):
        service.add(number)
    service.add(21, "InProgress")
    pulled(service)
    service.add(21)
    service.add(22, "InProgress")
    pulled(service)
    assert sorted(service.asked_for) == ["tune-021-00000015", "tune-022-00000016"]


def test_a_job_made_anew_under_the_same_name_is_noticed(service: FakeTuning) -> None:
    service.add(1)
    pulled(service)
    again = FakeTuning(created=BEGIN + 86_400)
    again.add(1, tuned={"eta": "0.5"})
    assert pulled(again).frame["hp.eta"].tolist() == [0.5]
    assert pulled(again, cached=True).frame["hp.eta"].tolist() == [0.5]


CHANGES = {
    "other tables": "DROP TABLE curves; PRAGMA user_version = 99",
    "no JSON": "UPDATE training_jobs SET record = '{'",
    "other JSON": "UPDATE training_jobs SET record = json_set(record, '$.job', json('{}'))",
    "no tuning job": "UPDATE tuning_job SET description = '{}'",
}


@pytest.mark.parametrize(
    "damage", ["garbage", "truncated", "other tables", "no JSON", "other JSON", "no tuning job", "empty"]
)
def test_a_damaged_cache_is_made_anew(service: FakeTuning, damage: str) -> None:
    import sqlite3

    for number in range(1, 51):
        service.add(number)
    whole = pulled(service).frame
    file = cache_file()
    if damage in {"garbage", "empty"}:
        file.write_bytes(b"not a database at all" * 100 if damage == "garbage" else b"")
    elif damage == "truncated":
        file.write_bytes(file.read_bytes()[:5000])
    else:
        with sqlite3.connect(file) as db:
            db.executescript(CHANGES[damage])
        db.close()
    pd.testing.assert_frame_equal(pulled(service).frame, whole)
    pulled(service)
    assert service.calls.total() == 1, "it works again"


def test_a_cache_that_cannot_be_written_costs_calls_only(
    service: FakeTuning, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    service.add(1)
    assert len(pulled(service).frame) == len(pulled(service).frame) == 1


def test_many_readers_at_once_see_whole_results(service: FakeTuning) -> None:
    for number in range(1, 31):
        service.add(number)
    sessions = [service.session() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        frames = list(pool.map(lambda session: pull(session, "tune").frame, sessions))
    for frame in frames:
        pd.testing.assert_frame_equal(frame, frames[0])


def test_what_is_not_on_disk_is_not_made_up(service: FakeTuning) -> None:
    service.add(1)
    with pytest.raises(UsageError, match="ask without --cached"):
        pulled(service, cached=True)
    pulled(service)
    longer = FakeTuning(name="tune-2")
    with pytest.raises(UsageError, match="nothing of tune-2"):
        pulled(longer, cached=True)
    shorter = FakeTuning(name="tun")
    with pytest.raises(UsageError, match="nothing of tun is"):
        pulled(shorter, cached=True)
    for pattern in ("tune*", "t**e", "[t]une"):
        with pytest.raises(UsageError, match="ask without --cached"):
            pulled(FakeTuning(name=pattern), cached=True)


def test_secrets_reach_neither_the_table_nor_the_disk(service: FakeTuning) -> None:
    service.static = {"epochs": "60", "db_password": "correct-horse-battery"}
    service.add(1, Environment={"HF_TOKEN": "hf_" + "a" * 34, "PLAIN": "text"})
    trials = pulled(service)
    raw = cache_file().read_bytes() + str(trials.records).encode() + str(trials.description).encode()
    assert b"correct-horse-battery" not in raw
    assert b"hf_aaa" not in raw
    assert b"PLAIN" in raw


# values keep their types


def test_numbers_stay_numbers_and_words_stay_words(service: FakeTuning) -> None:
    service.ranges = {
        "IntegerParameterRanges": [{"Name": "depth", "MinValue": "1", "MaxValue": "9"}],
        "ContinuousParameterRanges": [{"Name": "eta", "MinValue": "0", "MaxValue": "1"}],
        "CategoricalParameterRanges": [
            {"Name": "fill", "Values": ["nan", "inf", "5"]},
            {"Name": "optimizer", "Values": ['"adam"', '"sgd"']},
            {"Name": "both", "Values": ['"1"', "1"]},
            {"Name": "status", "Values": ["on", "off"]},
        ],
    }
    words = {"fill": "nan", "optimizer": '"adam"', "both": '"1"', "status": "on"}
    service.add(1, tuned={"depth": "9007199254740993", **words})
    service.add(2, tuned={"depth": "32.0", **words, "fill": "5"})
    frame = pulled(service).frame
    assert frame["hp.depth"].dtype == "Int64"
    assert frame["hp.depth"].tolist() == [9007199254740993, 32]
    assert frame["hp.fill"].dtype == "string"
    assert frame["hp.fill"].tolist() == ["nan", "5"]
    assert frame["hp.optimizer"].tolist() == ["adam", "adam"]
    assert frame["hp.both"].tolist() == ['"1"', '"1"'], "two choices must not become one"
    assert frame["hp.status"].tolist() == ["on", "on"]
    assert frame["status"].tolist() == ["Completed", "Completed"]


def two_algorithms(service: FakeTuning) -> None:
    objective = {"TuningObjective": {"Type": "Maximize", "MetricName": "validation:loss"}}
    trees = {
        "IntegerParameterRanges": [{"Name": "depth", "MinValue": "1", "MaxValue": "9"}],
        "ContinuousParameterRanges": [{"Name": "eta", "MinValue": "0", "MaxValue": "1"}],
    }
    nets = {"CategoricalParameterRanges": [{"Name": "depth", "Values": ["shallow", "deep"]}]}
    service.definitions = [
        {"DefinitionName": "trees", "HyperParameterRanges": trees, "StaticHyperParameters": {"kind": "t"}, **objective},
        {"DefinitionName": "nets", "HyperParameterRanges": nets, "StaticHyperParameters": {"kind": "n"}, **objective},
    ]
    service.definition_of = {
        service.add(1, static={"kind": "t"}): "trees",
        service.add(2, static={"kind": "n"}, tuned={"depth": "deep", "eta": None}): "nets",
    }


def test_each_of_several_algorithms_reads_its_own_hyperparameters(service: FakeTuning) -> None:
    two_algorithms(service)
    trials = pulled(service)
    assert trials.frame["definition"].tolist() == ["trees", "nets"]
    assert trials.frame["hp.depth"].tolist() == [2, "deep"]
    assert trials.frame["hp.eta"].dtype == "Float64"
    assert service.calls == {"DescribeHyperParameterTuningJob": 1, "Search": 1}
    assert trials.objective == ("validation:loss", True)


def test_algorithms_that_look_alike_are_told_apart_by_the_tuning_jobs_list(service: FakeTuning) -> None:
    two_algorithms(service)
    for definition in service.definitions:
        definition["StaticHyperParameters"] = {}
        definition["HyperParameterRanges"] = service.definitions[0]["HyperParameterRanges"]
    service.jobs.clear()
    service.definition_of = {service.add(1, static={}): "nets", service.add(2, static={}): "trees"}
    assert pulled(service).frame["definition"].tolist() == ["nets", "trees"]
    assert service.calls["ListTrainingJobsForHyperParameterTuningJob"] == 1
    assert service.calls["DescribeTrainingJob"] == 0


def test_what_autotune_chose_is_tuned_too(service: FakeTuning) -> None:
    service.add(1, tuned={"gamma": "0.25", "grow": "lossguide"})
    row = pulled(service).frame.iloc[0]
    assert (row["hp.gamma"], row["hp.grow"]) == (0.25, "lossguide")
    assert "hp.epochs" not in row.index
    assert "hp._tuning_objective_metric" not in row.index


def test_the_best_stands_first_in_the_ranking(service: FakeTuning) -> None:
    for number in (1, 3, 2):
        service.add(number)
    service.add(4, "Failed")
    assert [name[5:8] for name in pulled(service).ranked["name"]] == ["003", "002", "001", "004"]


def test_what_failed_is_never_the_best_whatever_it_printed_before(service: FakeTuning) -> None:
    service.add(1)
    printed = [{"MetricName": service.metrics[0], "Value": 0.0, "Timestamp": time(BEGIN)}]
    service.add(2, "Failed", FinalMetricDataList=printed)
    ranked = pulled(service).ranked
    assert list(ranked["status"]) == ["Completed", "Failed"]
    assert list(ranked["objective"]) == [1.0, 0.0]


def test_instance_groups_are_named_and_counted(service: FakeTuning) -> None:
    groups = [
        {"InstanceGroupName": "a", "InstanceType": "ml.c5.large", "InstanceCount": 2},
        {"InstanceGroupName": "b", "InstanceType": "ml.m5.large", "InstanceCount": 1},
    ]
    service.add(1, ResourceConfig={"InstanceGroups": groups, "VolumeSizeInGB": 10}, CreationTime=time(BEGIN))
    row = pulled(service).frame.iloc[0]
    assert (row["instance_type"], row["instances"]) == ("ml.c5.large + ml.m5.large", 3)


def test_numbers_that_json_has_as_texts_are_numbers(service: FakeTuning) -> None:
    odd, _ = service.add(1, "Stopped"), service.add(2)
    for item, text in zip(service.jobs[odd]["FinalMetricDataList"], ("NaN", "Infinity"), strict=True):
        item["Value"] = text
    row = pulled(service).frame.set_index("name").loc[odd]
    assert row[["objective"]].isna().all()
    assert row["metric.train:loss"] == float("inf")


def test_a_member_that_is_null_is_one_that_is_not_there(service: FakeTuning) -> None:
    first, second = service.add(1, "InProgress"), service.add(2)
    for member in ("TrainingStartTime", "TrainingEndTime", "FailureReason", "ResourceConfig", "ModelArtifacts"):
        service.jobs[first][member] = None
    frame = pulled(service).frame.set_index("name")
    assert list(frame.index) == [first, second]
    assert frame.loc[first][["started", "seconds", "failure_reason", "instance_type"]].isna().all()


def test_what_was_read_before_the_credentials_expired_is_not_asked_for_again(service: FakeTuning) -> None:
    names = [service.add(number) for number in range(1, 31)]
    service.refused["Search"] = "AccessDeniedException"
    describe = service._describe_training_job

    def expiring(request: dict[str, str]) -> dict[str, object]:
        if len(service.asked_for) >= 20:
            raise RefusedError("ExpiredTokenException")
        return describe(request)

    service._describe_training_job = expiring  # type: ignore[method-assign]
    with pytest.raises(ServiceError, match="ExpiredToken"):
        pulled(service)
    known = set(service.asked_for)
    service._describe_training_job = describe  # type: ignore[method-assign]
    assert list(pulled(service).frame["name"]) == names
    assert not known & set(service.asked_for)
    assert len(known) >= 20


def test_the_best_training_job_is_known_although_its_record_was_deleted(service: FakeTuning) -> None:
    service.deleted.add(service.add(1))
    best = best_training_job(service.session(), service.name)
    assert best is not None
    assert (best.name, best.hyperparameters) == ("tune-001-00000001", {"eta": 0.001, "depth": 2})
    assert (best.objective, best.metrics, best.model_artifact) == (1.0, {"validation:loss": 1.0}, "")


def test_two_played_services_that_begin_at_the_same_time_share_nothing(tmp_path: Path) -> None:
    """Their jobs may have the same name and, on a played clock, the same time of creation."""
    found = []
    for error in (0.1, 0.2):
        with playing(tmp_path / str(error), lambda _, error=error: (error, error)) as service:  # type: ignore[misc]
            name = launch(SPEC, session=service.session).name
            service.finish()
            best = best_training_job(service.session, name)
            assert best is not None
            found.append((name, pull(service.session, name).ranked["objective"].iloc[0]))
    (one, first), (other, second) = found
    assert one == other
    assert (first, second) == (0.1, 0.2)
