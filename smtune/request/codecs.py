"""Values as a spec says them <-> as the service wants them: pairs of functions that undo each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel


@dataclass(frozen=True)
class Codec:
    """How one key's value becomes one member's, and back."""

    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]
    """None for a member that the key cannot say: it stays in `raw`."""


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else dict(value) if isinstance(value, Mapping) else value


def named(names: Mapping[Any, Any]) -> Codec:
    """A choice: each of the spec's names has one of the service's."""
    back = {api: name for name, api in names.items()}
    return Codec(names.__getitem__, back.get)


def one_of(*choices: str) -> Codec:
    """A choice that both spell alike; one that is newer than this table stays in `raw`."""
    return named({choice: choice for choice in choices})


def pairs(key: str, value: str) -> Codec:
    """A mapping <-> a list of {key: ..., value: ...}."""

    def decode(items: list[Mapping[str, Any]]) -> dict[str, Any] | None:
        found = {item[key]: item[value] for item in items if set(item) == {key, value}}
        return found if len(found) == len(items) else None

    return Codec(lambda mapping: [{key: name, value: item} for name, item in mapping.items()], decode)


def column(key: str) -> Codec:
    """A list of texts <-> a list of {key: ...}."""

    def decode(items: list[Mapping[str, Any]]) -> list[Any] | None:
        return [item[key] for item in items] if all(set(item) == {key} for item in items) else None

    return Codec(lambda items: [{key: item} for item in items], decode)


def records(members: Mapping[str, str]) -> Codec:
    """A list of models <-> a list of structures; `members` has the structure's name of each field."""

    def encode(items: tuple[BaseModel, ...]) -> list[dict[str, Any]]:
        return [record(members).encode(item) for item in items]

    def decode(items: list[Mapping[str, Any]]) -> list[dict[str, Any]] | None:
        found = [record(members).decode(item) for item in items]
        return None if None in found else found

    return Codec(encode, decode)


def record(members: Mapping[str, str]) -> Codec:
    """A model <-> a structure."""
    fields = {api: field for field, api in members.items()}

    def encode(item: BaseModel) -> dict[str, Any]:
        values = {api: getattr(item, field) for field, api in members.items()}
        return {api: _plain(value) for api, value in values.items() if value is not None}

    def decode(item: Mapping[str, Any]) -> dict[str, Any] | None:
        return {fields[api]: value for api, value in item.items()} if set(item) <= set(fields) else None

    return Codec(encode, decode)


PLAIN = Codec(_plain, _plain)
"""The same on both sides."""
