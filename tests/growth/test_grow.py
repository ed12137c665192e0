"""grow on a played service: which rows each training job gets, and that each is created once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from grown_jobs import REQUEST, ROWS, TRAIN, Peer

import smtune
from smtune.errors import JobError, ServiceError, UsageError
from smtune.growth import Carry, GrowthOptions, GrowthPlan, grow, growth_plan, stop_trainings
from smtune.job import TuningJob
from smtune.testing.service import LocalService

SPEC = """
name: toy
algorithm: {image: "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1"}
objective: {minimize: "validation:error"}
metrics: {"validation:error": "v=(.*)", "train:error": "t=(.*)"}
hyperparameters: {depth: {min: 1, max: 9}}
limits: {jobs: 2}
compute: {instance: ml.m5.large}
data: {source: rows.csv, label: y, split: {group: patient}}
diagnosis: {human_error: 0.02}
"""


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Peer]:
    with LocalService(tmp_path / "service") as service, service.sleeping():
        yield Peer(service)


def test_each_part_is_trained_on_as_the_original_was_but_for_rows_and_seed(peer: Peer) -> None:
    peer.tune()
    with growth_plan(peer.session, "toy") as plan:
        assert peer.created() == [], "a plan starts nothing"
        assert (plan.source.rows, len(plan.to_start), plan.parallel, plan.seconds) == (ROWS, 12, 1, 12 * 60.0)
        assert plan.money is not None
        assert plan.money > 0
    found = TuningJob("toy", peer.session).grow()
    requests = peer.created()
    assert len({request["TrainingJobName"] for request in requests}) == 12
    definition = REQUEST["TrainingJobDefinition"]
    for request in requests:
        for member in ("RoleArn", "OutputDataConfig", "ResourceConfig", "StoppingCondition", "Environment"):
            assert request[member] == definition[member]
        assert request["InputDataConfig"][1] == definition["InputDataConfig"][1], "the validation rows stay"
    assert [peer.rows_of(place) for place in range(12)] == [50, 100, 200, 400] * 3
    assert {peer.uri(place) for place in (3, 7, 11)} == {"s3://bucket/in/train"}, "all rows are where they were"
    draws = [[set(peer.lines(peer.uri(4 * number + size))) for size in range(4)] for number in range(3)]
    for sets in draws:
        assert sets[0] < sets[1] < sets[2] < sets[3] == set(TRAIN.splitlines())
    assert draws[0][2] != draws[1][2]
    seeds = [request["HyperParameters"]["seed"] for request in requests]
    assert len(set(seeds)) == 3
    assert seeds[:4] == [seeds[0]] * 4
    assert found.growth.kind == "more rows help"
    assert found.growth.predictions[0].rows == 800
    assert found.plan.spent == pytest.approx(12 * (found.plan.cost.money or 0))
    text = json.dumps(found.to_dict())
    assert "hush-hush" not in text + repr(found)
    assert json.loads(text)["verdict"] == "more rows help"
    assert json.loads(text)["sizes"][0]["rows"] == 50
    assert json.loads(text)["trainings"][0]["training"] == pytest.approx(0.01)


def test_what_is_there_is_found_and_nothing_is_sent_or_trained_twice(peer: Peer) -> None:
    peer.tune()
    options = GrowthOptions(repeats=2)
    first = grow(peer.session, "toy", options)
    sent = len(peer.service.calls("s3:PutObject"))
    assert smtune.grow(peer.session, "toy", options) == first
    assert (len(peer.created()), len(peer.service.calls("s3:PutObject"))) == (8, sent)
    grow(peer.session, "toy", GrowthOptions(repeats=3))
    assert len(peer.created()) == 12, "more repeats add what is missing"
    grow(peer.session, "toy", GrowthOptions(repeats=1, shares=(0.25, 0.3, 0.5, 1.0)))
    assert len(peer.created()) == 13, "and so do other shares"
    other = grow(peer.session, "toy", GrowthOptions(repeats=2, seed=1))
    assert len(peer.created()) == 13 + 8, "another seed draws anew"
    assert {each.part for each in other.plan.trainings} & {each.part for each in first.plan.trainings} == {None}


class KilledError(Exception):
    pass


@pytest.mark.parametrize("looks", [0, 2, 6])
def test_killed_anywhere_the_next_run_finishes_it(peer: Peer, looks: int) -> None:
    peer.tune()
    seen: list[GrowthPlan] = []

    def heard(plan: GrowthPlan) -> None:
        seen.append(plan)
        if len(seen) > looks:
            raise KilledError

    with pytest.raises(KilledError):
        grow(peer.session, "toy", GrowthOptions(repeats=2), Carry(heard=heard))
    found = grow(peer.session, "toy", GrowthOptions(repeats=2))
    names = [request["TrainingJobName"] for request in peer.created()]
    assert len(names) == len(set(names)) == 8
    assert found.plan.is_over


def test_flat_is_no_gain_and_failed_trainings_say_nothing(peer: Peer) -> None:
    peer.tune()
    peer.b = 0.0
    found = grow(peer.session, "toy")
    assert (found.growth.kind, found.growth.reason) == ("no gain shown", "flat")
    peer.service.script(fails="AlgorithmError: boom")
    lost = grow(peer.session, "toy", GrowthOptions(seed=9))
    assert (lost.growth.kind, lost.growth.sizes) == ("not enough evidence", ())
    assert all("boom" in str(repeat.reason) for repeat in lost.plan.repeats)


def test_what_runs_is_stopped_and_counts_for_nothing(peer: Peer) -> None:
    peer.tune()
    begun = grow(peer.session, "toy", GrowthOptions(parallel=2), Carry(wait=False))
    assert sum(repeat.is_running for repeat in begun.plan.repeats) == 2
    assert len(stop_trainings(peer.session, "toy")) == 2
    peer.service.advance(300)
    assert stop_trainings(peer.session, "toy") == ()
    with growth_plan(peer.session, "toy") as plan:
        assert plan.points == ()


def test_the_kept_spec_tells_the_target_the_place_and_what_belongs_together(peer: Peer) -> None:
    peer.put("smtune/toy/jobs/toy/spec.yaml", SPEC)
    peer.tune(Tags=[{"Key": "smtune:spec", "Value": "s3://bucket/smtune/toy/jobs/toy/spec.yaml"}])
    with growth_plan(peer.session, "toy") as plan:
        assert plan.target == pytest.approx(0.02)
        assert plan.prefix == "s3://bucket/smtune/toy"
        assert any("though those of one patient belong together" in note for note in plan.notes)
    with growth_plan(peer.session, "toy", GrowthOptions(target=0.5, metric="train:error")) as other:
        assert (other.target, other.measure.metric, other.measure.train_metric) == (0.5, "train:error", None)
    with growth_plan(peer.session, "toy", GrowthOptions(metric="train:error")) as train:
        assert train.target is None
        assert any("human level is said of validation:error" in note for note in train.notes)
    assert grow(peer.session, "toy").growth.kind == "cannot be enough"


def test_a_kept_spec_that_cannot_be_read_is_a_note(peer: Peer) -> None:
    peer.tune(Tags=[{"Key": "smtune:spec", "Value": "s3://bucket/smtune/toy/jobs/toy/none.yaml"}])
    with growth_plan(peer.session, "toy") as plan:
        assert any("cannot be read" in note for note in plan.notes)
        assert plan.target is None


def test_where_nothing_is_drawn_all_rows_are_trained_on_once(peer: Peer) -> None:
    image = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
    specification = {"TrainingImage": image, "TrainingInputMode": "File"}
    ranges = {"CategoricalParameterRanges": [{"Name": "tree_method", "Values": ["hist", "exact"]}]}
    values = {"num_round": "5", "objective": "binary:logistic"}
    peer.tune(AlgorithmSpecification=specification, StaticHyperParameters=values, ParameterRanges=ranges)
    with growth_plan(peer.session, "toy") as plan:
        assert [each.rows for each in plan.trainings].count(ROWS) == 1
        assert len(plan.trainings) == 10
        assert plan.seed_hyperparameter is None
        assert any("one training on all rows is enough" in note for note in plan.notes)


def test_without_a_known_seed_the_trainings_differ_by_their_rows(peer: Peer) -> None:
    peer.tune(StaticHyperParameters={"depth": "3"})
    with growth_plan(peer.session, "toy") as plan:
        assert len(plan.trainings) == 12
        assert any("no hyperparameter is known to be a seed" in note for note in plan.notes)
        assert all("seed" not in request["HyperParameters"] for request in plan.requests.values())


def test_too_many_bytes_and_too_few_rows_are_refused_with_the_fix(peer: Peer) -> None:
    peer.tune()
    with pytest.raises(UsageError, match=r"above the limit of 0\n    let them be fetched: --limit 1"):
        grow(peer.session, "toy", GrowthOptions(limit=10))
    with growth_plan(peer.session, "toy", GrowthOptions(limit=0)) as plan:
        assert plan.source.rows == ROWS
    with pytest.raises(UsageError, match="1 % of 400 training rows is 4: each share has at least 10 rows"):
        grow(peer.session, "toy", GrowthOptions(shares=(0.01, 0.5, 1.0)))
    with pytest.raises(UsageError, match="no two the same number"):
        grow(peer.session, "toy", GrowthOptions(shares=(0.5, 0.5001, 1.0)))
    assert peer.created() == []


@pytest.mark.parametrize(
    "options",
    [
        GrowthOptions(shares=()),
        GrowthOptions(shares=(0.5, 0.5)),
        GrowthOptions(shares=(0.5, 1.5)),
        GrowthOptions(repeats=0),
        GrowthOptions(parallel=-1),
        GrowthOptions(seed=-1),
        GrowthOptions(to="here"),
    ],
)
def test_options_that_make_no_sense_are_refused(peer: Peer, options: GrowthOptions) -> None:
    with pytest.raises(UsageError):
        grow(peer.session, "toy", options)


def test_a_job_that_runs_or_has_no_objective_is_refused(peer: Peer) -> None:
    peer.service.script(fails="no")
    client: Any = peer.session.client("sagemaker")
    client.create_hyper_parameter_tuning_job(**REQUEST)
    with pytest.raises(UsageError, match="smtune wait toy"):
        grow(peer.session, "toy")
    peer.service.finish()
    with pytest.raises(JobError, match="no training job with an objective"):
        grow(peer.session, "toy")


def test_parts_go_where_somebody_says_and_a_refusal_says_that_they_can(peer: Peer) -> None:
    peer.tune()
    peer.service.fail("s3:PutObject", "AccessDenied", "no", 99, status=403)
    with pytest.raises(ServiceError, match=r"may not be written to.*\n.*put the parts elsewhere: --to s3://"):
        grow(peer.session, "toy")
    assert peer.created() == []


def test_parts_go_below_the_prefix_that_is_named(peer: Peer) -> None:
    peer.tune()
    found = grow(peer.session, "toy", GrowthOptions(repeats=1, to="s3://bucket/mine/"))
    assert found.plan.prefix == "s3://bucket/mine"
    assert peer.uri(0).startswith("s3://bucket/mine/data/")
    assert peer.rows_of(0) == 50


def test_where_the_channel_matches_more_than_its_folder_all_rows_are_a_copy_too(peer: Peer) -> None:
    peer.put("in/train_lst/rows.csv", TRAIN)
    peer.tune()
    found = grow(peer.session, "toy", GrowthOptions(repeats=1))
    assert [peer.rows_of(place) for place in range(4)] == [50, 100, 200, 400]
    assert "/data/" in peer.uri(3), "the channel as it is has 800 rows"
    assert any("matches 1 more objects" in note for note in found.plan.notes)


def test_trainings_on_all_rows_that_are_equal_count_as_one(peer: Peer) -> None:
    peer.tune()
    peer.service.script(curve=lambda _: 0.1 if peer.rows_of(-1) == ROWS else 0.15 + peer.noise())
    found = grow(peer.session, "toy")
    assert [size.count for size in found.growth.sizes] == [3, 3, 3, 1]
    assert len(peer.created()) == 12


def test_a_table_split_by_lines_has_its_header_in_the_first_file_alone(peer: Peer) -> None:
    peer.put("in/train/rows.csv", f"label,number\n{TRAIN}")
    peer.put("in/train/rows2.csv", TRAIN)
    peer.tune()
    with growth_plan(peer.session, "toy") as plan:
        assert plan.source.counts == (ROWS, ROWS)
    peer.put("in/train/rows2.csv", f"label,number\n{TRAIN}")
    with growth_plan(peer.session, "toy") as both:
        assert both.source.counts == (ROWS, ROWS)


def test_a_handful_of_rows_has_no_parts_and_few_trainings_are_said_to_give_no_verdict(peer: Peer) -> None:
    peer.put("in/train/rows.csv", "1,2\n3,4\n5,6\n")
    peer.tune()
    with pytest.raises(UsageError, match="has 3 training rows: parts of fewer than 10 say nothing"):
        grow(peer.session, "toy")
    peer.put("in/train/rows.csv", TRAIN)
    few = "so few trainings give no verdict: it takes three numbers of rows and five trainings"
    for options, is_few in (
        (GrowthOptions(shares=(0.5, 1.0)), True),
        (GrowthOptions(repeats=1), True),
        (GrowthOptions(repeats=2), False),
    ):
        with growth_plan(peer.session, "toy", options) as plan:
            assert (few in plan.notes) is is_few


def test_what_smtune_keeps_may_lie_below_a_folder_of_jobs(peer: Peer) -> None:
    peer.put("team/jobs/smtune/toy/jobs/toy/spec.yaml", SPEC)
    peer.tune(Tags=[{"Key": "smtune:spec", "Value": "s3://bucket/team/jobs/smtune/toy/jobs/toy/spec.yaml"}])
    with growth_plan(peer.session, "toy") as plan:
        assert plan.prefix == "s3://bucket/team/jobs/smtune/toy"


def test_human_level_is_no_target_for_a_score_that_is_no_rate(peer: Peer) -> None:
    peer.put(
        "smtune/toy/jobs/toy/spec.yaml", SPEC.replace("validation:error", "points").replace("minimize", "maximize")
    )
    config = {"HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "points"}}
    metrics = [{"Name": "points", "Regex": "p=(.*)"}]
    specification = {**REQUEST["TrainingJobDefinition"]["AlgorithmSpecification"], "MetricDefinitions": metrics}
    peer.service.script(metrics={"points": 90.0})
    tags = [{"Key": "smtune:spec", "Value": "s3://bucket/smtune/toy/jobs/toy/spec.yaml"}]
    peer.tune(AlgorithmSpecification=specification, Tags=tags, config=config)
    with growth_plan(peer.session, "toy") as plan:
        assert (plan.measure.form, plan.target) == ("negative", None)
        assert any("say what is wanted, --target" in note for note in plan.notes)


def test_a_training_job_of_that_name_that_is_another_is_refused_with_the_fix(peer: Peer) -> None:
    peer.tune()
    with growth_plan(peer.session, "toy") as plan:
        ((name, request), *_) = plan.requests.items()
    peer.service.script(curve=lambda _: 0.1)
    client: Any = peer.session.client("sagemaker")
    client.create_training_job(**{**request, "HyperParameters": {"seed": "5"}})
    with pytest.raises(UsageError, match=r"draw other seeds \(verify-best --new, data curve --seed\)"):
        grow(peer.session, "toy")
    assert [each["TrainingJobName"] for each in peer.created()] == [name]
