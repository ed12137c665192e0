"""A part of a request -> the keys of the spec that say it, for messages that name a place in the file."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

from smtune.request.fields import CHANNEL, CONFIG, DEFINITION, JOB, Field
from smtune.request.patch import name_key
from smtune.request.write import RESOURCES, SHARED_RESOURCES

Path = tuple[str | int, ...]
_ONE, _SEVERAL = "TrainingJobDefinition", "TrainingJobDefinitions"
_OBJECTIVES = ((CONFIG, "HyperParameterTuningJobObjective"), ("TuningObjective",))
_RANGES = ((CONFIG, "ParameterRanges"), ("HyperParameterRanges",))
_RANGE_KEYS = {"MinValue": "min", "MaxValue": "max", "ScalingType": "scale", "Values": "values", "ValueHint": "hint"}


def origin(path: Path, request: Mapping[str, Any], places: Container[Path]) -> Path:
    """The keys that say the member at `path`, as exactly as `places` (the paths of the document) has them.

    () where the spec says nothing about it. Of two that say it, `raw` wins: it is merged last.
    """
    candidates = sorted(_candidates(path, request), key=lambda candidate: -candidate[0])
    return next((keys for _, keys in candidates if keys in places), ())


def _candidates(path: Path, request: Mapping[str, Any]) -> Iterator[tuple[int, Path]]:
    """Keys that may say it, each with how much of `path` it covers."""
    named = _by_name(path, request)
    several = path[:1] == (_SEVERAL,)
    entry: Path = ("algorithms", *path[1:2]) if several else ()
    part = path[2:] if several else path[1:] if path[:1] == (_ONE,) else path
    outside = len(path) - len(part)
    for end in range(len(path), outside, -1):
        yield from ((end, ("raw", *way[:end])) for way in (named, path))
        if several:
            yield from ((end, (*entry, "raw", *way[outside:end])) for way in (named, path))
    for covered, keys in _friendly(part, request, path, DEFINITION if outside else JOB):
        for end in range(len(keys), 0, -1):
            cover = outside + max(covered - (len(keys) - end), 0)
            yield from ((cover, way) for way in dict.fromkeys([(*entry, *keys[:end]), keys[:end]]))
    if several:
        yield 1, entry


def _friendly(
    part: Path, request: Mapping[str, Any], path: Path, fields: Sequence[Field]
) -> Iterator[tuple[int, Path]]:
    """The friendly keys for `part` of a definition, or of the request's top, and how much of it they cover."""
    for start in (*_RANGES, *_OBJECTIVES):
        if part[: len(start)] == start:
            yield len(part), _range(part[len(start) :], request, path) if start in _RANGES else ("objective",)
    match part:
        case ("StaticHyperParameters", *rest):
            yield len(part), ("hyperparameters", *rest)
        case ("InputDataConfig", *rest):
            yield from ((covered + 1, keys) for covered, keys in _channel(rest, request, path))
        case ("AlgorithmSpecification", "MetricDefinitions", int(), *_):
            yield len(part), ("metrics", str(_item(request, path, "MetricDefinitions").get("Name")))
        case ("Tags", int(), *_):
            yield len(part), ("tags", str(_item(request, path, "Tags").get("Key")))
    if part[:1] == (SHARED_RESOURCES,):
        part = (RESOURCES, *part[1:])
    if part[:1] == ("AlgorithmSpecification",):
        yield 1, ("algorithm",)
    yield from _plain(fields, part)


def _plain(fields: Sequence[Field], part: Path) -> Iterator[tuple[int, Path]]:
    """Of fields in the table: the one that says it, or those that say something around it."""
    for field in fields:
        if part[: len(field.path)] == field.path:
            yield len(part), (*field.keys, *part[len(field.path) :])
    for end in range(len(part), 0, -1):
        around = [field.keys[:1] for field in fields if field.path[:end] == part[:end]]
        if around:
            yield from ((end, keys) for keys in dict.fromkeys(around))
            return


def _range(rest: Path, request: Mapping[str, Any], path: Path) -> Path:
    if len(rest) < 2:
        return ("hyperparameters",)
    item = _item(request, path, str(rest[0]))
    keys = [_RANGE_KEYS.get(str(rest[2]), "")] if len(rest) > 2 else []
    return ("hyperparameters", str(item.get("Name")), *keys, *rest[3:])


def _channel(rest: Sequence[str | int], request: Mapping[str, Any], path: Path) -> Iterator[tuple[int, Path]]:
    if not rest:
        yield 0, ("data",)
        return
    base: Path = ("data", "channels", str(_item(request, path, "InputDataConfig").get("ChannelName")))
    yield from ((covered + 1, (*base, *keys)) for covered, keys in _plain(CHANNEL, tuple(rest[1:])))
    yield 1, base


def _item(request: Mapping[str, Any], path: Path, member: str) -> Mapping[str, Any]:
    """The item of the list called `member` that `path` goes through."""
    value: Any = request
    for part in path[: path.index(member) + 2]:
        value = _below(value, part)
    return value if isinstance(value, Mapping) else {}


def _by_name(path: Path, request: Mapping[str, Any]) -> Path:
    """`path` with the names of a list's items in the place of their numbers, as a patch in `raw` has them."""
    result: list[str | int] = []
    value: Any = request
    for part in path:
        key = name_key(value) if isinstance(part, int) else None
        value = _below(value, part)
        result.append(value[key] if key and isinstance(value, Mapping) else part)
    return tuple(result)


def _below(value: Any, part: str | int) -> Any:
    """The member or item `part` of `value`, or None where there is none."""
    if isinstance(part, int):
        return value[part] if isinstance(value, list) and part < len(value) else None
    return value.get(part) if isinstance(value, Mapping) else None
