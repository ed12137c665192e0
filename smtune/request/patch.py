"""JSON merge patch (RFC 7396), and one step beyond it: a mapping patches a list of named items by their names.

A mapping merges, null removes, anything else replaces. The RFC can only replace lists whole; the service's lists are
of items with names (ranges, channels, metrics, tags), so `{ContinuousParameterRanges: {eta: {MaxValue: '0.3'}}}`
changes one of them, null removes it, and a name that is not there is added at the end.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

_NAMES = ("DefinitionName", "ChannelName", "HyperParameterTuningJobName", "InstanceGroupName", "Name", "Key")


def apply_patch(target: Any, patch: Any) -> Any:
    """`target` with `patch` merged in; neither is changed, and the result shares nothing with `patch`."""
    if not isinstance(patch, Mapping):
        return copy.deepcopy(patch)
    key = name_key(target)
    if key is not None:
        return _apply_by_name(target, patch, key)
    result = dict(target) if isinstance(target, Mapping) else {}
    for member, value in patch.items():
        if value is None:
            result.pop(member, None)
        else:
            result[member] = apply_patch(result.get(member), value)
    return result


def make_patch(source: Any, target: Any) -> dict[str, Any]:
    """The patch that turns the mapping `source` into the mapping `target` (which holds no nulls)."""
    patch: dict[str, Any] = {key: None for key in source if key not in target}
    for key, value in target.items():
        if key not in source:
            patch[key] = value
        elif not _is_same(value, source[key]):
            patch[key] = _difference(source[key], value)
    return patch


def name_key(items: Any) -> str | None:
    """The member that names each of `items`, if they are structures with a name of their own; else None."""
    if not isinstance(items, list) or not items or not all(isinstance(item, Mapping) for item in items):
        return None
    for key in _NAMES:
        names = [item.get(key) for item in items]
        if all(isinstance(name, str) for name in names) and len(set(names)) == len(names):
            return key
    return None


def _apply_by_name(items: list[Mapping[str, Any]], patch: Mapping[str, Any], key: str) -> list[Any]:
    left = dict(patch)
    result = []
    for item in items:
        name = item[key]
        change = left.pop(name, {}) if name in left else {}
        if name not in patch or patch[name] is not None:
            result.append(apply_patch(item, change))
    return result + [apply_patch({key: name}, value) for name, value in left.items() if value is not None]


def _difference(source: Any, target: Any) -> Any:
    if isinstance(source, Mapping) and isinstance(target, Mapping):
        return make_patch(source, target)
    key = name_key(source)
    if key is not None and key == name_key(target):
        old, new = ({item[key]: item for item in items} for items in (source, target))
        patch = make_patch(old, new)
        if _is_same(apply_patch(source, patch), target):
            return patch
    return target


def _is_same(left: Any, right: Any) -> bool:
    """Whether two values are the same JSON: unlike `==`, it tells 1 from 1.0 and from true, at any depth."""
    one, other = (json.dumps(value, sort_keys=True, default=repr) for value in (left, right))
    return one == other
