"""load_spec: a path or a text -> a spec, or every mistake at once."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from smtune.errors import SpecError
from smtune.scaffold import list_templates, templates_folder
from smtune.spec import BuiltIn, Continuous, Integer, TuningSpec, load_document, load_spec
from smtune.spec.load import check_document
from smtune.spec.yaml import Document

GOOD = """\
apiVersion: smtune/v1
name: a
algorithm: {builtin: xgboost, version: 1.7-1}
objective: {maximize: validation:auc}
hyperparameters:
  eta: {min: 1e-2, max: 0.5, scale: log}
  max_depth: {min: 2, max: 10}
"""


def complaint(text: str) -> str:
    with pytest.raises(SpecError) as caught:
        load_spec(text)
    return str(caught.value)


@pytest.mark.parametrize("name", list_templates())
def test_every_template_loads(name: str) -> None:
    assert isinstance(load_spec(templates_folder() / name / "spec.yaml"), TuningSpec)


def test_a_text_of_more_than_one_line_is_read_as_yaml() -> None:
    spec = load_spec(GOOD)
    assert spec.algorithm == BuiltIn(builtin="xgboost", version="1.7-1")
    assert spec.hyperparameters == {
        "eta": Continuous(min=0.01, max=0.5, scale="log"),
        "max_depth": Integer(min=2, max=10),
    }


def test_a_path_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    file.write_text(GOOD, encoding="utf-8")
    assert load_spec(file) == load_spec(str(file)) == load_spec(GOOD)


@pytest.mark.parametrize(
    "content",
    [GOOD.encode("utf-8-sig"), GOOD.replace("\n", "\r\n").encode(), GOOD.encode() + b"...\n"],
    ids=["byte order mark", "CRLF", "end marker"],
)
def test_files_of_other_editors_are_read(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "spec.yaml"
    file.write_bytes(content)
    assert load_spec(file) == load_spec(GOOD)


def test_a_document_keeps_the_places() -> None:
    loaded = load_document(GOOD)
    assert loaded.document.place(("hyperparameters", "eta", "max")) == (6, 20)
    assert loaded.document.source == "<text>"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"name: \xff\xfe\n", "{file}: the file is not UTF-8 text\n    save it as UTF-8"),
        (GOOD.encode("utf-16"), "{file}: the file is not UTF-8 text\n    save it as UTF-8"),
        (b"", "{file}:1:1: the document is empty\n    start from a template: smtune init"),
        (b"- a\n", "{file}:1:1: a spec is a mapping of keys to values\n    start it with: apiVersion: smtune/v1"),
        (b"hello", "{file}:1:1: a spec is a mapping of keys to values\n    start it with: apiVersion: smtune/v1"),
        (b"~\n", "{file}:1:1: a spec is a mapping of keys to values\n    start it with: apiVersion: smtune/v1"),
    ],
)
def test_a_file_that_is_no_spec(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "spec.yaml"
    file.write_bytes(content)
    assert complaint(str(file)) == message.format(file=file)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("nowhere.yaml", "No such file or directory"),
        (".", "Is a directory"),
        ("", "Is a directory"),
        ("x" * 300, "File name too long"),
        ("a\0b", "embedded null byte"),
    ],
)
def test_a_path_that_cannot_be_read(path: str, reason: str) -> None:
    fix = "name a spec; `smtune init` makes one"
    assert complaint(path) == f"{Path(path)}: cannot read the file: {reason}\n    {fix}"


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no endless file here")
def test_an_endless_file_is_not_read_to_its_end() -> None:
    start = time.process_time()
    assert "larger than 1,000,000 characters" in complaint("/dev/zero")
    assert time.process_time() - start < 5


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    file.touch(mode=0)
    assert "cannot read the file: Permission denied" in complaint(str(file))


def test_every_mistake_comes_at_once_in_the_order_of_the_file() -> None:
    text = GOOD.replace("1.7-1", "1.7") + "limits: {job: 3, parallel: 0}\nseed: -1\nstrategy: bayes\nfoo: 1\n"
    with pytest.raises(SpecError) as caught:
        load_spec(text)
    assert [(item.line, item.path) for item in caught.value.problems] == [
        (3, "algorithm.version"),
        (8, "limits.job"),
        (8, "limits.parallel"),
        (9, "seed"),
        (10, "strategy"),
        (11, "foo"),
    ]


def test_an_unknown_key_does_not_hide_what_is_wrong_with_the_whole() -> None:
    text = GOOD.replace("max: 0.5", "max: 0.001, step: 1") + "foo: 1\n"
    with pytest.raises(SpecError) as caught:
        load_spec(text)
    assert [item.message for item in caught.value.problems] == [
        "min 0.01 is above max 0.001",
        "unknown key 'step'",
        "unknown key 'foo'",
    ]


def test_unknown_keys_in_lists_are_removed_one_by_one() -> None:
    text = "name: a\nobjective: {maximize: m}\nalgorithms:\n" + "".join(
        f"- {{name: n{number}, algorithm: {{image: i}}, hyperparameters: {{}}, extra: 1}}\n" for number in range(3)
    )
    with pytest.raises(SpecError) as caught:
        load_spec(text)
    assert [item.path for item in caught.value.problems] == [f"algorithms[{number}].extra" for number in range(3)]


def test_a_document_without_places_is_checked_too() -> None:
    document = Document({"name": "-"}, {(): (0, 0)}, "elsewhere")
    with pytest.raises(SpecError) as caught:
        check_document(document)
    assert str(caught.value).startswith("elsewhere: name: '-' is not a job name")


@pytest.mark.parametrize("word", ["off", "Off", "false", "'off'"])
def test_early_stopping_off_is_off(word: str) -> None:
    if word == "Off":
        assert "did you mean off? valid here: off, auto" in complaint(GOOD + f"early_stopping: {word}\n")
    else:
        assert load_spec(GOOD + f"early_stopping: {word}\n").early_stopping == "off"


@pytest.mark.parametrize("word", ["on", "yes", "true", "1"])
def test_early_stopping_on_is_no_choice(word: str) -> None:
    assert complaint(GOOD + f"early_stopping: {word}\n").endswith("valid here: off, auto")
