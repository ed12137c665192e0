"""Durations as people write them."""

from __future__ import annotations


def in_words(seconds: float) -> str:
    """As `42 s`, `1 min 20 s`, `2 h 05 min`."""
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    if hours:
        return f"{hours:,} h {minutes:02d} min"
    return f"{minutes} min {whole % 60:02d} s" if minutes else f"{whole} s"
