"""A text that is JSON, perhaps with more JSON in its own texts -> its leaves, with the keys that lead to them.

Environment variables and hyperparameters are texts, so whoever has more to say than one value says it in JSON; the
SageMaker SDK writes each hyperparameter as JSON once more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_DEEPEST = 4
"""JSON within JSON within JSON is not looked into further."""


@dataclass(frozen=True)
class Leaf:
    """A text, or a number as a text."""

    keys: tuple[str, ...]
    """From the outermost object to the innermost."""
    text: str
    depth: int
    """In how many JSON texts it is, one within the other."""

    @property
    def written(self) -> frozenset[str]:
        """Every way in which it may stand in the whole: as it is, or escaped once for each text that it is in."""
        forms = escaped = {self.text}
        for _ in range(self.depth):
            plain = {json.dumps(each, ensure_ascii=is_ascii)[1:-1] for each in escaped for is_ascii in (True, False)}
            escaped = plain | {each.replace("/", "\\/") for each in plain}
            forms = forms | escaped
        return frozenset(forms)


def leaves_of(text: str) -> tuple[Leaf, ...]:
    """The leaves of a JSON object or array; none of any other text, a broken one included."""
    try:
        return tuple(_leaves(text, (), 0)) if _read(text) is not None else ()
    except RecursionError:
        return ()


class _Object(list[tuple[str, Any]]):
    """All members of an object: the last one of a name does not make the others invisible to a reader."""


def _read(text: str) -> Any:
    """What the text says, where that is an object, an array, or a text that says one of these; else None."""
    if text.lstrip()[:1] not in ("{", "[", '"'):
        return None
    try:
        found = json.loads(text, object_pairs_hook=_Object, parse_int=str, parse_float=str, strict=False)
    except ValueError:
        return None
    if isinstance(found, str):
        return found if _read(found) is not None else None
    return found


def _leaves(value: Any, keys: tuple[str, ...], depth: int) -> Iterator[Leaf]:
    if isinstance(value, _Object):
        for key, item in value:
            yield from _leaves(item, (*keys, key), depth)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, keys, depth)
    elif isinstance(value, str):
        inner = _read(value) if depth < _DEEPEST else None
        if inner is None:
            yield Leaf(keys, value, depth)
        else:
            yield from _leaves(inner, keys, depth + 1)
