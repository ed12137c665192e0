"""A child of a tuning job learns from all of its family, as far as the rules of a warm start let it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from smtune.clone import clone_request
from smtune.errors import SpecError, UsageError
from smtune.request import Site, to_request
from smtune.request.description import normalize
from smtune.revise import Revision
from smtune.revise.extend import ExtendOptions, Family, extend, with_wait
from smtune.rules import check_warm_start
from smtune.spec import Channels, load_spec

CLONES = Path(__file__).parents[1] / "clones"
SITE = Site(region="us-west-2")
TRAIN = "s3://sagemaker-us-west-2-123456789012/direct-marketing/train"


def described(name: str = "parent", *, parents: tuple[str, ...] = (), **changes: Any) -> dict[str, Any]:
    """A Describe answer of a job that has ended; `changes` are of its training job definition."""
    job: dict[str, Any] = json.loads((CLONES / "describe.json").read_text(encoding="utf-8"))
    job |= {"HyperParameterTuningJobName": name, "CreationTime": dt.datetime(2026, 3, 1, tzinfo=dt.UTC)}
    if parents:
        listed = [{"HyperParameterTuningJobName": parent} for parent in parents]
        job["WarmStartConfig"] = {
            "WarmStartType": "IdenticalDataAndAlgorithm",
            "ParentHyperParameterTuningJobs": listed,
        }
    job["TrainingJobDefinition"] |= changes
    return job


def family(*members: Mapping[str, Any]) -> Family:
    return Family({member["HyperParameterTuningJobName"]: member for member in members})


def child(jobs: Family, options: ExtendOptions | None = None) -> Revision:
    first = next(iter(jobs.members.values()))
    return extend(clone_request(normalize(first), SITE.region).spec, jobs, options or ExtendOptions(20), SITE)


def other_channels(uri: str) -> list[dict[str, Any]]:
    channels: list[dict[str, Any]] = described()["TrainingJobDefinition"]["InputDataConfig"]
    channels[0]["DataSource"]["S3DataSource"]["S3Uri"] = uri
    return channels


def test_the_same_data_and_image_make_an_identical_child() -> None:
    revision = child(family(described()), ExtendOptions(20, parallel=4, name="more"))
    spec = revision.spec
    assert spec.warm_start is not None
    assert (spec.warm_start.type, spec.warm_start.parents) == ("identical", ("parent",))
    assert (spec.limits.jobs, spec.limits.parallel, spec.name, spec.seed) == (20, 4, "more", 124)
    assert check_warm_start(to_request(spec, SITE), {"parent": described()}) == ()
    reasons = {change.to_dict()["path"]: change.reason for change in revision.changes}
    assert reasons["warm_start"] == "identical: data and image are those of every parent"
    assert "the same choices would come again" in reasons["seed"]
    assert load_spec(revision.to_yaml()) == spec


def test_the_rest_of_the_request_is_the_parents() -> None:
    request = to_request(child(family(described()), ExtendOptions(20)).spec, SITE)
    expected = json.loads(json.dumps(normalize(described()).request))
    expected["HyperParameterTuningJobConfig"] |= {"RandomSeed": 124}
    warm = {"ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": "parent"}]}
    assert request == {**expected, "WarmStartConfig": {**warm, "WarmStartType": "IdenticalDataAndAlgorithm"}}


def test_other_data_makes_a_transfer() -> None:
    revision = child(family(described()), ExtendOptions(5, data={"train": "s3://mine/november"}))
    assert revision.spec.warm_start is not None
    assert revision.spec.warm_start.type == "transfer"
    assert isinstance(revision.spec.data, Channels)
    assert revision.spec.data.channels["train"].uri == "s3://mine/november"
    changes = {change.to_dict()["path"]: change.to_dict() for change in revision.changes}
    assert changes["data.channels.train"]["before"] == TRAIN
    assert changes["warm_start"]["reason"] == "transfer: the data is not that of parent 'parent'"


def test_the_same_data_once_more_is_the_same_data() -> None:
    revision = child(family(described()), ExtendOptions(5, data={"train": TRAIN}))
    assert revision.spec.warm_start is not None
    assert revision.spec.warm_start.type == "identical"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"trian": "s3://a/b"}, "no channel 'trian'; its channels are train, validation"),
        ({"train": "data/train"}, "write s3://bucket/prefix"),
    ],
)
def test_data_that_cannot_be_read_is_refused(data: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        child(family(described()), ExtendOptions(5, data=data))


def test_the_parents_of_the_parent_are_named_as_well() -> None:
    jobs = family(described(parents=("b", "c")), described("b", parents=("d",)), described("c"), described("d"))
    revision = child(jobs)
    assert revision.spec.warm_start is not None
    assert revision.spec.warm_start.parents == ("parent", "b", "c", "d")
    assert check_warm_start(to_request(revision.spec, SITE), jobs.members) == ()


def test_of_more_than_five_the_furthest_are_left_out_and_named() -> None:
    names = tuple(f"a{number}" for number in range(6))
    revision = child(family(described(parents=names[:5]), *(described(name) for name in names)))
    assert revision.spec.warm_start is not None
    assert revision.spec.warm_start.parents == ("parent", "a0", "a1", "a2", "a3")
    assert [note for note in revision.notes if "left out" in note] == [
        f"ancestor {name} left out: a job has at most 5 parents [R27]" for name in ("a4", "a5")
    ]


def test_an_ancestor_that_a_rule_forbids_is_left_out_with_the_rule() -> None:
    static = {**described()["TrainingJobDefinition"]["StaticHyperParameters"], "gamma": "1"}
    revision = child(family(described(parents=("b",)), described("b", StaticHyperParameters=static)))
    assert revision.spec.warm_start is not None
    assert revision.spec.warm_start.parents == ("parent",)
    assert any(
        note.startswith("ancestor b left out: parent 'b' has gamma") and "[R28]" in note for note in revision.notes
    )


def test_an_ancestor_with_other_data_makes_a_transfer() -> None:
    jobs = family(described(parents=("b",)), described("b", InputDataConfig=other_channels("s3://old/train")))
    revision = child(jobs)
    assert revision.spec.warm_start is not None
    assert revision.spec.warm_start.type == "transfer"
    assert revision.spec.warm_start.parents == ("parent", "b")
    assert "the data is not that of parent 'b'" in next(
        change.reason for change in revision.changes if change.path == ("warm_start",)
    )


def test_the_training_jobs_of_all_parents_count() -> None:
    with pytest.raises(
        SpecError, match=r"740 jobs and 20 of the parents: the service runs at most 750 \[R17\]\s+lower jobs to 730"
    ):
        child(family(described()), ExtendOptions(740))
    many = described("b")
    many["TrainingJobStatusCounters"] = {"Completed": 700}
    revision = child(family(described(parents=("b",)), many), ExtendOptions(100))
    assert revision.spec.warm_start is not None
    assert revision.spec.warm_start.parents == ("parent",)
    assert "ancestor b left out: with its training jobs there would be too many [R17]" in revision.notes


def test_a_job_that_runs_is_refused_with_what_to_do() -> None:
    with pytest.raises(SpecError) as caught:
        child(family({**described(), "HyperParameterTuningJobStatus": "InProgress"}))
    text = str(with_wait(caught.value, "parent"))
    assert "parent 'parent' is InProgress: a parent has ended [R27]" in text
    assert "wait for it: smtune wait parent, or stop it: smtune stop parent" in text


def test_a_job_of_several_algorithms_is_refused_with_the_rule() -> None:
    request = json.loads((CLONES / "two-algorithms.json").read_text(encoding="utf-8"))
    request |= {"HyperParameterTuningJobName": "pair", "HyperParameterTuningJobStatus": "Completed"}
    with pytest.raises(SpecError, match=r"pair tunes several algorithms .*\[R25\]\s+tune one algorithm alone"):
        child(family(request))


def test_an_old_job_is_refused() -> None:
    old = {**described(), "CreationTime": dt.datetime(2018, 1, 1, tzinfo=dt.UTC)}
    with pytest.raises(SpecError, match=r"created on 2018-01-01.*\[R27\]"):
        child(family(old))


def test_fewer_jobs_than_ran_at_once_run_all_at_once() -> None:
    limits = child(family(described()), ExtendOptions(2)).spec.limits
    assert (limits.jobs, limits.parallel) == (2, 2)


def test_more_at_once_than_in_all_is_refused() -> None:
    with pytest.raises(SpecError, match="R16"):
        child(family(described()), ExtendOptions(2, parallel=3))
