"""Numbers, times and durations as people write them."""

from __future__ import annotations

import datetime as dt
import math

from smtune.durations import in_words

_MINUS = "\N{MINUS SIGN}"
_NARROW = "\N{NARROW NO-BREAK SPACE}"
_TENS = str.maketrans("-0123456789", "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")


def number(value: float | int | str | None, digits: int = 4) -> str:
    """To so many significant digits, thousands apart, very large and small ones as powers of ten; a dash for None."""
    if value is None:
        return "\N{EN DASH}"
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not math.isfinite(value):
        return {"nan": "not a number", "inf": "infinite", "-inf": f"{_MINUS}infinite"}.get(str(value), str(value))
    if isinstance(value, int) or (float(value).is_integer() and abs(value) < 1e6):
        return f"{int(value):,}".replace(",", _NARROW).replace("-", _MINUS)
    if not 1e-4 <= abs(value) < 1e6:
        mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
        short = mantissa.rstrip("0").rstrip(".")
        return f"{short} \N{MULTIPLICATION SIGN} 10{str(int(power)).translate(_TENS)}".replace("-", _MINUS)
    shown = f"{value:,.{max(0, digits - 1 - math.floor(math.log10(abs(value))))}f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return shown.replace(",", _NARROW).replace("-", _MINUS)


def tied(text: str) -> str:
    """A number stays on the line of its percent sign."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%")


def duration(seconds: float | None) -> str:
    """As `42 s`, `1 min 20 s`, `2 h 05 min`; a dash for None."""
    return "\N{EN DASH}" if seconds is None else in_words(seconds)


def moment(seconds: float | None) -> str:
    """A time in UTC, to the second; a dash for None."""
    if seconds is None:
        return "\N{EN DASH}"
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%-d %B %Y, %H:%M:%S UTC")


def counted(count: int, one: str, many: str | None = None) -> str:
    """As `1 training job`, `20 training jobs`."""
    return f"{number(count)} {one if count == 1 else many or f'{one}s'}"
