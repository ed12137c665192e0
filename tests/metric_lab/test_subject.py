"""Which definitions of a spec are examined."""

from __future__ import annotations

import pytest

from smtune.errors import SpecError, UsageError
from smtune.metric_lab import Goal, examine, number_lines
from smtune.metric_lab.subject import Subject, subject_of, without_absent
from smtune.spec import load_spec

HEAD = "apiVersion: smtune/v1\nname: x\n"
TAIL = "hyperparameters: {a: {min: 1, max: 9}}\nlimits: {jobs: 2}\n"
SCRIPT = "algorithm: {script: {framework: scikit-learn, version: 1.2-1, entry_point: t.py}}\n"
OBJECTIVE = "objective: {minimize: loss}\n"
METRICS = "metrics: {loss: 'loss=(\\S+)'}\n"
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/a:1"
SEVERAL = f"""\
{HEAD}objective: {{minimize: loss}}
metrics: {{loss: 'loss=(\\S+)'}}
algorithms:
  - name: one
    algorithm: {{image: {IMAGE}}}
    hyperparameters: {{a: {{min: 1, max: 9}}}}
  - name: two
    algorithm: {{image: {IMAGE}}}
    objective: {{maximize: acc}}
    metrics: {{acc: 'acc=(\\S+)'}}
    hyperparameters: {{a: {{min: 1, max: 9}}}}
limits: {{jobs: 2}}
"""


def test_the_definitions_and_the_goal_are_those_of_the_request() -> None:
    subject = subject_of(load_spec(HEAD + SCRIPT + OBJECTIVE + METRICS + TAIL))
    assert subject == Subject(({"Name": "loss", "Regex": r"loss=(\S+)"},), Goal("loss", maximizes=False))


def test_raw_definitions_count() -> None:
    raw = "raw: {TrainingJobDefinition: {AlgorithmSpecification: {MetricDefinitions: [{Name: loss, Regex: 'b(.)'}]}}}\n"
    subject = subject_of(load_spec(HEAD + SCRIPT + OBJECTIVE + METRICS + TAIL + raw))
    assert subject.definitions == ({"Name": "loss", "Regex": "b(.)"},)


def test_of_several_algorithms_one_is_named() -> None:
    spec = load_spec(SEVERAL)
    assert subject_of(spec, "one").goal == Goal("loss", maximizes=False)
    assert subject_of(spec, "two") == Subject(({"Name": "acc", "Regex": r"acc=(\S+)"},), Goal("acc", maximizes=True))
    for name in (None, "three"):
        with pytest.raises(UsageError, match="one, two"):
            subject_of(spec, name)
    with pytest.raises(UsageError, match="leave it out"):
        subject_of(load_spec(HEAD + SCRIPT + OBJECTIVE + METRICS + TAIL), "one")


def test_a_broken_regex_is_a_problem_of_the_spec() -> None:
    broken = METRICS.replace("loss=(", "loss=((")
    with pytest.raises(SpecError) as caught:
        subject_of(load_spec(HEAD + SCRIPT + OBJECTIVE + broken + TAIL))
    (problem,) = caught.value.problems
    assert (problem.path, problem.rule) == ("metrics.loss", "R21")


def test_the_built_in_xgboost_has_the_definitions_of_aws() -> None:
    text = HEAD + "algorithm: {builtin: xgboost, version: 1.7-1}\nobjective: {minimize: 'validation:rmse'}\n" + TAIL
    subject = subject_of(load_spec(text))
    assert subject.built_in
    log = ["[0]\ttrain-rmse:2\tvalidation-rmse:3", "[1]\ttrain-rmse:1\tvalidation-rmse:2"]
    examination = without_absent(examine(subject.definitions, number_lines(log), goal=subject.goal))
    assert {item.name: item.values for item in examination.metrics} == {"train:rmse": 2, "validation:rmse": 2}
    assert examination.passed

    absent = without_absent(examine(subject.definitions, number_lines(["[0]\ttrain-mae:1"]), goal=subject.goal))
    assert {item.name: item.lines for item in absent.metrics} == {"train:mae": 1, "validation:rmse": 0}
    assert not absent.passed
    assert "eval_metric" in absent.metrics[1].flaws[0].fix


@pytest.mark.parametrize(
    "algorithm",
    [
        "algorithm: {builtin: linear-learner, version: '1'}\n",
        "algorithm: {arn: 'arn:aws:sagemaker:us-east-1:123456789012:algorithm/a'}\n",
    ],
)
def test_definitions_that_only_the_service_has_cannot_be_tested(algorithm: str) -> None:
    with pytest.raises(UsageError, match="of its own"):
        subject_of(load_spec(HEAD + algorithm + OBJECTIVE + TAIL))
