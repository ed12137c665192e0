"""load_spec: a path or a text -> a spec, or every mistake at once."""

from __future__ import annotations

import io
import os
import socket
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from smtune.errors import Problem, SpecError
from smtune.scaffold import list_templates, templates_folder
from smtune.spec import BuiltIn, Continuous, Integer, TuningSpec, load_document, load_spec
from smtune.spec.load import check_document
from smtune.spec.source import Layers
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
        ("a\x1b[31mb", "No such file or directory"),
    ],
)
def test_a_path_that_cannot_be_read(path: str, reason: str) -> None:
    fix = "name a spec; `smtune init` makes one"
    name = str(Path(path)).replace("\0", "\\x00").replace("\x1b", "\\x1b")
    assert complaint(path) == f"{name}: cannot read the file: {reason}\n    {fix}"


@pytest.mark.parametrize("kind", ["a pipe", "a device", "a socket"])
def test_what_is_no_file_is_not_opened(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's name is short
    path = Path("/dev/zero" if kind == "a device" else "odd")
    with socket.socket(socket.AF_UNIX) as listener:
        if kind == "a pipe":
            os.mkfifo(path)
        elif kind == "a socket":
            listener.bind(str(path))
        fix = "name a file, or name - and pipe the spec in"
        assert complaint(str(path)) == f"{path}: cannot read the file: it is {kind}\n    {fix}"


def test_a_symlink_is_followed_to_a_file_and_no_further(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "link.yaml").symlink_to("real.yaml")
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    (tmp_path / "zero.yaml").symlink_to("/dev/zero")
    assert load_spec(tmp_path / "link.yaml") == load_spec(GOOD)
    assert "cannot read the file: Too many levels of symbolic links" in complaint(str(tmp_path / "loop.yaml"))
    assert "cannot read the file: it is a device" in complaint(str(tmp_path / "zero.yaml"))


@pytest.mark.parametrize("size", [1_000_001, 10_000_000])
def test_a_large_file_is_read_only_in_part(size: int, tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    file.write_bytes(b"#" * size)
    tracemalloc.start()
    try:
        assert complaint(str(file)).endswith("the document is larger than 1,000,000 characters")
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    return lambda content: monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_a_dash_is_standard_input_and_is_read_once(stdin: Callable[[bytes], None]) -> None:
    stdin(GOOD.encode())
    layers = Layers((Path("-"),))
    assert load_spec(layers) == load_spec(layers) == load_spec(GOOD)
    assert (layers.name, layers.folder) == ("<stdin>", Path.cwd())
    stdin(b"seed: x\n")
    assert complaint("-").startswith("<stdin>:1:1: ")
    stdin(b"x" * 5_000_000)
    assert complaint("-") == "<stdin>: the document is larger than 1,000,000 characters"


def test_standard_input_can_be_an_overlay_but_only_once(stdin: Callable[[bytes], None], tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    file.write_text(GOOD, encoding="utf-8")
    stdin(b"seed: 3\n")
    assert load_spec(Layers((file, Path("-")))).seed == 3
    with pytest.raises(SpecError, match="standard input is named twice"):
        load_spec(Layers((Path("-"), Path("-"))))


def test_a_closed_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert complaint("-") == "<stdin>: standard input is closed\n    name a file"


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


def test_problems_found_later_get_the_places_of_their_keys() -> None:
    loaded = load_document(GOOD)
    found = Problem(0, 0, "hyperparameters.eta.max", "too high")
    elsewhere = Problem(0, 0, "no.such.key", "odd")
    assert str(loaded.placed(SpecError((found,)))) == "<text>:6:20: hyperparameters.eta.max: too high"
    assert loaded.placed(SpecError((found, elsewhere))).problems == (found, elsewhere)


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
