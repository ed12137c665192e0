"""find_problems: the form and the rules at once, each problem in its place; check_file: the errors among them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from smtune.errors import Problem, SpecError
from smtune.request import to_request
from smtune.spec import load_spec
from smtune.spec.source import Layers
from smtune.validate import check_file, find_problems, read_parents, unread_parents

SPEC = """\
name: a
algorithm: {image: i}
objective: {maximize: m}
hyperparameters: {x: {min: 0.0, max: 1.0}}
metrics: {m: 'm=(\\S+)'}
"""


def written(folder: Path, text: str, name: str = "spec.yaml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def check(folder: Path, text: str) -> tuple[Problem, ...]:
    return find_problems(written(folder, text))


def lines_of(found: tuple[Problem, ...]) -> list[str]:
    return [problem.describe("s") for problem in found]


def test_a_good_spec_has_no_problem(tmp_path: Path) -> None:
    assert check(tmp_path, SPEC) == ()


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    (problem,) = check_file(tmp_path / "none.yaml")
    assert problem.message == "cannot read the file: No such file or directory"


def test_a_file_that_is_no_yaml_has_that_problem_only(tmp_path: Path) -> None:
    (problem,) = check(tmp_path, "a: [")
    assert problem.message.startswith("not YAML: ")


def test_warnings_are_no_errors(tmp_path: Path) -> None:
    file = written(tmp_path, SPEC.replace("\\S+", "[0-9.]+"))
    (warning,) = find_problems(file)
    assert warning.severity == "warning"
    assert warning.describe("s") == (
        "s:5:11: warning: metrics.m: ([0-9.]+) reads 8.3e-05 as 8.3 [R21-number]\n    write 'm=(\\S+)'"
    )
    assert check_file(file) == ()


# All at once


def test_mistakes_of_form_and_broken_rules_come_together_in_the_order_of_the_file(tmp_path: Path) -> None:
    found = check(
        tmp_path,
        SPEC
        + "early_stopping: auto\nlimits: {jobs: 1, parallel: 2, foo: 3}\nstrategy: hyperband\nrole: x\nseed: 1.5\n",
    )
    assert [(problem.line, problem.path, problem.rule) for problem in found] == [
        (6, "early_stopping", "R12"),
        (7, "limits.parallel", "R16"),
        (7, "limits.foo", ""),
        (8, "strategy", "R13"),
        (9, "role", "R34"),
        (10, "seed", ""),
    ]


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        # Each of these would break a rule, were the key with the mistake just left away.
        (("x: {min: 0.0, max: 1.0}", "x: {min: 1.0, max: 0.0}"), "min 1.0 is above max 0.0"),
        (("strategy: grid", "strategy: gird"), "'gird' is not a choice"),
        (("metrics: {m: 'm=(\\S+)'}", "metrics: [m]"), "['m'] is not a mapping"),
        (("maximize: m", "maximise: m"), "unknown key 'maximise'"),
        (("{image: i}", "{imag: i}"), "says none of builtin, image, arn and script"),
        (("name: a", "name: a_b"), "'a_b' is not a job name"),
        (("name: a\n", ""), "name is missing"),
        (("jobs: 4", "jobs: four"), "'four' is not a whole number"),
        (("instance: ml.m5.large", "instance: 5"), "5 is not text"),
    ],
)
def test_a_mistake_of_form_brings_no_second_message(mistake: tuple[str, str], message: str, tmp_path: Path) -> None:
    text = SPEC + "compute: {instance: ml.m5.large}\nlimits: {jobs: 4, parallel: 2}\n"
    if mistake[0] == "strategy: grid":
        text = text.replace("{min: 0.0, max: 1.0}", "{values: [1, 2, 3, 4]}") + "strategy: grid\n"
    assert check(tmp_path, text) == ()
    assert mistake[0] in text
    found = check(tmp_path, text.replace(*mistake))
    assert any(problem.message.startswith(message) for problem in found)
    assert all(problem.rule == "" for problem in found)


def test_an_unknown_algorithm_hides_no_other_problem(tmp_path: Path) -> None:
    text = SPEC.replace("{image: i}", "{builtin: xgbost, version: 1.7-1}") + "limits: {jobs: 1, parallel: 2}\n"
    assert lines_of(check(tmp_path, text)) == [
        "s:2:1: algorithm: unknown builtin 'xgbost' [R33]\n    did you mean xgboost? or name an image",
        "s:6:19: limits.parallel: parallel 2 is above jobs 1 [R16]\n    lower parallel to 1, or raise jobs",
    ]


@pytest.mark.parametrize("objective", ["objective: {maximise: validation:auc}\n", "objective: 5\n", ""])
def test_a_mistake_in_the_objective_hides_no_hyperparameter(objective: str, tmp_path: Path) -> None:
    text = f"""\
