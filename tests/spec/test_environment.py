"""${env:NAME}: replaced where it is written so, and nowhere else; secrets stay out of messages."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtune.errors import SpecError
from smtune.spec import load_spec
from smtune.spec.document import Document
from smtune.spec.environment import escape, expand
from smtune.spec.yaml import MAX_CHARACTERS, parse_yaml

VARIABLES = {
    "USER": "ada",
    "JOBS": "12",
    "RATE": "1e-4",
    "SPOT": "True",
    "EMPTY": "",
    "ODD": "# {a: [b]} ${env:USER}\n'",
    "BYTES": "\udcff",
    "DB_TOKEN": "hunter2",
}
GOOD = """\
name: a
algorithm: {image: i}
objective: {maximize: m}
"""


def document(value: Any) -> Document:
    return Document({"key": value}, {(): (1, 1), ("key",): (3, 5)}, "spec.yaml")


def value_of(text: str) -> Any:
    return expand(document(text), VARIABLES).data["key"]


def complaint(text: str) -> str:
    with pytest.raises(SpecError) as caught:
        expand(document(text), VARIABLES)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${env:USER}", "ada"),
        ("s3://bucket/${env:USER}/${env:JOBS}/x", "s3://bucket/ada/12/x"),
        ("${env:JOBS}", "12"),
        ("${env:JOBS:int}", 12),
        ("${env:RATE:float}", 1e-4),
        ("${env:JOBS:float}", 12.0),
        ("${env:SPOT:bool}", True),
        ("${env:EMPTY}", ""),
        ("${env:EMPTY:-x}", "x"),
        ("${env:NONE:-x y}", "x y"),
        ("${env:NONE:-}", ""),
        ("${env:NONE:int:-20}", 20),
        ("${env:USER:-x}", "ada"),
        ("${env:NONE:-a:b-c}", "a:b-c"),
        # What a variable holds is text, never YAML and never another reference.
        ("${env:ODD}", "# {a: [b]} ${env:USER}\n'"),
        # Everything else stays as it is.
        ("$USER ${USER} $(USER) ${{env:USER}} {env:USER} ${ENV:USER} ${env.USER}", None),
        ("${search_space.x}", None),
        ("$", None),
        ("$$", None),
        ("$${USER}", None),
        # The text itself.
        ("$${env:USER}", "${env:USER}"),
        ("$$${env:USER}", "$${env:USER}"),
        ("a $${env:USER} ${env:USER}", "a ${env:USER} ada"),
        ("$${env:", "${env:"),
    ],
)
def test_a_reference_is_replaced_only_where_it_is_written_so(text: str, value: object) -> None:
    found = value_of(text)
    wanted = text if value is None else value
    assert (found, type(found)) == (wanted, type(wanted))


@given(st.text("$${}env:USER-a", max_size=30))
def test_what_is_escaped_is_the_text_itself(text: str) -> None:
    assert value_of(escape(text)) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "${env:NONE}",
            (
                "spec.yaml:3:5: key: the environment variable NONE is not set\n"
                "    set it, or write a default: ${env:NONE:-...}"
            ),
        ),
        (
            "x ${env:JOBS:int}",
            "spec.yaml:3:5: key: '${env:JOBS:int}' is a part of a text\n    leave :int away; a text is text",
        ),
        (
            "${env:USER:int}",
            (
                "spec.yaml:3:5: key: the environment variable USER is a whole number here, but 'ada' is not\n"
                "    set it to a whole number, or leave :int away"
            ),
        ),
        ("${env:RATE:int}", "spec.yaml:3:5: key: the environment variable RATE is a whole number here, but '1e-4' is"),
        ("${env:USER:bool}", "spec.yaml:3:5: key: the environment variable USER is true or false here, but 'ada' is"),
        ("${env:NONE:float:-nan}", "spec.yaml:3:5: key: the environment variable NONE is a number here, but 'nan' is"),
        ("${env:NONE:float:-1e999}", "spec.yaml:3:5: key: the environment variable NONE is a number here, but '1e999'"),
        ("${env:BYTES}", "spec.yaml:3:5: key: the environment variable BYTES is not UTF-8 text"),
        ("${env:}", "spec.yaml:3:5: key: '${env:}' is not a reference to a variable\n    write ${env:NAME}, "),
        ("${env:1A}", "spec.yaml:3:5: key: '${env:1A}' is not a reference to a variable"),
        ("${env: USER}", "spec.yaml:3:5: key: '${env: USER}' is not a reference to a variable"),
        ("${env:USER", "spec.yaml:3:5: key: '${env:USER' is not a reference to a variable"),
        ("${env:USER:list}", "spec.yaml:3:5: key: '${env:USER:list}' is not a reference to a variable"),
        ("${env:USER-x}", "spec.yaml:3:5: key: '${env:USER-x}' is not a reference to a variable"),
    ],
)
def test_a_reference_that_has_no_value_is_a_problem(text: str, message: str) -> None:
    assert complaint(text).startswith(message)


def test_keys_are_never_replaced_and_values_are_at_any_depth() -> None:
    text = "'${env:USER}': 1\na: [{b: '${env:USER}'}]\n"
    assert expand(parse_yaml(text, source="s"), VARIABLES).data == {"${env:USER}": 1, "a": [{"b": "ada"}]}


def test_all_problems_come_at_once() -> None:
    text = "a: ${env:NONE}\nb: ${env:NADA}\nc: ${env:USER}\n"
    with pytest.raises(SpecError) as caught:
        expand(parse_yaml(text, source="s"), VARIABLES)
    assert [problem.path for problem in caught.value.problems] == ["a", "b"]


def test_variables_cannot_make_a_document_huge() -> None:
    large = {"BIG": "x" * (MAX_CHARACTERS // 4)}
    assert expand(document("${env:BIG}" * 4), large).data["key"] == "x" * MAX_CHARACTERS
    with pytest.raises(SpecError, match="add up to more than 1,000,000 characters"):
        expand(document("${env:BIG}" * 5), large)


def test_inside_braces_a_reference_is_quoted() -> None:
    with pytest.raises(SpecError) as caught:
        load_spec(GOOD + "limits: {jobs: ${env:JOBS:int}}\n")
    assert str(caught.value).endswith("\n    inside { } and [ ], put ${...} in quotes")


def test_a_spec_is_read_with_the_variables_of_now(monkeypatch: pytest.MonkeyPatch) -> None:
    text = GOOD + "limits: {jobs: '${env:JOBS:int}'}\noutput: s3://b/${env:WHO}\n"
    monkeypatch.setenv("JOBS", "12")
    monkeypatch.setenv("WHO", "ada")
    spec = load_spec(text)
    assert (spec.limits.jobs, spec.output) == (12, "s3://b/ada")
    monkeypatch.setenv("JOBS", "0")
    with pytest.raises(SpecError, match=r"<text>:4:10: limits.jobs: 0 is out of bounds"):
        load_spec(text)


# Secrets

SECRETS = {"DB_TOKEN": "hunter2", "LONG_SECRET": "zebra/9+quokka=" * 20, "API_KEY": "12345"}


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize(
    "line",
    [
        "strategy: ${env:NAME}",
        "seed: x ${env:NAME}",
        "limits: {jobs: '${env:NAME}'}",
        "limits: {jobs: '${env:NAME:float}'}",
        "hyperparameters: {x: {values: ['${env:NAME}', '${env:NAME}']}}",
        "hyperparameters: {x: {min: '${env:NAME}', max: 3}}",
        "data: {channels: {train: 'ftp://${env:NAME}'}}",
        "tags: ['${env:NAME}']",
    ],
)
def test_a_value_with_a_secret_name_is_never_shown(line: str, name: str) -> None:
    with pytest.raises(SpecError) as caught:
        load_spec(GOOD + line.replace("NAME", name) + "\n")
    value = SECRETS[name]
    assert all(value[start : start + 5] not in str(caught.value) for start in range(len(value) - 4))


@pytest.mark.usefixtures("secrets")
def test_the_message_says_which_variable_it_is_about() -> None:
    with pytest.raises(SpecError) as caught:
        load_spec(GOOD + "strategy: ${env:DB_TOKEN}\nseed: -1\n")
    assert str(caught.value) == (
        "<text>:4:1: strategy: the value of ${env:DB_TOKEN} cannot be used here\n"
        "    correct the variable; its name looks secret, so nothing is said about the value\n"
        "<text>:5:1: seed: -1 is out of bounds\n"
        "    give a value at least 0"
    )


@pytest.mark.usefixtures("secrets")
def test_a_secret_can_be_used() -> None:
    assert load_spec(GOOD + "environment: {TOKEN: '${env:DB_TOKEN}'}\n").environment == {"TOKEN": "hunter2"}
