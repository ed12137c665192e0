"""`${env:NAME}` in a value -> what the environment says. Nothing else is replaced, and keys never are.

${env:NAME}              the variable's text; a variable that is not set is a problem
${env:NAME:-default}     the default where the variable is not set or empty
${env:NAME:int}          as a number (also float, bool); has to be the whole value, may have a default
$${env:NAME}             the text `${env:NAME}` itself
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from smtune.errors import Problem, SpecError, cut, dotted, shown
from smtune.spec.document import Document, Path, Secret, in_order
from smtune.spec.yaml import MAX_CHARACTERS

_OPENING = "${env:"
_ANY = re.compile(r"\$(\$\{env:)|\$\{env:([^}]*)(\}?)")
_BODY = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::(?P<type>[a-z]+))?(?::-(?P<default>.*))?", re.DOTALL)
_SECRET = re.compile(r"SECRET|TOKEN|PASSW|PASSPHRASE|PWD|KEY|CREDENTIAL|PRIVATE|AUTH|SIGNATURE|COOKIE", re.IGNORECASE)
_INT = re.compile(r"[+-]?[0-9]{1,30}")
_FLOAT = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
_TYPES = {"int": "a whole number", "float": "a number", "bool": "true or false"}
_HOW = "write ${env:NAME}, ${env:NAME:-default} or ${env:NAME:int}; $${env: is the text itself"


def expand(document: Document, variables: Mapping[str, str]) -> Document:
    """`document` with every reference replaced; raises SpecError with all that cannot be."""
    expander = _Expander(document, variables)
    data = expander.value(document.data, ())
    if expander.problems:
        raise SpecError(in_order(expander.problems), source=document.source)
    secrets = {path: frozenset(found) for path, found in expander.secrets.items()}
    return dataclasses.replace(document, data=data, secrets=secrets)


def escape(text: str) -> str:
    """What has to be written so that `expand` gives `text`."""
    return text.replace(_OPENING, f"${_OPENING}")


class _BadReferenceError(Exception):
    """A reference that has no value: what is wrong, and the fix."""

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.message, self.fix = message, fix


@dataclass
class _Expander:
    document: Document
    variables: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)
    secrets: dict[Path, set[Secret]] = field(default_factory=dict)
    size: int = 0

    def value(self, data: Any, path: Path) -> Any:
        if isinstance(data, dict):
            return {key: self.value(item, (*path, key)) for key, item in data.items()}
        if isinstance(data, list):
            return [self.value(item, (*path, index)) for index, item in enumerate(data)]
        if not isinstance(data, str) or _OPENING not in data:
            return data
        try:
            return self._text(data, path)
        except _BadReferenceError as error:
            problem = Problem(0, 0, dotted(path), error.message, error.fix)
            self.problems.append(self.document.placed(problem, path))
            return data

    def _text(self, text: str, path: Path) -> Any:
        whole = _ANY.fullmatch(text)
        if whole and whole[2] is not None:
            return self._reference(whole, path, whole=True)
        return _ANY.sub(lambda match: match[1] or self._reference(match, path, whole=False), text)

    def _reference(self, match: re.Match[str], path: Path, *, whole: bool) -> Any:
        """What one reference stands for: text, or what its type makes of it."""
        body = _BODY.fullmatch(match[2]) if match[3] else None
        kind = body["type"] if body else None
        if body is None or (kind is not None and kind not in _TYPES):
            raise _BadReferenceError(f"{shown(match[0])} is not a reference to a variable", _HOW)
        if kind is not None and not whole:
            raise _BadReferenceError(f"{shown(match[0])} is a part of a text", f"leave :{kind} away; a text is text")
        name = body["name"]
        text = self._look_up(name, body["default"])
        if text and _SECRET.search(name):
            for end in range(len(path) + 1):
                self.secrets.setdefault(path[:end], set()).add(Secret(text, f"${{env:{_short(name)}}}"))
        return text if kind is None else _convert(text, kind, name)

    def _look_up(self, name: str, default: str | None) -> str:
        text = self.variables.get(name)
        if default is not None:
            text = text or default
        if text is None:
            fix = f"set it, or write a default: ${{env:{_short(name)}:-...}}"
            raise _BadReferenceError(f"the environment variable {_short(name)} is not set", fix)
        # Each variable is at most 128 KB, but a document can name it ten thousand times.
        self.size += len(text)
        if self.size > MAX_CHARACTERS:
            raise _BadReferenceError(f"the variables add up to more than {MAX_CHARACTERS:,} characters", "name fewer")
        if re.search("[\0\ud800-\udfff]", text):
            raise _BadReferenceError(f"the environment variable {_short(name)} is not UTF-8 text", "set it to text")
        return text


def _convert(text: str, kind: str, name: str) -> int | float | bool:
    word = text.strip()
    if kind == "int" and _INT.fullmatch(word):
        return int(word)
    if kind == "float" and _FLOAT.fullmatch(word) and math.isfinite(float(word)):
        return float(word)
    if kind == "bool" and word.lower() in ("true", "false"):
        return word.lower() == "true"
    value = "what it holds" if _SECRET.search(name) else shown(text)
    message = f"the environment variable {_short(name)} is {_TYPES[kind]} here, but {value} is not"
    raise _BadReferenceError(message, f"set it to {_TYPES[kind]}, or leave :{kind} away")


def _short(name: str) -> str:
    return cut(name, 60)
