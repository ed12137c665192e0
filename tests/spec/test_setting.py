"""--set KEY=VALUE: how a key is written, how a value is read, and what is said of mistakes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtune.errors import SpecError, UsageError
from smtune.spec import load_spec
from smtune.spec.setting import parse_setting
from smtune.spec.source import Layers

SPEC = """\
name: a
objective: {maximize: m}
algorithms:
- {name: xgb, algorithm: {image: i}, hyperparameters: {x: {min: 1, max: 5}, y: {values: [a, b]}}}
- {name: cat, algorithm: {image: j}, hyperparameters: {x: {min: 1, max: 5}}, compute: {count: 3}}
seed: 7
"""


def data(text: str) -> Any:
    return parse_setting(text, 1).data


@pytest.mark.parametrize(
    ("text", "nested"),
    [
        ("seed=1", {"seed": 1}),
        ("hyperparameters.eta.max=0.3", {"hyperparameters": {"eta": {"max": 0.3}}}),
        ("algorithms[0].compute.count=2", {"algorithms": {0: {"compute": {"count": 2}}}}),
        ("algorithms.xgb.compute.count=2", {"algorithms": {"xgb": {"compute": {"count": 2}}}}),
        ('tags."smtune.owner"=x', {"tags": {"smtune.owner": "x"}}),
        ("tags.'a=b'=x", {"tags": {"a=b": "x"}}),
        (r"tags.smtune\.owner=x", {"tags": {"smtune.owner": "x"}}),
        (r'tags."say \"hi\""=x', {"tags": {'say "hi"': "x"}}),
        ("metrics.validation:auc=x", {"metrics": {"validation:auc": "x"}}),
        ("tags.a=b=c", {"tags": {"a": "b=c"}}),
        ("a[0][1]=x", {"a": {0: {1: "x"}}}),
    ],
)
def test_a_key_is_written_as_messages_write_it(text: str, nested: object) -> None:
    assert data(text) == nested


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("1", 1),
        ("1.0", 1.0),
        ("1e-4", 1e-4),
        ("true", True),
        ("yes", "yes"),
        ("null", None),
        ("~", None),
        ("", ""),
        ("1.7-1", "1.7-1"),
        ("'1.7'", "1.7"),
        ('"a\\tb"', "a\tb"),
        ("[gbtree, dart]", ["gbtree", "dart"]),
        ("[1, 2.5, '3']", [1, 2.5, "3"]),
        ("{min: 1, max: 2}", {"min": 1, "max": 2}),
        ("a b", "a b"),
        ("  a  ", "a"),
        ("a: b", "a: b"),
        ("a # b", "a # b"),
        ("12 # jobs", "12 # jobs"),
        ("- a", "- a"),
        ("*a", "*a"),
        ("!a", "!a"),
        ("@a", "@a"),
        ("%a", "%a"),
        ("|", "|"),
        ("x,y", "x,y"),
        (r"rmse=(\S+)", r"rmse=(\S+)"),
        ("two\nlines", "two\nlines"),
        ("arn:aws:iam::123456789012:role/r", "arn:aws:iam::123456789012:role/r"),
        ("2020-01-01", "2020-01-01"),
        ("=", "="),
        ("<<", "<<"),
    ],
)
def test_a_value_is_read_as_yaml_1_2_and_text_as_it_is(value: str, read: object) -> None:
    assert repr(data(f"key={value}")) == repr({"key": read})


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20))
def test_any_key_can_be_written(key: str) -> None:
    bare = "".join(f"\\{character}" for character in key)
    quoted = key.replace("\\", "\\\\").replace('"', '\\"')
    assert data(f"tags.{bare}=x") == data(f'tags."{quoted}"=x') == {"tags": {key: "x"}}


@given(st.text(st.sampled_from("ab.[]=\"'\\0 :{}"), max_size=20))
def test_any_text_is_a_setting_or_a_usage_error_that_names_it(text: str) -> None:
    said = "--set "
    try:
        places = set(parse_setting(text, 1).places.values())
    except UsageError as error:
        said, places = str(error), {(0, 0)}
    assert said.startswith("--set ")
    assert len(said.splitlines()) == 1
    assert places == {(0, 0)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "--set '': write KEY=VALUE, as in hyperparameters.eta.max=0.3"),
        ("limits.jobs", "--set 'limits.jobs': write KEY=VALUE, as in hyperparameters.eta.max=0.3"),
        ("=5", "--set '=...': write KEY=VALUE, as in hyperparameters.eta.max=0.3"),
        ("a..b=5", "--set 'a..b=...': write KEY=VALUE, as in hyperparameters.eta.max=0.3"),
        ("a.=5", "--set 'a.=...': write KEY=VALUE, as in hyperparameters.eta.max=0.3"),
        ("a[x]=5", "--set 'a[x]=...': write KEY=VALUE, as in hyperparameters.eta.max=0.3"),
        ("a[-1]=5", "--set 'a[-1]=...': write KEY=VALUE, as in hyperparameters.eta.max=0.3"),
        ("[0]=5", "--set '[0]=...': write KEY=VALUE, as in hyperparameters.eta.max=0.3"),
        ('"a=5', "--set '\"a=...': write KEY=VALUE, as in hyperparameters.eta.max=0.3"),
        (
            "a=[0-9]+",
            ("--set 'a=...': the value is not a list as YAML writes it; put text in quotes, as in \"'[0-9]+'\""),
        ),
        ("a='x", "--set 'a=...': the value is not quoted text as YAML writes it; close the quotes"),
        ("a={b: 1, b: 2}", "--set 'a=...': key 'b' stands twice"),
        ("a=" + "9" * 5000, "--set 'a=...': the value is not a number; quote it if it is text"),
        ("a=x\0", "--set 'a=...': not text of at most 1,000,000 characters"),
        ("tags.\ud800=x", "--set 'tags.\\ud800=...': not text of at most 1,000,000 characters"),
        (
            ".".join("a" * 40) + "=1",
            "--set 'a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a....: the key has more",
        ),
    ],
)
def test_a_mistake_in_a_setting_names_it_but_not_its_value(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_setting(text, 1)
    assert str(caught.value).startswith(message)


# What it does to a spec


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC, encoding="utf-8")
    return path


def complaint(file: Path, *settings: str) -> str:
    with pytest.raises(SpecError) as caught:
        load_spec(Layers((file,), settings))
    return str(caught.value).replace(str(file), "spec.yaml")


def test_settings_change_single_values_in_their_order(file: Path) -> None:
    spec = load_spec(
        Layers(
            (file,),
            (
                "algorithms[0].compute.count=2",
                "algorithms.cat.hyperparameters.x.max=9",
                "algorithms.xgb.hyperparameters.y.values=[c, d, e]",
                "algorithms.xgb.hyperparameters.x={values: [1, 2]}",
                "algorithms.xgb.hyperparameters.y.values[0]=z",
                "tags.a=b",
                "seed=8",
                "seed=null",
            ),
        )
    )
    one, two = spec.algorithms
    assert one.model_dump()["hyperparameters"] == {"x": {"values": (1, 2)}, "y": {"values": ("z", "d", "e")}}
    assert one.compute is not None
    assert one.compute.count == 2
    assert two.model_dump()["hyperparameters"]["x"] == {"min": 1, "max": 9, "scale": None, "type": None}
    assert (dict(spec.tags), spec.seed) == ({"a": "b"}, None)


def test_settings_come_after_overlays(file: Path) -> None:
    overlay = file.with_name("over.yaml")
    overlay.write_text("seed: 8\n", encoding="utf-8")
    assert load_spec(Layers((file, overlay), ("seed=9",))).seed == 9


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("limit.jobs=3", "--set 1: limit: unknown key 'limit'\n    did you mean limits?"),
        ("limits.job=3", "--set 1: limits.job: unknown key 'job'\n    did you mean jobs?"),
        ("seed=-1", "--set 1: seed: -1 is out of bounds\n    give a value at least 0"),
        ("seed.x=1", "--set 1: seed: {'x': 1} is not a whole number"),
        (
            "algorithms.xgb.hyperparameters.x.max=0",
            "--set 1: algorithms[0].hyperparameters.x: min 1 is above max 0\n    swap them",
        ),
        (
            "algorithms.xbg.compute.count=2",
            "--set 1: algorithms: algorithms has no item 'xbg'\n    did you mean xgb? its items are xgb, cat",
        ),
        ("algorithms[2].name=a", "--set 1: algorithms: algorithms has no [2]\n    its items are [0] to [1]"),
        ("tags[0]=a", "--set 1: tags: tags is not a list\n    name a key of it instead of [0]"),
        ("sede=null", "--set 1: sede: unknown key 'sede'\n    did you mean seed?"),
        (
            "algorithms.xgb.hyperparameters.z=null",
            "--set 1: algorithms[0].hyperparameters.z: there is no 'z' to remove\n    there is x, y",
        ),
        (
            "seed=${env:NOT_SET_ANYWHERE}",
            "--set 1: seed: the environment variable NOT_SET_ANYWHERE is not set\n    set it,",
        ),
    ],
)
def test_a_problem_of_a_setting_stands_at_its_number(file: Path, setting: str, message: str) -> None:
    assert complaint(file, setting).startswith(message)


def test_problems_of_the_file_keep_their_lines(file: Path) -> None:
    file.write_text(SPEC.replace("seed: 7", "seed: x"), encoding="utf-8")
    assert complaint(file, "limits.parallel=2", "limits.jobs=0").splitlines()[::2] == [
        "spec.yaml:6:1: seed: 'x' is not a whole number",
        "--set 2: limits.jobs: 0 is out of bounds",
    ]
