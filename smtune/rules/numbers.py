"""The numbers of a request's ranges, which are texts."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from decimal import Decimal

from smtune.rules.case import Tuned

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_DIGITS = 300


def number(text: str) -> Decimal | None:
    """The finite number that `text` is, or None."""
    if not _NUMBER.fullmatch(text):
        return None
    try:
        value = Decimal(text)
    except ArithmeticError:
        return None
    return value if value.is_finite() else None


def whole(text: str) -> int | None:
    """The whole number that `text` is, or None (also for one of more than 300 digits)."""
    value = number(text)
    if value is None or value.adjusted() > _DIGITS or value != value.to_integral_value():
        return None
    return int(value)


def combinations(tuned: Iterable[Tuned]) -> int | None:
    """How many configurations there are; None where they are endless or cannot be counted."""
    sizes = [_size(each) for each in tuned]
    return math.prod(size for size in sizes if size is not None) if None not in sizes else None


def _size(tuned: Tuned) -> int | None:
    if tuned.kind == "Categorical":
        return len(set(tuned.ends))
    if tuned.kind != "Integer":
        return None
    low, high = (whole(end) for end in tuned.ends)
    return high - low + 1 if low is not None and high is not None and low <= high else None
