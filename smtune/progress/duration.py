"""`90`, `10m`, `2h30m`, `7d` -> seconds."""

from __future__ import annotations

import re

from smtune.errors import UsageError, shown

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def parse_duration(text: str) -> float:
    """Seconds of `text`: a number, or numbers with units s, m, h, d, w. Raises UsageError."""
    plain = text.strip().lower()
    if _NUMBER.fullmatch(plain):
        return float(plain)
    parts = _PART.findall(plain)
    if not parts or _PART.sub("", plain).strip():
        message = f"{shown(text)} is not a time: give seconds, or as 30s, 10m, 2h, 1h30m, 7d"
        raise UsageError(message)
    return sum(float(number) * _UNITS[unit] for number, unit in parts)
