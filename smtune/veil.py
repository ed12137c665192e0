"""A spec's YAML without its secrets: where one stood, stands a reference to an environment variable.

So a clone can be shown, and a launch can keep its spec on S3, and both still make the same request where the variables
are set.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from smtune.definitions import definitions
from smtune.secrecy import HIDDEN, is_secret
from smtune.spec import TuningSpec, dump_spec
from smtune.spec.document import Path

_PLACES = ("environment", "hyperparameters", "tags", "raw")
_TYPES = {int: ":int", float: ":float"}


def veiled(spec: TuningSpec) -> tuple[str, dict[Path, str]]:
    """The YAML of `spec`, and a remark for each secret that is not in it. `load_spec` reads it once they are set."""
    references, remarks = dict[Path, str](), dict[Path, str]()
    for path, name, value in _named(spec):
        references[path] = f"${{env:{name}{_TYPES.get(type(value), '')}}}"
        remarks[path] = f"hidden, as it looks like a secret: set the variable {name}"
    return dump_spec(spec, references), remarks


def kept_text(spec: TuningSpec) -> str:
    """The YAML of `spec` to keep: readable without the variables, too; `unveiled` puts back what is known."""
    references = {
        path: f"${{env:{name}{_TYPES.get(type(value), '')}:-{HIDDEN if isinstance(value, str) else 0}}}"
        for path, name, value in _named(spec)
    }
    return dump_spec(spec, references)


def unveiled(spec: TuningSpec, request: Mapping[str, Any]) -> TuningSpec:
    """A kept spec with the secrets that its request has, where it has no more than references to them."""
    data = spec.model_dump()
    bodies = definitions(request)
    each = zip(data.get("algorithms") or (), bodies, strict=False)
    for holder, body in [*((data, body) for body in bodies[:1]), *each]:  # what all share, any of them knows
        for place, member in (("environment", "Environment"), ("hyperparameters", "StaticHyperParameters")):
            values, known = holder.get(place) or {}, body.get(member, {})
            values |= {key: known[key] for key, value in values.items() if value == HIDDEN and key in known}
    tags = {item["Key"]: item["Value"] for item in request.get("Tags", ())}
    given = data.get("tags") or {}
    given |= {key: tags[key] for key, value in given.items() if value == HIDDEN and key in tags}
    return TuningSpec.model_validate(data)


def _named(spec: TuningSpec) -> Iterator[tuple[Path, str, Any]]:
    """Each secret of a spec: path, variable, value."""
    taken: dict[str, Any] = {}
    for path, key, value in _secrets(spec.model_dump(exclude_defaults=True)):
        name = _variable(key if "environment" in path else key.upper(), value, taken)
        taken[name] = value
        yield path, name, value


def _secrets(data: dict[str, Any]) -> Iterator[tuple[Path, str, Any]]:
    """Path, the key that names it, value."""
    holders: list[tuple[Path, dict[str, Any]]] = [((), data)]
    holders += [(("algorithms", index), item) for index, item in enumerate(data.get("algorithms", ()))]
    for start, holder in holders:
        for place in _PLACES:
            for path, value in _leaves(holder.get(place), (*start, place)):
                keys = [part for part in path[len(start) + 1 :] if isinstance(part, str)]
                key = keys[-1 if place == "raw" else 0]
                if HIDDEN in str(value) or is_secret(key, str(value)):
                    yield path, key, value


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict) and "min" not in value:  # a range of numbers has no secret
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index))
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield path, value


def _variable(key: str, value: Any, taken: dict[str, Any]) -> str:
    """What the variable is called: as the key is, and with a number where another one is called so."""
    plain = re.sub(r"\W", "_", key, flags=re.ASCII)
    stem = plain if plain[:1].isalpha() else f"_{plain}"
    name, number = stem, 1
    while taken.get(name, value) != value:
        number += 1
        name = f"{stem}_{number}"
    return name
