"""Base + overlays -> one document: RFC 7396 on top of what the keys mean, every key with the place that says it.

Beyond the RFC: a mapping that says another kind of a thing (a choice over a range, channels over a table) replaces
that thing; `algorithms` merge by name; below `raw`, which is a patch itself, null stays.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from smtune.errors import Problem, SpecError, cut, dotted, listed, shown
from smtune.spec.document import NOWHERE, Document, Path, in_order
from smtune.spec.explain import locate, nearest
from smtune.spec.kinds import NAME_KEYS, displaced, is_channel
from smtune.spec.model import TuningSpec


def merge(base: Document, *overlays: Document) -> Document:
    """`overlays` over `base`, the later ones last. Raises SpecError for what an overlay says of nothing."""
    tree, merger = _grow(base, base.data, ()), _Merger(base.source)
    for overlay in overlays:
        tree = merger.node(tree, _grow(overlay, overlay.data, ()), ())
    if merger.problems:
        raise SpecError(in_order(merger.problems), source=base.source)
    places, sources = dict[Path, tuple[int, int]](), dict[Path, str]()
    return Document(_fell(tree, (), places, sources), places, base.source, sources)


@dataclass(frozen=True)
class _Node:
    """A value with its place: `value` is a plain one, a list of nodes or a mapping of nodes."""

    value: Any
    place: tuple[int, int]
    source: str


def _grow(document: Document, data: Any, path: Path) -> _Node:
    value = data
    if isinstance(data, dict):
        value = {key: _grow(document, item, (*path, key)) for key, item in data.items()}
    elif isinstance(data, list):
        value = [_grow(document, item, (*path, index)) for index, item in enumerate(data)]
    return _Node(value, document.place(path), document.source_of(path))


def _fell(node: _Node, path: Path, places: dict[Path, tuple[int, int]], sources: dict[Path, str]) -> Any:
    places[path], sources[path] = node.place, node.source
    if isinstance(node.value, dict):
        return {key: _fell(item, (*path, key), places, sources) for key, item in node.value.items()}
    if isinstance(node.value, list):
        return [_fell(item, (*path, index), places, sources) for index, item in enumerate(node.value)]
    return node.value


@dataclass
class _Merger:
    source: str
    problems: list[Problem] = field(default_factory=list)

    def node(self, base: _Node, over: _Node, path: Path) -> _Node:
        """`over` over `base`, both at `path` of the result."""
        if isinstance(over.value, list) and isinstance(base.value, list) and path == ("algorithms",):
            return self._named(base, over, path)
        if not isinstance(over.value, dict):
            return over
        if isinstance(base.value, list):
            return self._items(base, over, path)
        if isinstance(base.value, str) and is_channel(path):  # a text stands for {uri: TEXT}
            base = _Node({"uri": base}, base.place, base.source)
        return self._mapping(base, over, path)

    def _mapping(self, base: _Node, over: _Node, path: Path) -> _Node:
        fresh = not isinstance(base.value, dict)
        result: dict[str, _Node] = {} if fresh else dict(base.value)
        said = {key for key, item in over.value.items() if item.value is not None}
        for key in displaced(path, set(result), said):
            del result[key]
        for key, item in over.value.items():
            if isinstance(key, int):
                self._problem(item, path, f"{dotted(path)} is not a list", f"name a key of it instead of [{key}]")
            elif item.value is None and not _is_patch((*path, key)):
                self._check_removal(item, path, key, set(result))
                result.pop(key, None)
            else:
                old = result.get(key, _Node(None, item.place, item.source))
                result[key] = self.node(old, item, (*path, key))
        # A mapping of plain values is judged as a whole (min above max, say): it stands where it was changed last.
        nested = any(isinstance(item.value, dict) for item in result.values())
        newest = over if fresh or not nested else base
        return _Node(result, newest.place, newest.source)

    def _named(self, base: _Node, over: _Node, path: Path) -> _Node:
        """A list of named items over another: the same names merge, the others are added."""
        items = list(base.value)
        for item in over.value:
            name = _name(item)
            found = None if name is None else _find(items, name)
            if found is None:
                items.append(item)
            else:
                items[found] = self.node(items[found], item, (*path, found))
        return _Node(items, base.place, base.source)

    def _items(self, base: _Node, over: _Node, path: Path) -> _Node:
        """A mapping over a list: its keys are the numbers or the names of items; null removes one."""
        items: list[_Node | None] = list(base.value)
        for key, item in over.value.items():
            found = key if isinstance(key, int) and key < len(items) else _find(items, key)
            if found is None and _is_patch(path) and isinstance(key, str):
                return over  # a patch of the request's own list: it is applied there
            if found is None:
                self._unknown_item(item, path, key, base.value)
            elif item.value is None:
                items[found] = None
            else:
                old = items[found] or _Node(None, item.place, item.source)
                items[found] = self.node(old, item, (*path, found))
        return _Node([item for item in items if item is not None], base.place, base.source)

    def _unknown_item(self, node: _Node, path: Path, key: str | int, items: list[_Node]) -> None:
        if isinstance(key, int):
            fix = f"its items are [0] to [{len(items) - 1}]" if items else "it is empty: write the whole list"
            self._problem(node, path, f"{dotted(path)} has no [{key}]", fix)
        else:
            names = [name for name in map(_name, items) if name is not None]
            fix = f"its items are {_listed(names)}" if names else "write the whole list: [a, b]"
            self._problem(node, path, f"{dotted(path)} has no item {shown(key)}", _nearest(key, names) + fix)

    def _check_removal(self, node: _Node, path: Path, key: str, present: set[str]) -> None:
        """Removing what is not there is fine, but not what cannot be there; on a command line it is a mistake."""
        valid = locate(TuningSpec, path)[1]
        if valid and key not in valid | present:
            fix = f"{_nearest(key, sorted(valid))}valid here: {_listed(sorted(valid))}"
            self._problem(node, (*path, key), f"unknown key {shown(key)}", fix)
        elif not valid and key not in present and node.place == NOWHERE:
            fix = f"{_nearest(key, sorted(present))}there is {_listed(sorted(present)) or 'nothing'}"
            self._problem(node, (*path, key), f"there is no {shown(key)} to remove", fix)

    def _problem(self, node: _Node, path: Path, message: str, fix: str) -> None:
        source = "" if node.source == self.source else node.source
        self.problems.append(Problem(*node.place, dotted(path), message, fix, source=source))


def _is_patch(path: Path) -> bool:
    """Whether `path` lies below a `raw` key."""
    own = path[2:] if path[:1] == ("algorithms",) else path
    return len(own) > 1 and own[0] == "raw"


def _name(node: _Node | None) -> str | None:
    members = node.value if node is not None and isinstance(node.value, dict) else {}
    found = next((members[key].value for key in NAME_KEYS if key in members), None)
    return found if isinstance(found, str) else None


def _find(items: list[Any], name: str | int) -> int | None:
    return next((index for index, item in enumerate(items) if _name(item) == name), None)


def _nearest(word: str, choices: list[str]) -> str:
    near = nearest(word, choices)
    return f"did you mean {near}? " if near else ""


def _listed(names: list[str]) -> str:
    return listed((cut(name, 40) for name in names), 10)
