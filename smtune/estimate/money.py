"""Money in words."""

from __future__ import annotations

import math


def in_words(amount: float, currency: str) -> str:
    """To the cent, and above 1,000 to the unit; what is less than a cent says so. Rounded up, never down."""
    if 0 < amount < 0.01:
        return f"under 0.01 {currency}"
    if amount >= 1000:
        return f"{_up(amount):,.0f} {currency}"
    return f"{_up(amount * 100) / 100:,.2f} {currency}"


def _up(amount: float) -> int:
    # 0.29 * 100 is 28.999999999999996: what is whole but for the last bits of a float is whole.
    return math.ceil(round(amount, 6))
