"""How far a range may be widened: what the algorithm takes, or where nobody says it, what such numbers usually are."""

from __future__ import annotations

import math
from dataclasses import dataclass

from smtune.algorithms.builtins import builtin
from smtune.algorithms.images import parse_image
from smtune.spec import BuiltIn, Continuous, Definition, Image, Integer

_NEARER = 0.1
"""An end that may not be reached is approached to a tenth of the distance."""


@dataclass(frozen=True)
class Bounds:
    """The lowest and the highest value that a range may be widened to, and why."""

    low: float = -math.inf
    high: float = math.inf
    why_low: str = ""
    why_high: str = ""


def bounds_of(name: str, range_: Continuous | Integer, definition: Definition) -> Bounds:
    """How far the range of the hyperparameter `name` may go; what it has already is legal."""
    found = _documented(name, range_, definition) or _usual(range_)
    if range_.scale == "reverse-log":
        nearest = 1 - (1 - float(range_.max)) * _NEARER
        why = "a reverse-log scale needs it below 1"
        found = Bounds(max(found.low, 0.0), min(found.high, nearest), found.why_low or why, why)
    if range_.scale == "log" and isinstance(range_, Integer) and found.low < 1:
        found = Bounds(1.0, found.high, "a log scale needs it above 0", found.why_high)
    return Bounds(min(found.low, range_.min), max(found.high, range_.max), found.why_low, found.why_high)


def _documented(name: str, range_: Continuous | Integer, definition: Definition) -> Bounds | None:
    table = builtin(_builtin_name(definition) or "")
    parameter = table.parameters.get(name) if table else None
    if table is None or parameter is None or not parameter.legal:
        return None
    legal = parameter.legal
    low, high = (float(end) for end in legal[1:-1].split(","))
    if legal.startswith("(") and math.isfinite(low):
        low = low + (range_.min - low) * _NEARER
    if legal.endswith(")") and math.isfinite(high):
        high = high - (high - range_.max) * _NEARER
    why = f"{table.title} takes it in {legal}"
    return Bounds(low, high, why, why)


def _builtin_name(definition: Definition) -> str | None:
    algorithm = definition.algorithm
    if isinstance(algorithm, BuiltIn):
        return algorithm.builtin
    parsed = parse_image(algorithm.image) if isinstance(algorithm, Image) else None
    is_script = "sagemaker_program" in definition.static
    return parsed[0].name if parsed and parsed[0].kind == "builtin" and not is_script else None


def _usual(range_: Continuous | Integer) -> Bounds:
    """What the range itself suggests: a count stays one, a positive number positive, a share within 0 and 1."""
    low, high, sign = -math.inf, math.inf, "it does not change its sign"
    if isinstance(range_, Integer):
        least = 1 if range_.min >= 1 else 0 if range_.min == 0 else -math.inf
        return Bounds(least, high, f"a count is not below {least}")
    if range_.min >= 0:
        low = range_.min * _NEARER
    if range_.max <= 0:
        high = range_.max * _NEARER
    if range_.min >= 0 and range_.max <= 1:
        return Bounds(low, 1 - (1 - range_.max) * _NEARER, sign, "it looks like a share: not above 1")
    return Bounds(low, high, sign, sign)
