"""Numbers as a person gives them, turned to exact decimals.

In binary floats 0.16 - 0.15 is more than 0.01 and 0.06 - 0.05 is less: enough to flip a verdict at the floor.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Context, Decimal, DivisionByZero, InvalidOperation

from smtune.errors import UsageError

Number = str | int | float | Decimal
"""What the entry points accept: 0.05, Decimal("0.05"), "0.05" or "5%"."""

EXACT = Context(prec=400, traps=[InvalidOperation, DivisionByZero])
"""Wide enough that differences of ordinary values are exact, whatever context the caller has set."""

LARGEST = Decimal("1e300")
"""Anything above could not be written as a JSON number."""

RATE_FIX = "write 5 % as 0.05 or 5%"


def read_number(name: str, value: Number) -> Decimal:
    """The value as a finite decimal; `name` is the argument to blame.

    A float keeps 12 significant digits: enough for any metric, and 1 - 0.94 is 0.06 again.

    Raises:
        UsageError: not a number, NaN, infinite, or beyond 1e300.
    """
    number = _convert(name, value)
    if not number.is_finite() or abs(number) > LARGEST:
        message = f"{name} is {value}, which is not a finite number; leave it out if it is not known"
        raise UsageError(message)
    return EXACT.add(number, Decimal(0))  # turns -0 to 0


def read_rate(name: str, value: Number) -> Decimal:
    """The value as a fraction of 1.

    Raises:
        UsageError: as `read_number`, or outside [0, 1].
    """
    number = read_number(name, value)
    if not 0 <= number <= 1:
        message = f"{name} is {value}, which is not between 0 and 1; {RATE_FIX}"
        raise UsageError(message)
    return number


def read_optional(read: Callable[[str, Number], Decimal], name: str, value: Number | None) -> Decimal | None:
    """What `read` makes of the value, or None where none was given."""
    return None if value is None else read(name, value)


def _convert(name: str, value: object) -> Decimal:
    refusal = f"{name} is {value!r}, which is not a number; {RATE_FIX}"
    if isinstance(value, float):
        return Decimal(f"{value:.12g}")
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    if not isinstance(value, str):
        raise UsageError(refusal)
    text = value.strip()
    try:
        number = Decimal(text.removesuffix("%").strip())
    except InvalidOperation:
        raise UsageError(refusal) from None
    return EXACT.scaleb(number, -2) if text.endswith("%") and number.is_finite() else number
