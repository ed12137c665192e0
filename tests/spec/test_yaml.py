"""YAML text -> plain data with places; what is hostile gets one clear error, quickly."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtune.errors import SpecError
from smtune.spec.yaml import MAX_CHARACTERS, MAX_DEPTH, Document, parse_yaml

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{below}'] * 9)}]\n" for below, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def parse(text: str) -> Document:
    return parse_yaml(text, source="spec.yaml")


def complaint(text: str) -> str:
    """The one message that `text` gets."""
    with pytest.raises(SpecError) as caught:
        parse(text)
    assert len(caught.value.problems) == 1
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-4", 1e-4),
        ("1E5", 1e5),
        ("-.5", -0.5),
        ("5.", 5.0),
        ("0123", 123),
        ("0o17", 15),
        ("0x1F", 31),
        ("1_000", 1000),
        ("1:30", "1:30"),
        ("1.2.3", "1.2.3"),
        ("1.7-1", "1.7-1"),
        ("2020-01-01", "2020-01-01"),
        ("yes", "yes"),
        ("off", "off"),
        ("N", "N"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ("", None),
        ("=", "="),
        ("'1'", "1"),
        ('"a\\tb\\u00e9"', "a\tbé"),
        ("😀", "😀"),
        ("!!str 5", "5"),
        ("!!int '5'", 5),
        ("[a, 1, [b]]", ["a", 1, ["b"]]),
        ("|\n  two\n  lines\n", "two\nlines\n"),
        (">\n  one\n  line\n", "one line\n"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: object) -> None:
    data = parse(f"x: {text}\n").data
    assert repr(data) == repr({"x": value})


@pytest.mark.parametrize("key", ["1", "true", "null", "1.5", "2020-01-01", "~"])
def test_keys_are_text(key: str) -> None:
    assert parse(f"{key}: 1\n").data == {key: 1}


def test_an_explicit_directive_of_yaml_1_1_is_followed() -> None:
    text = "%YAML 1.1\n---\na: off\nb: 0123\nc: 1:30\n"
    assert parse(text).data == {"a": False, "b": 83, "c": 90}


@pytest.mark.parametrize(
    "text",
    ["a: 1\nb: [2]\n", "\ufeffa: 1\nb: [2]\n", "a: 1\r\nb: [2]\r\n", "a: 1\rb: [2]\r", "---\na: 1\nb: [2]\n...\n"],
    ids=["plain", "byte order mark", "CRLF", "CR", "markers"],
)
def test_the_same_document_in_every_dress(text: str) -> None:
    document = parse(text)
    assert document.data == {"a": 1, "b": [2]}
    assert document.place(("b", 0))[1] == 5


def test_every_key_and_item_has_its_place() -> None:
    document = parse("a:\n  b: [1, 22]\n  c: {d: x}\n")
    assert dict(document.places) == {
        (): (1, 1),
        ("a",): (1, 1),
        ("a", "b"): (2, 3),
        ("a", "b", 0): (2, 7),
        ("a", "b", 1): (2, 10),
        ("a", "c"): (3, 3),
        ("a", "c", "d"): (3, 7),
    }


def test_the_place_of_what_is_not_there_is_its_nearest_parents() -> None:
    document = parse("# comment\na:\n  b: 1\n")
    assert document.place(("a", "b", "c", "d")) == (3, 3)
    assert document.place(("a", "x")) == (2, 1)
    assert document.place(("x",)) == (2, 1)


def test_an_alias_stands_where_it_is_used() -> None:
    document = parse("a: &x {k: 1}\nb: *x\n")
    assert document.data == {"a": {"k": 1}, "b": {"k": 1}}
    assert document.data["a"] is not document.data["b"]
    assert document.place(("b",)) == (2, 1)


def test_an_anchor_may_be_given_again() -> None:
    assert parse("a: &x 1\nb: &x 2\nc: *x\n").data == {"a": 1, "b": 2, "c": 2}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "spec.yaml:1:1: the document is empty\n    start from a template: smtune init"),
        ("# only a comment\n", "spec.yaml:1:1: the document is empty\n    start from a template: smtune init"),
        ("a: 1\nb: 2\na: 3\n", "spec.yaml:3:1: a: key 'a' stands twice\n    remove one of the two"),
        ("a: {b: 1, b: 2}\n", "spec.yaml:1:11: a.b: key 'b' stands twice\n    remove one of the two"),
        ("a: 1\n---\nb: 2\n", "spec.yaml:2:1: a second document begins here\n    write one spec a file"),
        (
            "a: 1\n\tb: 2\n",
            (
                "spec.yaml:2:1: not YAML: found character '\\t' that cannot start any token\n"
                "    indent and separate with spaces"
            ),
        ),
        ("a: 1\nb: x\x01y\n", "spec.yaml:2:5: not YAML: a control character, 0x01\n    remove it"),
        ("a: \0\n", "spec.yaml:1:4: not YAML: a control character, 0x00\n    remove it"),
        ('a: "\\0"\n', "spec.yaml:1:4: a: the text holds a NUL or half a character\n    remove what is escaped there"),
        (
            'a: "\\ud800"\n',
            ("spec.yaml:1:4: a: the text holds a NUL or half a character\n    remove what is escaped there"),
        ),
        ("a: {<<: {b: 1}}\n", "spec.yaml:1:5: a: the merge key << is not read\n    write the keys out"),
        ("[a, b]: 1\n", "spec.yaml:1:1: a key has to be plain text"),
        ("a: [{[b]: 1}]\n", "spec.yaml:1:6: a[0]: a key has to be plain text"),
        (
            "a: !!python/object/apply:os.system ['true']\n",
            "spec.yaml:1:4: a: the tag !!python/object/apply:os.system is not read\n    write the value without a tag",
        ),
        ("a: !mine x\n", "spec.yaml:1:4: a: the tag !mine is not read\n    write the value without a tag"),
        ("a: !!set {b}\n", "spec.yaml:1:4: a: the tag !!set is not read\n    write the value without a tag"),
        ("a: !!binary eA==\n", "spec.yaml:1:4: a: the tag !!binary is not read\n    write the value without a tag"),
        ("a: !!int x\n", "spec.yaml:1:4: a: 'x' is not a number\n    quote it if it is text"),
        ("a: !!int ''\n", "spec.yaml:1:4: a: '' is not a number\n    quote it if it is text"),
        ("a: !!bool x\n", "spec.yaml:1:4: a: 'x' is not a number\n    quote it if it is text"),
        ("a: " + "9" * 5000 + "\n", f"spec.yaml:1:4: a: '{'9' * 56}... is not a number\n    quote it if it is text"),
        ("a: 0x" + "F" * 300 + "\n", f"spec.yaml:1:4: a: '0x{'F' * 54}... is not a number\n    quote it if it is text"),
        ("a: !" + "x" * 300 + " 1\n", "spec.yaml:1:4: not YAML: found a tag that cannot be one"),
        ("a: !%25zz 1\n", "spec.yaml:1:4: not YAML: found a tag that cannot be one"),
        (
            '"a\\0": 1\n',
            "spec.yaml:1:1: the key 'a\\x00' holds a NUL or half a character\n    remove what is escaped there",
        ),
        (
            "a: {b: ${c}}\n",
            "spec.yaml:1:9: not YAML: expected ',' or '}', but got '{'\n    inside { } and [ ], put ${...} in quotes",
        ),
        ("a: [1\n", "spec.yaml:2:1: not YAML: expected ',' or ']', but got '<stream end>'"),
        ("a: 'x\n", "spec.yaml:2:1: not YAML: found unexpected end of stream"),
        ("a: b: c\n", "spec.yaml:1:5: not YAML: mapping values are not allowed here"),
        ("a: @x\n", "spec.yaml:1:4: not YAML: found character '@' that cannot start any token"),
        ("a: *b\n", "spec.yaml:1:4: not YAML: found undefined alias 'b'"),
        (
            "%YAML 1.3\n---\na: 1\n",
            "spec.yaml:1:1: not YAML of version 1.1 or 1.2\n    remove the lines that begin with %",
        ),
        (
            "%YAML 9.9\n---\na: 1\n",
            "spec.yaml:1:1: not YAML: found incompatible YAML document (version 1.* is required)",
        ),
    ],
)
def test_what_cannot_be_read_gets_one_message(text: str, message: str) -> None:
    assert complaint(text) == message


def test_all_twice_given_keys_are_named_at_once() -> None:
    with pytest.raises(SpecError) as caught:
        parse("a: 1\na: 2\nb: {c: 1, c: 2}\n")
    assert [problem.path for problem in caught.value.problems] == ["a", "b.c"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BOMB, "the document has more than 10,000 values"),
        ("a: [" + "1," * 100_000 + "]\n", "the document has more than 10,000 values"),
        ("a: &x [*x]\n", f"the document has more than {MAX_DEPTH} levels"),
        ("a: " + "[" * 50_000 + "\n", f"the document has more than {MAX_DEPTH} levels"),
        ("a: " + "{a: " * 50_000 + "\n", f"the document has more than {MAX_DEPTH} levels"),
        ("- " * 5_000 + "\n", f"the document has more than {MAX_DEPTH} levels"),
        ("".join(f"{' ' * depth}a:\n" for depth in range(1000)), f"the document has more than {MAX_DEPTH} levels"),
        ("a: " + "!" * 900_000, "found a tag that cannot be one"),
        ("x" * (MAX_CHARACTERS + 1), "the document is larger than 1,000,000 characters"),
    ],
    ids=["bomb", "wide", "itself", "lists", "mappings", "items", "lines", "tag", "long"],
)
def test_a_hostile_document_is_refused_quickly(text: str, message: str) -> None:
    start = time.process_time()
    assert message in complaint(text)
    assert time.process_time() - start < 5


def test_the_deepest_document_that_is_read() -> None:
    deepest: Any = parse("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)).data
    depth = 0
    while deepest:
        deepest, depth = deepest[0], depth + 1
    assert depth == MAX_DEPTH
    assert "levels" in complaint("[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2))


@given(st.text(st.sampled_from("ab:-[]{},&*!|>'\"%@#?~ \n\t01.\\x\x07\u2028\ufeff"), max_size=40))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        places = list(parse(text).places.values())
    except SpecError as error:
        places = [(problem.line, problem.column) for problem in error.problems]
    assert places
    assert all(line >= 1 and column >= 1 for line, column in places)


def test_a_character_that_json_escapes_in_two_halves_is_one() -> None:
    assert parse_yaml('{"a": "\\ud83d\\ude00"}', source="s").data == {"a": "😀"}
