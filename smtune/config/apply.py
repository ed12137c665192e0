"""Configuration into a spec: what the spec leaves open is filled; a role given as an option or variable replaces it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from smtune.config.keys import KEYS
from smtune.config.resolve import Configuration, Setting

if TYPE_CHECKING:
    from smtune.spec import TuningSpec

_NETWORK = ("subnets", "security_groups")


@dataclass(frozen=True)
class Applied:
    """A spec with what the configuration adds, and a note for each addition."""

    spec: TuningSpec
    notes: tuple[str, ...] = ()


def apply(spec: TuningSpec, configuration: Configuration) -> Applied:
    """`spec` with every setting that it leaves open."""
    notes = list[str]()
    has_network = bool(spec.security.subnets or spec.security.security_groups)
    for key in KEYS.values():
        found = configuration.get(key.name)
        if not key.spec or found is None or (has_network and key.name in _NETWORK):
            continue
        spec, said = _with_role(spec, found) if key.name == "role" else _filled(spec, key.spec, found)
        notes += [f"{'.'.join(key.spec)}: {said} (from {found.origin})"] if said else []
    return Applied(spec, tuple(notes))


def _with_role(spec: TuningSpec, found: Setting) -> tuple[TuningSpec, str]:
    """The spec with the role, and a note; an empty one where the spec's own stays."""
    own = {definition.role for definition in spec.definitions}
    if own == {found.value} or (None not in own and not found.is_above_the_spec):
        return spec, ""
    if not found.is_above_the_spec:
        return spec.model_copy(update={"role": found.value}), str(found.value)
    entries = tuple(entry.model_copy(update={"role": None}) for entry in spec.algorithms)
    replaced = sorted(role for role in own if role)
    instead = f" instead of the spec's {', '.join(replaced)}" if replaced else ""
    return spec.model_copy(update={"role": found.value, "algorithms": entries}), f"{found.value}{instead}"


def _filled(spec: TuningSpec, path: tuple[str, ...], found: Setting) -> tuple[TuningSpec, str]:
    *parents, name = path
    place: Any = getattr(spec, parents[0]) if parents else spec
    own, value = getattr(place, name), found.value
    if isinstance(value, Mapping):
        said = ", ".join(key for key in value if key not in own)
        value = {**value, **own}
    else:
        value = tuple(value) if isinstance(value, list) else value
        said = _shown(value) if own in (None, ()) else ""
    if not said:
        return spec, ""
    changed = place.model_copy(update={name: value})
    return (spec.model_copy(update={parents[0]: changed}) if parents else changed), said


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
