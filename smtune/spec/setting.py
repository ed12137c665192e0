"""`--set KEY=VALUE` -> an overlay of one value. A key is written as messages name it: `algorithms[0].compute.count`."""

from __future__ import annotations

import re
from typing import Any

from smtune.errors import SpecError, UsageError, shown
from smtune.spec.document import NOWHERE, Document, Path
from smtune.spec.yaml import MAX_CHARACTERS, MAX_DEPTH, parse_yaml, read_scalar

_PART = re.compile(
    r"""
    "(?P<double>(?:[^"\\]|\\.)*)"       # "smtune:owner.name"
    | '(?P<single>[^']*)'
    | (?P<bare>(?:[^.\[\]="'\\]|\\.)+)  # eta, or a\.b
    """,
    re.VERBOSE | re.DOTALL,
)
_INDEX = re.compile(r"\[(\d{1,9})\]", re.ASCII)
_BRACKETS = {"{": "a mapping", "[": "a list", '"': "quoted text", "'": "quoted text"}
_HOW = "write KEY=VALUE, as in hyperparameters.eta.max=0.3"


def parse_setting(text: str, number: int) -> Document:
    """The overlay that the `number`th `--set` (from 1) says; raises UsageError, which names its text.

    The value is read as YAML 1.2: a number, true, false, null (which removes the key), text, or a list or mapping as
    `[a, b]` and `{min: 1, max: 2}`. Text needs no quotes, except to be text where it looks like something else.
    """
    if len(text) > MAX_CHARACTERS or re.search("[\0\ud800-\udfff]", text):
        raise UsageError(f"--set {_key(text)}: not text of at most {MAX_CHARACTERS:,} characters")
    path, value = _split(text)
    data = _value(value, text)
    places: dict[Path, tuple[int, int]] = {}
    _visit(data, path, places)
    for end in range(len(path) - 1, -1, -1):
        data = {path[end]: data}
        places[path[:end]] = NOWHERE
    source = f"--set {number}"
    return Document(data, places, source)


def _visit(data: Any, path: Path, places: dict[Path, tuple[int, int]]) -> None:
    places[path] = NOWHERE
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, item in items:
        _visit(item, (*path, key), places)


def _split(text: str) -> tuple[Path, str]:
    """The key's path, and what stands after the first `=` that is no part of a key."""
    path: list[str | int] = []
    position, wanted = 0, "key"
    while True:
        index = _INDEX.match(text, position)
        part = _PART.match(text, position)
        if wanted == "key" and part:
            path.append(_plain(part))
            position, wanted = part.end(), "more"
        elif wanted == "more" and index:
            path.append(int(index[1]))
            position = index.end()
        elif wanted == "more" and text[position : position + 1] == ".":
            position, wanted = position + 1, "key"
        elif wanted == "more" and text[position : position + 1] == "=":
            break
        else:
            raise UsageError(f"--set {_key(text)}: {_HOW}")
    if len(path) > MAX_DEPTH:
        raise UsageError(f"--set {_key(text)}: the key has more than {MAX_DEPTH} levels")
    return tuple(path), text[position + 1 :]


def _plain(part: re.Match[str]) -> str:
    if part["single"] is not None:
        return part["single"]
    return re.sub(r"\\(.)", r"\1", part["bare"] if part["double"] is None else part["double"], flags=re.DOTALL)


def _value(text: str, setting: str) -> Any:
    word = text.strip()
    try:
        if word[:1] in _BRACKETS:
            return parse_yaml(word, source="--set").data
        return read_scalar(word) if word else ""
    except SpecError as error:
        problem = error.problems[0].message
        if problem.startswith("not YAML"):
            problem = f"the value is not {_BRACKETS[word[0]]} as YAML writes it; {_quote(word)}"
        raise UsageError(f"--set {_key(setting)}: {problem}") from None
    except ValueError:
        raise UsageError(f"--set {_key(setting)}: the value is not a number; quote it if it is text") from None


def _quote(word: str) -> str:
    return "put text in quotes, as in \"'[0-9]+'\"" if word[0] in "[{" else "close the quotes, and write nothing after"


def _key(text: str) -> str:
    """The text without its value, which may be secret."""
    key, equals, _ = text.partition("=")
    return shown(f"{key}=..." if equals else key)
