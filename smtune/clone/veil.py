"""A spec's YAML without its secrets: where one stood, stands a reference to an environment variable.

So a clone can be shown and kept, and still makes the same request where the variables are set.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from smtune.secrecy import HIDDEN, is_secret
from smtune.spec import TuningSpec, dump_spec
from smtune.spec.document import Path

_PLACES = ("environment", "hyperparameters", "tags", "raw")
_TYPES = {int: ":int", float: ":float"}


def veiled(spec: TuningSpec) -> tuple[str, dict[Path, str]]:
    """The YAML of `spec`, and a remark for each secret that is not in it. `load_spec` reads it once they are set."""
    taken: dict[str, Any] = {}
    references, remarks = dict[Path, str](), dict[Path, str]()
    for path, key, value in _secrets(spec.model_dump(exclude_defaults=True)):
        name = _variable(key if "environment" in path else key.upper(), value, taken)
        taken[name] = value
        references[path] = f"${{env:{name}{_TYPES.get(type(value), '')}}}"
        remarks[path] = f"hidden, as it looks like a secret: set the variable {name}"
    return dump_spec(spec, references), remarks


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