name: a
algorithm: {{builtin: xgboost, version: 1.7-1}}
{objective}hyperparameters: {{objective: binary:logistic, num_round: 9, max_dept: 3, eta: {{min: 0.1, max: 0.3}}}}
"""
    found = check(tmp_path, text)
    assert [problem.path for problem in found if problem.rule] == ["hyperparameters.max_dept"]
    assert any("objective" in problem.path + problem.message for problem in found if not problem.rule)


def test_an_unknown_algorithm_of_several_is_placed_there(tmp_path: Path) -> None:
    text = """\
name: a
objective: {maximize: m}
algorithms:
- {name: one, algorithm: {image: i}, hyperparameters: {x: {min: 0.0, max: 1.0}}}
- {name: two, algorithm: {script: {framework: jax, version: "1", entry_point: t.py}}, hyperparameters: {x: 1}}
"""
    (problem,) = [each for each in check(tmp_path, text) if each.rule == "R33"]
    assert (problem.line, problem.path) == (5, "algorithms[1].algorithm")


def long_spec() -> str:
    """A valid spec of 300 lines and more, in block style."""
    lines = [
        "name: long",
        "algorithm:",
        "  image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1",
        "objective:",
        "  maximize: score",
        "metrics:",
        "  score: 'score=(\\S+)'",
        *(f"  metric{number}: 'metric{number}=(\\S+)'" for number in range(15)),
        "hyperparameters:",
    ]
    for number in range(29):
        lines += [f"  range{number}:", "    min: 0.001", "    max: 0.5", "    scale: log"]
    lines += [f"  static{number}: {number}" for number in range(60)]
    lines += ["environment:", *(f"  VARIABLE_{number}: value {number}" for number in range(40))]
    lines += ["tags:", *(f"  tag{number}: value {number}" for number in range(40))]
    lines += ["data:", "  channels:", *(f"    channel{number}: s3://bucket/data/{number}/" for number in range(15))]
    lines += ["limits:", "  jobs: 20", "  parallel: 2", "compute:", "  instance: ml.m5.large", "strategy: bayesian"]
    return "\n".join([*lines, "role: arn:aws:iam::123456789012:role/training", "seed: 7", ""])


TEN = [
    ("strategy: bayesian", "strategy: bayesain"),  # no choice
    ("seed: 7", "sead: 7"),  # no key
    ("    max: 0.5\n", "    max: 0.0005\n"),  # below min, of the first range
    ("  jobs: 20", "  jobs: 1"),  # below parallel
    ("ml.m5.large", "ml.m5.lage"),  # no instance type
    ("arn:aws:iam::123456789012:role/training", "training"),  # no ARN
    ("metric3=(\\S+)", "metric3=(\\S+"),  # no regex
    ("maximize: score", "maximize: scores"),  # no metric
    ("  VARIABLE_7:", "  VARIABLE-7:"),  # no name of a variable
    ("  tag3:", "  tag!3:"),  # no letter of a tag
]


def test_ten_mistakes_in_300_lines_get_ten_messages_of_at_most_three_lines(tmp_path: Path) -> None:
    text = long_spec()
    assert text.count("\n") >= 300
    assert check(tmp_path, text) == ()
    for right, wrong in TEN:
        assert right in text
        text = text.replace(right, wrong, 1)
    shown = lines_of(check(tmp_path, text))
    assert len(shown) == len(TEN), shown
    for problem in shown:
        assert sum(-(-len(line) // 120) for line in problem.splitlines()) <= 3
    wrong_lines = [text[: text.index(wrong.strip("\n"))].count("\n") + 1 for _, wrong in TEN]
    # Two ends are a mistake of their range, a metric's name of the objective, too few jobs of `parallel`.
    moved = {wrong_lines[2]: wrong_lines[2] - 2, wrong_lines[3]: wrong_lines[3] + 1, wrong_lines[7]: wrong_lines[7] - 1}
    assert sorted(moved.get(line, line) for line in wrong_lines) == [int(problem.split(":")[1]) for problem in shown]


# Places


REFUSED = [
    (
        "compute: {instance: ml.m5.lage}",
        "6:11: compute.instance: the service does not know 'ml.m5.lage' [R38]\n    did you mean ml.m5.large?",
    ),
    (
        "compute: {instance: zzz}",
        ("6:11: compute.instance: the service does not know 'zzz' [R38]\n    it takes: ml.m4.xlarge, ml.m4.2xlarge, "
        "ml.m4.4xlarge, ml.m4.10xlarge, ml.m4.16xlarge, ml.g4dn.xlarge, ml.g4dn.2xlarge, ml.g4dn.4xlarge, ..."),
    ),
    (
        "tags: {'a#': b}",
        ("6:8: tags.a#: 'a#' is not a tag: letters, digits, spaces and _ . : / = + - @ [R43]\n"
        "    write it with these characters"),
    ),
    (
        "output: nowhere",
        ("6:1: output: 'nowhere' is not an S3 URI, as s3://my-bucket/path [output]\n"
        "    write it as s3://my-bucket/path"),
    ),
    (
        "seed: 3000000000",
        "6:1: seed: 3000000000 is not a whole number of 32 bits [R32]\n    write a plain number, without quotes",
    ),
    (
        "environment: {A: '" + "v" * 513 + "'}",
        "6:15: environment.A: A has 513 characters; the service takes 512 [R41-form]\n    make it shorter",
    ),
    (
        "data: {channels: {'a b': s3://b/x}}",
        ("6:19: data.channels.a b: 'a b' is not a channel's name: letters, digits, dots, hyphens and _ [R35-name]\n"
        "    rename the channel"),
    ),
    (
        "raw: {Autotune: {Mode: On}}",
        "6:18: raw.Autotune.Mode: the service does not know 'On' [R44-form]\n    it takes: Enabled",
    ),
    (
        "raw: {TrainingJobDefinition: {Foo: 1}}",
        ("6:31: raw.TrainingJobDefinition.Foo: the service knows no 'Foo' here [model]\n"
        "    remove it, or update boto3 if it is new"),
    ),
    (
        "raw: {TrainingJobDefinition: {VpcConfig: {Subnets: [a]}}}",
        ("6:31: raw.TrainingJobDefinition.VpcConfig: SecurityGroupIds is missing [R36]\n"
        "    write security: {subnets: [subnet-...], security_groups: [sg-...]}"),
    ),
    (
        "raw: {HyperParameterTuningJobConfig: 5}",
        ("6:7: raw.HyperParameterTuningJobConfig: 5 is not a mapping [model]\n"
        "    write keys and values, as in {key: value}"),
    ),
    (
        "raw: {HyperParameterTuningJobConfig: {TuningJobCompletionCriteria: {TargetObjectiveMetricValue: .nan}}}",
        ("6:69: raw.HyperParameterTuningJobConfig.TuningJobCompletionCriteria.TargetObjectiveMetricValue: "
        "nan is not a finite number [R26-form]\n    write a plain number, without quotes"),
    ),
    (
        "hyperband: {max_resource: 9}",
        ("6:1: hyperband: resources are for Hyperband, and the strategy is Bayesian [R12-config]\n"
        "    write strategy: hyperband, or remove hyperband"),
    ),
    (
        "warm_start: {type: transfer, parents: [one, one]}",
        "6:40: warm_start.parents[0]: parent 'one' stands twice [R27]\n    name it once",
    ),
    (
        "compute: {spot: true}",
        ("6:11: compute.spot: spot training jobs need a time to wait for instances, run time included [R39]\n"
        "    add wait_seconds: 172800"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("line", "shown"), REFUSED, ids=[line[:40] for line, _ in REFUSED])
def test_what_the_service_would_refuse_has_the_place_it_comes_from(line: str, shown: str, tmp_path: Path) -> None:
    assert lines_of(check(tmp_path, f"{SPEC}{line}\n")) == [f"s:{shown}"]


def test_a_bad_value_of_one_algorithm_of_several_is_placed_there(tmp_path: Path) -> None:
    text = """\
