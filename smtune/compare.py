"""Two requests -> their differences, field by field; what has a name is compared by name, not by its place in a list.

A tuning job's name, and the tag smtune:spec that points at the job's own copy of its spec, differ between any two
jobs: they are no difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["added", "removed", "changed"]
_NAMES = ("Name", "ChannelName", "Key", "DefinitionName", "InstanceGroupName", "HyperParameterTuningJobName")
_JOB_NAME = "HyperParameterTuningJobName"
_OWN_TAG = "smtune:spec"
_NUMBERS = {"MinValue", "MaxValue"}  # texts that the service reads as numbers
_SETS = {"Subnets", "SecurityGroupIds"}  # lists whose order says nothing


@dataclass(frozen=True)
class Difference:
    """A field that one request has and the other has not, or has otherwise."""

    path: str
    """In the API's names, as `TrainingJobDefinition.InputDataConfig[train].ContentType`."""
    kind: Kind
    before: Any = None
    after: Any = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON; `before` and `after` only where there is one."""
        values = {"before": self.before, "after": self.after}
        missing = {"added": "before", "removed": "after"}.get(self.kind)
        return {"path": self.path, "kind": self.kind, **{k: v for k, v in values.items() if k != missing}}


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """What turns `before` into `after`, in the order of the paths; empty when the two ask for the same."""
    return tuple(sorted(_compare(_comparable(before), _comparable(after), ""), key=lambda item: item.path))


def _comparable(request: Mapping[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in request.items() if key != _JOB_NAME}
    tags = [tag for tag in rest.get("Tags", ()) if tag.get("Key") != _OWN_TAG]
    return rest | {"Tags": tags}


def _compare(before: Any, after: Any, path: str) -> Iterator[Difference]:
    old, new = _members(before), _members(after)
    if old is None or new is None:
        if not _same(before, after, path):
            yield Difference(path, "changed", before, after)
        return
    for key in {**old, **new}:
        inner = f"{path}{key}" if key.startswith("[") else f"{path}.{key}".lstrip(".")
        # A list that only one of the two has is told item by item, as it would be if the other had an empty one.
        if key not in new and not _is_named_list(old[key]):
            yield Difference(inner, "removed", before=old[key])
        elif key not in old and not _is_named_list(new[key]):
            yield Difference(inner, "added", after=new[key])
        else:
            yield from _compare(old.get(key, []), new.get(key, []), inner)


def _members(value: Any) -> dict[str, Any] | None:
    """What `value` holds, by key or `[name]`; empty structures and lists count as absent. None for a plain value."""
    if isinstance(value, Mapping):
        members = {str(key): item for key, item in value.items()}
    elif isinstance(value, list | tuple) and all(isinstance(item, Mapping) for item in value):
        members = {f"[{name}]": item for name, item in zip(_names(value), value, strict=True)}
    else:
        return None
    return {key: item for key, item in members.items() if not _is_empty(item)}


def _is_named_list(value: Any) -> bool:
    return isinstance(value, list | tuple) and _members(value) is not None


def _names(items: list[Any] | tuple[Any, ...]) -> list[str]:
    """The items' own names, or their places where they have none or share one."""
    key = next((key for key in _NAMES if all(key in item for item in items)), None)
    names = [str(item[key]) for item in items] if key else []
    return names if names and len(set(names)) == len(names) else [str(index) for index in range(len(items))]


def _is_empty(value: Any) -> bool:
    return isinstance(value, Mapping | list | tuple) and not (value if _members(value) is None else _members(value))


def _same(before: Any, after: Any, path: str) -> bool:
    field = path.rpartition(".")[2]
    if field in _NUMBERS and before != after:
        return _number(before) is not None and _number(before) == _number(after)
    if field in _SETS and isinstance(before, list) and isinstance(after, list):
        return sorted(map(str, before)) == sorted(map(str, after))
    return bool(before == after) and isinstance(before, bool) == isinstance(after, bool)


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
