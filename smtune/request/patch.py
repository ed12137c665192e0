"""JSON merge patch (RFC 7396): a mapping merges, null removes, anything else replaces."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any


def apply_patch(target: Any, patch: Any) -> Any:
    """`target` with `patch` merged in; neither is changed, and the result shares nothing with `patch`."""
    if not isinstance(patch, Mapping):
        return copy.deepcopy(patch)
    result = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = apply_patch(result.get(key), value)
    return result


def make_patch(source: Any, target: Any) -> dict[str, Any]:
    """The patch that turns the mapping `source` into the mapping `target` (which holds no nulls)."""
    patch: dict[str, Any] = {key: None for key in source if key not in target}
    for key, value in target.items():
        if key not in source:
            patch[key] = value
        elif isinstance(value, Mapping) and isinstance(source[key], Mapping):
            inner = make_patch(source[key], value)
            if inner:
                patch[key] = inner
        elif not _is_same(value, source[key]):
            patch[key] = value
    return patch


def _is_same(left: Any, right: Any) -> bool:
    """Whether two values are the same JSON: unlike `==`, it tells 1 from 1.0 and from true, at any depth."""
    one, other = (json.dumps(value, sort_keys=True, default=repr) for value in (left, right))
    return one == other
