"""check_file: the form, the rules, then the request against the service's own model, each in its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtune.errors import Problem
from smtune.validate import _ORIGINS, check_file

SPEC = """\
name: a
algorithm: {image: i}
objective: {maximize: m}
hyperparameters: {x: {min: 0.0, max: 1.0}}
"""
REFUSED = "the service refuses this request"
LENGTH = "Member must have length less than or equal to"


def check(folder: Path, text: str) -> tuple[Problem, ...]:
    file = folder / "spec.yaml"
    file.write_text(text, encoding="utf-8")
    return check_file(file)


def test_a_good_spec_has_no_problem(tmp_path: Path) -> None:
    assert check(tmp_path, SPEC) == ()


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    (problem,) = check_file(tmp_path / "none.yaml")
    assert problem.message == "cannot read the file: No such file or directory"


def test_mistakes_of_form_come_before_rules(tmp_path: Path) -> None:
    found = check(tmp_path, SPEC + "limits: {jobs: 1, parallel: 2, foo: 3}\n")
    assert [problem.message for problem in found] == ["unknown key 'foo'"]


def test_rules_come_before_the_model_in_the_order_of_the_file(tmp_path: Path) -> None:
    found = check(
        tmp_path, SPEC + "early_stopping: auto\nlimits: {jobs: 1, parallel: 2}\nstrategy: hyperband\nrole: x\n"
    )
    assert [(problem.line, problem.rule) for problem in found] == [(5, "R12"), (6, "R16")]


@pytest.mark.parametrize(
    ("lines", "place", "message"),
    [
        (
            "compute: {instance: ml.m5.lage}",
            "5:11: compute.instance",
            "the service does not know 'ml.m5.lage' [model]\n    did you mean ml.m5.large?",
        ),
        (
            "compute: {instance: zzz}",
            "5:11: compute.instance",
            (
                "the service does not know 'zzz' [model]\n"
                "    the service takes: ml.m4.xlarge, ml.m4.2xlarge, ml.m4.4xlarge, ml.m4.10xlarge, ml.m4.16xlarge, "
                "ml.g4dn.xlarge, ml.g4dn.2xlarge, ml.g4dn.4xlarge, ..."
            ),
        ),
        (
            "tags: {'a#': b}",
            "5:1: tags",
            "Value 'a#' at 'tags.1.member.key' failed to satisfy constraint: Member must "
            "satisfy regular expression pattern: ([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*) [model]\n    " + REFUSED,
        ),
        (
            "output: nowhere",
            "5:1: output",
            "Value 'nowhere' at 'trainingJobDefinition.outputDataConfig.s3OutputPath' "
            "failed to satisfy constraint: Member must satisfy regular expression pattern: (https|s3)://([^/]+)/?(.*) "
            "[model]\n    " + REFUSED,
        ),
        (
            "seed: 3000000000",
            "5:1: seed",
            "Value '3000000000' at 'hyperParameterTuningJobConfig.randomSeed' failed to "
            "satisfy constraint: Member must be of type integer [model]\n    " + REFUSED,
        ),
        (
            "environment: {A: '" + "v" * 513 + "'}",
            "5:15: environment.A",
            f"Value '{'v' * 513}' at "
            f"'trainingJobDefinition.environment.a' failed to satisfy constraint: {LENGTH} 512 [model]\n    " + REFUSED,
        ),
        (
            "data: {channels: {'a b': s3://b/x}}",
            "5:1: data",
            "Value 'a b' at "
            "'trainingJobDefinition.inputDataConfig.1.member.channelName' failed to satisfy constraint: Member must "
            "satisfy regular expression pattern: [A-Za-z0-9\\.\\-_]+ [model]\n    " + REFUSED,
        ),
        (
            "raw: {Autotune: {Mode: On}}",
            "5:18: raw.Autotune.Mode",
            "the service does not know 'On' [model]\n    the service takes: Enabled",
        ),
        (
            "raw: {TrainingJobDefinition: {Foo: 1}}",
            "5:31: raw.TrainingJobDefinition.Foo",
            "Value '1' at "
            "'trainingJobDefinition.foo' failed to satisfy constraint: Member is not in the service's model [model]\n"
            "    " + REFUSED,
        ),
        (
            "raw: {TrainingJobDefinition: {VpcConfig: {Subnets: [a]}}}",
            "5:31: raw.TrainingJobDefinition.VpcConfig",
            "Value 'null' at 'trainingJobDefinition.vpcConfig.securityGroupIds' failed to satisfy "
            "constraint: Member must not be null [model]\n    " + REFUSED,
        ),
        (
            "raw: {HyperParameterTuningJobConfig: 5}",
            "5:7: raw.HyperParameterTuningJobConfig",
            "Value '5' at "
            "'hyperParameterTuningJobConfig' failed to satisfy constraint: Member must be of type structure [model]\n"
            "    " + REFUSED,
        ),
        (
            "raw: {HyperParameterTuningJobConfig: {TuningJobCompletionCriteria: {TargetObjectiveMetricValue: .nan}}}",
            "5:69: raw.HyperParameterTuningJobConfig.TuningJobCompletionCriteria.TargetObjectiveMetricValue",
            "Value 'nan' at 'hyperParameterTuningJobConfig.tuningJobCompletionCriteria.targetObjectiveMetricValue' "
            "failed to satisfy constraint: Member must be of type float [model]\n    " + REFUSED,
        ),
    ],
)
def test_what_the_service_would_refuse_has_the_place_it_comes_from(
    lines: str, place: str, message: str, tmp_path: Path
) -> None:
    (problem,) = check(tmp_path, SPEC + lines + "\n")
    assert problem.describe("s") == f"s:{place}: {message}"


def test_a_bad_value_of_one_algorithm_of_several_is_placed_there(tmp_path: Path) -> None:
    text = """\
name: a
objective: {maximize: m}
compute: {instance: shared}
algorithms:
- {name: a_b, algorithm: {image: i}, hyperparameters: {x: {min: 0.0, max: 1.0}}}
- name: two
  algorithm: {image: i}
  hyperparameters: {x: {min: 0.0, max: 1.0}}
  compute: {instance: own}
"""
    found = [(problem.line, problem.path) for problem in check(tmp_path, text)]
    assert found == [(3, "compute.instance"), (5, "algorithms[0].name"), (9, "algorithms[1].compute.instance")]


def test_a_value_that_the_file_does_not_say_has_the_place_of_its_beginning(tmp_path: Path) -> None:
    (problem,) = check(tmp_path, SPEC.replace("{image: i}", "{image: " + "i" * 256 + "}"))
    assert (problem.line, problem.path) == (2, "algorithm")


def test_origins_are_keys_of_a_spec() -> None:
    from smtune.spec import AlgorithmEntry, TuningSpec

    names = set(TuningSpec.model_fields) | set(AlgorithmEntry.model_fields)
    assert {keys[0] for keys in _ORIGINS.values()} <= names
