"""YAML text -> plain data and the place of every key in it. YAML 1.2: `1e-4` is a number, `no` is text.

Bounded on purpose: a hostile document (bombs of anchors, deep nesting, megabytes) gets one error, quickly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from smtune.errors import Problem, SpecError

Path = tuple[str | int, ...]
MAX_CHARACTERS = 1_000_000
MAX_NODES = 50_000
MAX_DEPTH = 30
_NUMBERS = {
    "tag:yaml.org,2002:int",
    "tag:yaml.org,2002:float",
    "tag:yaml.org,2002:bool",
    "tag:yaml.org,2002:null",
}


@dataclass(frozen=True)
class Document:
    """Plain data (dict, list, str, int, float, bool, None) and where each path begins (line and column, from 1)."""

    data: Any
    places: Mapping[Path, tuple[int, int]]
    source: str

    def place(self, path: Path) -> tuple[int, int]:
        """The place of `path`, or of its nearest parent that the document has."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))


def parse_yaml(text: str, *, source: str) -> Document:
    """Read one YAML document; raises SpecError (line and column) for what is not one."""
    if len(text) > MAX_CHARACTERS:
        raise _error(source, f"the document is larger than {MAX_CHARACTERS:,} characters")
    yaml = YAML(typ="safe", pure=True)
    try:
        root = yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _error(source, f"not YAML: {error.problem or error.context}", mark) from None
    except (YAMLError, RecursionError) as error:
        raise _error(source, f"not YAML: {str(error).splitlines()[0]}") from None
    if root is None:
        raise _error(source, "the document is empty", fix="start from a template: smtune init")
    reader = _Reader(yaml, source)
    data = reader.read(root, ())
    if reader.problems:
        raise SpecError(tuple(sorted(reader.problems)), source=source)
    return Document(data, reader.places, source)


@dataclass
class _Reader:
    yaml: YAML
    source: str
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    nodes: int = 0

    def read(self, node: Node, path: Path) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES or len(path) > MAX_DEPTH:
            limit = f"{MAX_NODES:,} values" if self.nodes > MAX_NODES else f"{MAX_DEPTH} levels"
            raise _error(self.source, f"the document has more than {limit}", node.start_mark)
        self.places.setdefault(path, _place(node.start_mark))
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.read(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, path)

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, ScalarNode) else None
            if key is None:
                self._problem(key_node, path, "a key has to be plain text")
            elif key in result:
                self._problem(key_node, (*path, key), f"key {key!r} stands twice", "remove one of the two")
            else:
                self.places[(*path, key)] = _place(key_node.start_mark)
                result[key] = self.read(value_node, (*path, key))
        return result

    def _scalar(self, node: Node, path: Path) -> Any:
        if str(node.tag) not in _NUMBERS:
            return node.value
        try:
            return self.yaml.constructor.construct_object(node)
        except (ValueError, OverflowError):
            self._problem(node, path, f"{node.value[:40]!r} is not a number", "quote it if it is text")
            return None

    def _problem(self, node: Node, path: Path, message: str, fix: str = "") -> None:
        self.problems.append(Problem(*_place(node.start_mark), ".".join(map(str, path)), message, fix))


def _place(mark: Any) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1


def _error(source: str, message: str, mark: Any = None, *, fix: str = "") -> SpecError:
    line, column = _place(mark) if mark is not None else (1, 1)
    return SpecError((Problem(line, column, "", message, fix),), source=source)
