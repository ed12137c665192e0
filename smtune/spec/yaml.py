"""YAML text -> plain data and the place of every key in it. YAML 1.2: `1e-4` is a number, `no` is text.

Bounded on purpose: a hostile document (bombs of anchors, deep nesting, megabytes) gets one error, quickly.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import MantissaNoDotYAML1_1Warning, MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.scanner import Scanner, ScannerError

from smtune.errors import Problem, SpecError, dotted, shown
from smtune.spec.document import Document, Path

__all__ = ["MAX_CHARACTERS", "MAX_DEPTH", "MAX_NODES", "Document", "Path", "parse_yaml", "read_scalar"]
MAX_CHARACTERS = 1_000_000
MAX_NODES = 10_000
MAX_DEPTH = 30
MAX_BITS = 1023
_MAX_TAG = 200
_TAG = "tag:yaml.org,2002:"
_TYPED = {f"{_TAG}{kind}" for kind in ("int", "float", "bool", "null")}
_TEXT = {f"{_TAG}{kind}" for kind in ("str", "timestamp", "value", "merge")}
_MERGE = f"{_TAG}merge"
_ESCAPED = "remove what is escaped there"
UNSENDABLE = re.compile("[\0\ud800-\udfff]")


def parse_yaml(text: str, *, source: str) -> Document:
    """Read one YAML document; raises SpecError (line and column) for what is not one."""
    if len(text) > MAX_CHARACTERS:
        raise _error(source, f"the document is larger than {MAX_CHARACTERS:,} characters")
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer, yaml.Scanner = _BoundedComposer, _BoundedScanner
    root = _compose(yaml, text, source)
    if root is None:
        raise _error(source, "the document is empty", fix="start from a template: smtune init")
    reader = _Reader(yaml, source)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MantissaNoDotYAML1_1Warning)  # of `%YAML 1.1`: 1e5 is a number here
        data = reader.read(root, ())
    if reader.problems:
        raise SpecError(tuple(sorted(reader.problems)), source=source)
    return Document(data, reader.places, source)


def read_scalar(text: str) -> Any:
    """`text` as a plain value: a number, true, false, null, or the text itself. Raises ValueError."""
    yaml = YAML(typ="safe", pure=True)
    tag = str(yaml.resolver.resolve(ScalarNode, text, (True, False)))
    return _construct(yaml, ScalarNode(tag, text)) if tag in _TYPED else text


def _construct(yaml: YAML, node: ScalarNode) -> Any:
    """The value of a node with a tag of `_TYPED`; raises ValueError where its text is none."""
    try:
        value = yaml.constructor.construct_object(node)
    except (ArithmeticError, LookupError) as error:  # of `!!int ''` and `!!bool x`
        raise ValueError(str(error)) from None
    # Python has whole numbers that it cannot print or turn into a float: written as 0xFFF..., they get this far.
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        message = "the number is too large"
        raise ValueError(message)
    return value


class _TooLargeError(MarkedYAMLError):
    """The document is larger than a spec can be."""


class _BoundedComposer(Composer):
    """Stops at the first node too many: composing is slow, so a limit after it would come too late."""

    def __init__(self, loader: Any = None) -> None:
        super().__init__(loader)
        self.warn_double_anchors = False
        self.nodes = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES or self.depth > MAX_DEPTH:
            raise _TooLargeError(problem=_limit(self.nodes), problem_mark=self.parser.peek_event().start_mark)
        return super().compose_node(parent, index)


class _BoundedScanner(Scanner):
    """Refuses the tags that no spec has: decoding takes quadratic time, and decodes `%25` once too often."""

    def scan_tag_uri(self, name: Any, start_mark: Any) -> Any:
        tag = super().scan_tag_uri(name, start_mark)
        if len(tag) > _MAX_TAG or "%" in tag:
            raise ScannerError(problem="found a tag that cannot be one", problem_mark=start_mark)
        return tag


def _limit(nodes: int) -> str:
    return f"the document has more than {f'{MAX_NODES:,} values' if nodes > MAX_NODES else f'{MAX_DEPTH} levels'}"


def _compose(yaml: YAML, text: str, source: str) -> Node | None:
    try:
        root: Node | None = yaml.compose(text)
    except ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        problem = Problem(line, column, "", f"not YAML: a control character, {error.character:#04x}", "remove it")
        raise SpecError((problem,), source=source) from None
    except _TooLargeError as error:
        raise _error(source, str(error.problem), error.problem_mark) from None
    except MarkedYAMLError as error:
        raise _syntax_error(error, source, has_reference="${" in text) from None
    except (YAMLError, ValueError) as error:
        raise _error(source, f"not YAML: {str(error).partition(chr(10))[0]}") from None
    except (AssertionError, LookupError):  # ruamel's way to refuse %YAML 1.3
        raise _error(source, "not YAML of version 1.1 or 1.2", fix="remove the lines that begin with %") from None
    return root


def _syntax_error(error: MarkedYAMLError, source: str, *, has_reference: bool) -> SpecError:
    problem, mark = str(error.problem or error.context), error.problem_mark or error.context_mark
    if "another document" in problem:
        return _error(source, "a second document begins here", mark, fix="write one spec a file")
    fix = "indent and separate with spaces" if "\\t" in problem else ""
    if has_reference and "got '{'" in problem:
        fix = "inside { } and [ ], put ${...} in quotes"
    return _error(source, f"not YAML: {problem}", mark, fix=fix)


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
            raise _error(self.source, _limit(self.nodes), node.start_mark)
        self.places.setdefault(path, _place(node.start_mark))
        if isinstance(node, MappingNode) and node.tag == f"{_TAG}map":
            return self._mapping(node, path)
        if isinstance(node, SequenceNode) and node.tag == f"{_TAG}seq":
            return [self.read(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, path)

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, ScalarNode) else None
            if key is None:
                self._problem(key_node, path, "a key has to be plain text")
            elif key_node.tag == _MERGE:
                self._problem(key_node, path, "the merge key << is not read", "write the keys out")
            elif UNSENDABLE.search(key):
                self._problem(key_node, path, f"the key {shown(key)} holds a NUL or half a character", _ESCAPED)
            elif key in result:
                self._problem(key_node, (*path, key), f"key {shown(key)} stands twice", "remove one of the two")
            else:
                self.places[(*path, key)] = _place(key_node.start_mark)
                result[key] = self.read(value_node, (*path, key))
        return result

    def _scalar(self, node: Node, path: Path) -> Any:
        tag = str(node.tag)
        if not isinstance(node, ScalarNode) or tag not in _TYPED | _TEXT:
            self._problem(node, path, f"the tag {tag.replace(_TAG, '!!')} is not read", "write the value without a tag")
            return None
        if tag in _TEXT:
            return self._text(node, path)
        try:
            return _construct(self.yaml, node)
        except ValueError:
            self._problem(node, path, f"{shown(node.value)} is not a number", "quote it if it is text")
            return None

    def _text(self, node: ScalarNode, path: Path) -> str:
        # JSON escapes a character beyond 16 bits in two halves.
        text: str = node.value.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
        # Legal in YAML (escaped), but no program, file or request can carry them.
        if UNSENDABLE.search(text):
            self._problem(node, path, "the text holds a NUL or half a character", _ESCAPED)
        return text

    def _problem(self, node: Node, path: Path, message: str, fix: str = "") -> None:
        self.problems.append(Problem(*_place(node.start_mark), dotted(path), message, fix))


def _place(mark: Any) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1


def _error(source: str, message: str, mark: Any = None, *, fix: str = "") -> SpecError:
    line, column = _place(mark) if mark is not None else (1, 1)
    return SpecError((Problem(line, column, "", message, fix),), source=source)
