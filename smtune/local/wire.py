"""Values between Python and the wire, by the shapes of botocore's model: times are seconds since the epoch there."""

from __future__ import annotations

import datetime as dt
from typing import Any

from botocore.utils import parse_to_aware_datetime


def on_wire(shape: Any, value: Any) -> Any:
    """A caller's parameters with every time, however given, as seconds since the epoch."""
    return _walk(shape, value, lambda time: parse_to_aware_datetime(time).timestamp())


def off_wire(shape: Any, value: Any) -> Any:
    """An answer with every time as a datetime, as botocore's parsers give it."""
    return _walk(shape, value, as_datetime)


def as_datetime(time: dt.datetime | float) -> dt.datetime:
    """A time of an answer, which may be a datetime already."""
    return time if isinstance(time, dt.datetime) else dt.datetime.fromtimestamp(time, tz=dt.UTC)


def to_numbers(shape: Any, value: Any) -> Any:
    """An answer with every time as seconds since the epoch, as JSON carries it."""
    return _walk(shape, value, lambda time: as_datetime(time).timestamp())


def _walk(shape: Any, value: Any, convert: Any) -> Any:
    if shape is None or value is None:
        return value
    match shape.type_name:
        case "structure":
            members = shape.members
            return {
                name: _walk(members[name], item, convert) if name in members else item for name, item in value.items()
            }
        case "list":
            return [_walk(shape.member, item, convert) for item in value]
        case "map":
            return {name: _walk(shape.value, item, convert) for name, item in value.items()}
        case "timestamp":
            return convert(value)
        case _:
            return value
