"""Rules through a spec: the message of each, with its place in the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtune.request import to_request
from smtune.rules import Finding, broken_rules
from smtune.scaffold import list_templates, templates_folder
from smtune.spec import load_spec
from smtune.validate import check_file

IMAGE = """\
name: a
algorithm: {image: i}
objective: {maximize: m}
hyperparameters: {x: {min: 0.0, max: 1.0}}
limits: {jobs: 4, parallel: 2}
"""
XGBOOST = """\
name: a
algorithm: {builtin: xgboost, version: 1.7-1}
objective: {maximize: validation:auc}
hyperparameters:
  objective: binary:logistic
  num_round: 10
  eta: {min: 0.01, max: 0.5}
"""
SCRIPT = """\
name: a
algorithm: {script: {framework: scikit-learn, version: 1.2-1, entry_point: t.py}}
objective: {maximize: m}
metrics: {m: 'm=(.*)'}
hyperparameters: {x: {min: 0.0, max: 1.0}}
"""
SEVERAL = """\
name: a
objective: {maximize: m}
limits: {jobs: 4, parallel: 2}
algorithms:
- {name: one, algorithm: {image: i}, hyperparameters: {x: {min: 0.0, max: 1.0}}}
- {name: two, algorithm: {image: i}, hyperparameters: {x: 1}}
"""


def changed(text: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def hyperparameters(text: str) -> str:
    return changed(IMAGE, ("{x: {min: 0.0, max: 1.0}}", text))


BROKEN = {
    "parallel": (
        changed(IMAGE, ("parallel: 2", "parallel: 5")),
        "5:19: limits.parallel: parallel 5 is above jobs 4 [R16]\n    lower parallel to 4, or raise jobs",
    ),
    "space_size: nothing to tune": (
        hyperparameters("{x: 1}"),
        (
            "4:1: hyperparameters: no hyperparameter has a range: there is nothing to tune [R15]\n"
            "    give at least one of them a range {min: 1, max: 5} or a choice {values: [a, b]}"
        ),
    ),
    "space_size: too few combinations": (
        hyperparameters("{x: {min: 1, max: 3}, y: {values: [a]}}"),
        "5:10: limits.jobs: there are only 3 combinations for 4 jobs [R15]\n    lower jobs to 3, or widen a range",
    ),
    "space_size: many, and still too few": (
        changed(hyperparameters("{x: {min: 1, max: 699}}"), ("jobs: 4", "jobs: 700")),
        (
            "5:10: limits.jobs: there are only 699 combinations for 700 jobs [R15]\n"
            "    lower jobs to 699, or widen a range"
        ),
    ),
    "counts: ranges": (
        hyperparameters("{" + ", ".join(f"x{number}: {{min: 0.0, max: 1.0}}" for number in range(31)) + "}"),
        (
            "4:1: hyperparameters: 31 hyperparameters have a range; the service takes 30 [R4]\n"
            "    give plain values to those that matter least"
        ),
    ),
    "counts: hyperparameters": (
        hyperparameters("{x: {min: 0.0, max: 1.0}, " + ", ".join(f"x{number}: 1" for number in range(99)) + "}"),
        (
            "4:1: hyperparameters: 100 hyperparameters; the service takes 99 [R8]\n"
            "    pass the rest in one file or one JSON text"
        ),
    ),
    "counts: values": (
        hyperparameters("{x: {values: [" + ", ".join(map(str, range(31))) + "]}}"),
        "4:23: hyperparameters.x.values: 31 values; the service takes 30 [R5-count]\n    leave out the least promising",
    ),
    "grid": (
        changed(IMAGE, ("limits: {jobs: 4, parallel: 2}", "strategy: grid")),
        "4:19: hyperparameters.x: a grid takes lists of values only [R11]\n    list the values to try: {values: [...]}",
    ),
    "hyperband": (
        IMAGE + "strategy: hyperband\nearly_stopping: auto\nhyperband: {max_resource: 9}\n",
        "7:1: early_stopping: hyperband stops jobs itself [R12]\n    write early_stopping: off",
    ),
    "regexes: too many": (
        changed(SCRIPT, ("{m: 'm=(.*)'}", "{m: 'm=(.*)', " + ", ".join(f"m{n}: '(.)'" for n in range(40)) + "}")),
        "4:1: metrics: 41 metrics; the service takes 40 [R20]\n    keep those that you look at",
    ),
    "regexes: not one": (
        changed(SCRIPT, ("'m=(.*)'", "'m=(.*'")),
        (
            "4:11: metrics.m: not a regular expression: missing ), unterminated subpattern at position 2 [R21]\n"
            "    check brackets and backslashes"
        ),
    ),
    "regexes: no group": (
        changed(SCRIPT, ("'m=(.*)'", "m=.*")),
        (
            "4:11: metrics.m: the regex has no group, and needs one around the number [R21]\n"
            "    put the number, and nothing else, in one group: (\\S+)"
        ),
    ),
    "objective: not among the metrics": (
        changed(SCRIPT, ("maximize: m", "maximize: accuracy")),
        (
            "3:1: objective: 'accuracy' is not among the metrics (m) [R22]\n"
            "    add metrics: {'accuracy': 'accuracy=(\\S+)'} with the words your log prints"
        ),
    ),
    "objective: a script without metrics": (
        changed(SCRIPT, ("metrics: {m: 'm=(.*)'}\n", "")),
        (
            "3:1: objective: 'm' is not among the metrics (none) [R22]\n"
            "    add metrics: {'m': 'm=(\\S+)'} with the words your log prints"
        ),
    ),
    "objective: metrics of a built-in algorithm": (
        XGBOOST + "metrics: {m: '(.)'}\n",
        (
            "8:1: metrics: a built-in algorithm's metrics cannot be redefined [R22]\n"
            "    remove metrics: the algorithm has its own"
        ),
    ),
    "objective: the wrong way": (
        changed(XGBOOST, ("maximize", "minimize")),
        "3:1: objective: validation:auc is to be maximized [R22]\n    write objective: {maximize: validation:auc}",
    ),
    "image: unknown built-in algorithm": (
        changed(XGBOOST, ("xgboost", "xgbost")),
        "2:1: algorithm: unknown builtin 'xgbost' [R33]\n    did you mean xgboost? or name an image",
    ),
    "image: unknown version": (
        changed(SCRIPT, ("1.2-1", "1.2.0")),
        "2:1: algorithm: scikit-learn has no version '1.2.0' [R33]\n    known: 1.0-1, 1.2-1, 1.4-2, 1.9-0",
    ),
    "image: unknown framework": (
        changed(SCRIPT, ("scikit-learn", "jax")),
        "2:1: algorithm: unknown framework 'jax' [R33]\n    known: autogluon, pytorch, scikit-learn; or name an image",
    ),
    "xgboost: unknown hyperparameter": (
        changed(XGBOOST, ("eta:", "max_dept: 3\n  eta:")),
        (
            "7:3: hyperparameters.max_dept: Extraneous hyperparameter found: max_dept [xgboost]\n"
            "    did you mean max_depth?"
        ),
    ),
    "xgboost: missing hyperparameter": (
        changed(XGBOOST, ("  num_round: 10\n", "")),
        (
            "4:1: hyperparameters: Missing required hyperparameter: num_round [xgboost]\n"
            "    add num_round: with a value or a range"
        ),
    ),
    "xgboost: one end of a range": (
        changed(XGBOOST, ("max: 0.5", "max: 1.5")),
        (
            "7:3: hyperparameters.eta: Hyperparameter eta: 1.5 is not in [0, 1] [xgboost]\n"
            "    keep every value, and both ends of every range, within what the algorithm takes"
        ),
    ),
    "an algorithm of several": (
        SEVERAL,
        (
            "6:38: algorithms[1].hyperparameters: no hyperparameter has a range: there is nothing to tune [R15]\n"
            "    give at least one of them a range {min: 1, max: 5} or a choice {values: [a, b]}"
        ),
    ),
    "a limit of several algorithms is said once": (
        changed(SEVERAL, ("x: 1}", "x: {min: 0.0, max: 1.0}}"), ("parallel: 2", "parallel: 9")),
        "3:19: limits.parallel: parallel 9 is above jobs 4 [R16]\n    lower parallel to 4, or raise jobs",
    ),
}


def errors(text: str) -> list[Finding]:
    return [finding for finding in broken_rules(to_request(load_spec(text))) if finding.severity == "error"]


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_gets_one_message_in_its_place(name: str, tmp_path: Path) -> None:
    text, message = BROKEN[name]
    file = tmp_path / "spec.yaml"
    file.write_text(text, encoding="utf-8")
    assert [problem.describe("spec.yaml") for problem in check_file(file)] == [f"spec.yaml:{message}"]


@pytest.mark.parametrize(
    "text",
    [
        IMAGE,
        XGBOOST,
        SCRIPT,
        changed(IMAGE, ("parallel: 2", "parallel: 4")),
        hyperparameters("{x: {min: 1, max: 2}, y: {values: [a, b]}}"),
        hyperparameters("{x: {min: 1, max: " + "9" * 200 + "}, y: {min: 0.0, max: 1.0}}"),
        hyperparameters("{" + ", ".join(f"x{number}: {{min: 0.0, max: 1.0}}" for number in range(30)) + "}"),
        hyperparameters("{x: {min: 0.0, max: 1.0}, " + ", ".join(f"x{number}: 1" for number in range(98)) + "}"),
        hyperparameters("{x: {values: [" + ", ".join(map(str, range(30))) + "]}}"),
        changed(hyperparameters("{x: {values: [1, 2]}}"), ("limits: {jobs: 4, parallel: 2}", "strategy: grid")),
        changed(SCRIPT, ("scikit-learn", "mine"), ("entry_point: t.py", "entry_point: t.py, image: mine")),
        changed(IMAGE, ("image: i", "arn: mine")),
        changed(SCRIPT, ("'m=(.*)'", "'(m)=(.*)'")),
    ],
)
def test_what_no_rule_is_against(text: str) -> None:
    assert errors(text) == []


@pytest.mark.parametrize("name", list_templates())
def test_templates_break_no_rule(name: str) -> None:
    assert check_file(templates_folder() / name / "spec.yaml") == ()


def test_an_unknown_metric_of_xgboost_names_the_nearest() -> None:
    (broken,) = errors(changed(XGBOOST, ("validation:auc", "validation:aucc")))
    assert (broken.rule, broken.message) == ("R22", "the built-in XGBoost has no metric 'validation:aucc'")
    assert broken.fix == "did you mean validation:auc?"


def test_all_broken_rules_come_at_once() -> None:
    text = changed(IMAGE, ("parallel: 2", "parallel: 5"), ("max: 1.0}", "max: 1.0}, y: {min: 1, max: 2}"))
    text += "strategy: grid\nearly_stopping: auto\n"
    assert [broken.rule for broken in errors(text)] == ["R11", "R11", "R16"]
