"""Losses as a person gives them, with what they were measured on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Literal

from smtune.diagnosis.level import Level, Place
from smtune.diagnosis.quantity import Number, read_number
from smtune.diagnosis.spread import Area, Counted, Deviation, Spread
from smtune.errors import UsageError

_SHORT = Context(prec=16)


Chance = Literal["rate", "auc", "other"]
"""What rows say about the chance in a metric: each is right or wrong, or one of two classes, or nothing."""
ToLoss = Callable[[str, Number], Decimal]
"""(name of the argument, for messages; value of the metric) -> loss."""


@dataclass(frozen=True)
class Measured:
    """A metric's value and what says how sure it is: rows for a rate, for AUC the positive ones, too.

    `standard_error` (of a bootstrap, say) serves any metric, and rows that are not independent: several of one patient,
    of one speaker.
    """

    value: Number
    rows: int | None = None
    positives: int | None = None
    standard_error: Number | None = None


Loss = Number | Measured
"""What the entry points accept: 0.05 or "5%"; with the rows it was measured on "5%/1500", or "75/1500" for 75 wrong of
1,500; an AUC with its positive and negative rows "0.91/300:1200"; any metric with a standard error "3.5+-0.2". Or a
Measured."""


def read_measured(name: str, given: Loss, kind: Chance) -> Measured:
    """`given` with its rows, if they are written into it: of a rate the whole number before the slash counts rows.

    Raises:
        UsageError: rows that are no whole number above 0, more wrong rows than rows.
    """
    if isinstance(given, Measured):
        return _checked(name, given)
    if not isinstance(given, str):
        return Measured(given)
    text, slash, counted = given.partition("/")
    value, sign, error = (part.strip() for part in text.partition("+-"))
    counts = [_whole(name, count) for count in counted.split(":", 1)] if slash else []
    rows, positives = sum(counts) or None, counts[0] if len(counts) > 1 else None
    if kind == "rate" and rows and not sign and value.isdigit():
        if int(value) > rows:
            message = f"{name} is {given}: {value} of {rows} rows; write 5 % of 1,500 rows as 5%/1500 or 75/1500"
            raise UsageError(message)
        return Measured(_SHORT.divide(Decimal(int(value)), Decimal(rows)), rows)
    return _checked(name, Measured(value, rows, positives, error if sign else None))


def level_of(place: Place, name: str, given: Loss, to_loss: ToLoss, kind: Chance) -> Level:
    """The loss at a place of the chain, with its spread as far as this kind of metric has one."""
    found = read_measured(name, given, kind)
    return Level(place, to_loss(name, found.value), _spread(name, found, kind), found.rows)


def _spread(name: str, given: Measured, kind: Chance) -> Spread | None:
    if given.standard_error is not None:
        error = read_number(f"the standard error of {name}", given.standard_error)
        if error < 0:
            message = f"the standard error of {name} is {error}, which is below 0"
            raise UsageError(message)
        return Deviation(float(error), given.rows)
    if given.rows is None:
        return None
    if kind == "rate":
        return Counted(given.rows)
    if kind == "auc" and given.positives is not None:
        return Area(given.positives, given.rows - given.positives)
    return None


def _checked(name: str, given: Measured) -> Measured:
    for what, number in (("rows", given.rows), ("positive rows", given.positives)):
        if number is not None and (isinstance(number, bool) or not isinstance(number, int) or number < 1):
            message = f"the {what} of {name} are {number!r}; give a whole number above 0"
            raise UsageError(message)
    if given.positives is not None and (given.rows is None or given.positives >= given.rows):
        message = f"{name} has {given.positives} positive rows of {given.rows}; give rows, with some negative ones"
        raise UsageError(message)
    return given


def _whole(name: str, text: str) -> int:
    digits = text.strip().replace(",", "").replace("_", "")
    if not digits.isascii() or not digits.isdigit() or int(digits) < 1:
        message = f"{name} has the rows {text.strip()!r}; give a whole number above 0, as in 5%/1500"
        raise UsageError(message)
    return int(digits)