name: a
objective: {maximize: m}
metrics: {m: 'm=(\\S+)'}
compute: {instance: shared}
algorithms:
- {name: a_b, algorithm: {image: i}, hyperparameters: {x: {min: 0.0, max: 1.0}}}
- name: two
  algorithm: {image: i}
  hyperparameters: {x: {min: 0.0, max: 1.0}}
  compute: {instance: own}
"""
    found = [(problem.line, problem.path) for problem in check(tmp_path, text)]
    assert found == [(4, "compute.instance"), (6, "algorithms[0].name"), (10, "algorithms[1].compute.instance")]


def test_what_the_file_does_not_say_has_the_place_of_its_beginning(tmp_path: Path) -> None:
    (problem,) = check(tmp_path, SPEC.replace("{image: i}", "{image: " + "i" * 256 + "}"))
    assert (problem.line, problem.path) == (2, "algorithm")


def test_a_key_of_several_lines_stays_on_one(tmp_path: Path) -> None:
    (problem,) = check(tmp_path, SPEC + 'environment: {"A\\nB": x}\n')
    assert problem.describe("s").splitlines() == [
        (
            "s:6:15: environment.A\\nB: 'A\\nB' is not a variable's name: "
            "letters, digits and underscores, no digit first [R41-form]"
        ),
        "    rename the variable",
    ]


# Layers, secrets


def test_a_problem_of_an_overlay_names_it(tmp_path: Path) -> None:
    base = written(tmp_path, SPEC + "limits: {jobs: 4}\n")
    overlay = written(tmp_path, "limits: {parallel: 5}\n", "prod.yaml")
    (problem,) = find_problems(Layers((base, overlay)))
    assert problem.describe("spec.yaml") == (
        f"{overlay}:1:10: limits.parallel: parallel 5 is above jobs 4 [R16]\n    lower parallel to 4, or raise jobs"
    )
    (problem,) = find_problems(Layers((base,), ("limits.parallel=5",)))
    assert problem.describe("spec.yaml").startswith("--set 1: limits.parallel: parallel 5 is above jobs 4 [R16]")


def test_a_secret_of_the_environment_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_PASSWORD", "correct-horse")
    (problem,) = check(tmp_path, SPEC + "environment: {DB_PASSWORD: '${env:DB_PASSWORD}'}\n")
    assert (problem.rule, problem.severity) == ("R45", "warning")
    assert "correct-horse" not in problem.describe("s")


# Requests and descriptions


def as_json(folder: Path, value: Any, name: str = "request.json") -> Path:
    return written(folder, json.dumps(value, indent=2) + "\n", name)


def test_a_request_is_checked_as_one(tmp_path: Path) -> None:
    good = to_request(load_spec(SPEC))
    assert find_problems(as_json(tmp_path, good)) == ()
    good["HyperParameterTuningJobConfig"]["ResourceLimits"] |= {
        "MaxNumberOfTrainingJobs": 1,
        "MaxParallelTrainingJobs": 2,
    }
    (problem,) = find_problems(as_json(tmp_path, good))
    assert problem.path == "HyperParameterTuningJobConfig.ResourceLimits.MaxParallelTrainingJobs"
    line = (tmp_path / "request.json").read_text().splitlines()[problem.line - 1]
    assert re.match(r' {6}"MaxParallelTrainingJobs": 2', line)
    assert problem.column == 7


def described(**top: Any) -> dict[str, Any]:
    extra = {"HyperParameterTuningJobArn": "arn:aws:x", "HyperParameterTuningJobStatus": "Completed", **top}
    return to_request(load_spec(SPEC)) | extra


def test_what_a_description_adds_is_no_problem(tmp_path: Path) -> None:
    whole = described(CreationTime="2026-10-01T12:00:00+00:00")
    whole["TrainingJobDefinition"]["StaticHyperParameters"] = {"_tuning_objective_metric": "m"}
    assert find_problems(as_json(tmp_path, whole)) == ()


def test_parents_are_looked_at_where_they_are_given(tmp_path: Path) -> None:
    file = as_json(tmp_path, described(HyperParameterTuningJobStatus="InProgress"))
    parents = read_parents([file])
    assert list(parents) == ["a"]
    spec = written(tmp_path, SPEC + "warm_start: {type: transfer, parents: [a]}\n")
    assert find_problems(spec) == ()
    (problem,) = find_problems(spec, parents)
    assert (problem.line, problem.rule) == (6, "R27")
    assert problem.message == "parent 'a' is InProgress: a parent has ended"


UNREAD = {"one": described(), "two": described()}


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        (SPEC, ("one", "two")),
        (SPEC + "warm_start: {type: transfer, parents: [two, one]}\n", ()),
        (SPEC + "warm_start: {type: transfer, parents: [two, three]}\n", ("one",)),
        (SPEC + "warm_start: {type: transfer, parents: [two]}\nsead: 7\n", ("one",)),
        (
            (SPEC + "warm_start: {type: transfer, parents: [two]}\n").replace(
                "{image: i}", "{builtin: xgbost, version: 1.7-1}"
            ),
            ("one",),
        ),
        # What they start from is not known.
        (SPEC + "warm_start: {type: transfer, parents: 5}\n", ()),
        (SPEC + "warm_strat: {type: transfer, parents: [two]}\n", ()),
        ("a: [", ()),
        ("5\n", ()),
    ],
)
def test_parents_that_no_spec_starts_from_are_named(text: str, unread: tuple[str, ...], tmp_path: Path) -> None:
    assert unread_parents([written(tmp_path, text)], UNREAD) == unread


def test_a_parent_of_one_spec_of_several_is_read(tmp_path: Path) -> None:
    warm = written(tmp_path, SPEC + "warm_start: {type: transfer, parents: [two]}\n", "warm.yaml")
    request = as_json(tmp_path, to_request(load_spec(warm)))
    assert unread_parents([written(tmp_path, SPEC), warm], UNREAD) == ("one",)
    assert unread_parents([request], UNREAD) == ("one",)


@pytest.mark.parametrize("text", ["{}\n", "a: 1\n", "HyperParameterTuningJobName: a\n"])
def test_what_is_no_description_is_no_parent(text: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        read_parents([written(tmp_path, text)])
    assert caught.value.problems[0].message == "not the description of a tuning job"
