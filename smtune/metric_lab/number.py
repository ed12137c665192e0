"""What a number in a log looks like: one definition for the parser and for the regexes that are proposed."""

from __future__ import annotations

import re

from smtune.metrics import TAB

NUMBER = r"[-+]?(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|(?i:nan|inf(?:inity)?))"
"""A sign, an exponent, nan and inf may be there."""
_AFTER = r"\.?(?:[^-+.,\w/:]|$)|,(?:\D|$)"
"""What may follow: not a letter (`3.2s`), another part of a date, a version, a time, a fraction (`1/10`) or `1,234`."""
END = rf"(?={_AFTER})"
LOOSE = r"([-+.\w]+)"
"""A group for any number, short enough to be read."""
STRICT = rf"({NUMBER})(?:{_AFTER})"
"""A group that takes a number only; for logs in which a word stands in its place now and then."""

ANSI = r"\x1b\[[0-9;]*m"
"""A colour code."""
BLANK = rf"(?:\s|{TAB}|{ANSI})"

_WHOLE = re.compile(rf"(?<![\w.])(?:{NUMBER}){END}")
_GOES_ON = re.compile(r"[.\w]")
_AROUND = 40


def whole_number(text: str, start: int, end: int) -> str | None:
    """The number that `text[start:end]` is a piece of; None where it is a whole one, or not a number's piece.

    The piece of a number written `8.3e-05` is `8.3` for `([0-9.]+)`, and `3` for `.*([0-9]+)`.
    """
    if not _GOES_ON.match(text, end) and (start == 0 or text[start - 1] not in "+-.0123456789"):
        return None
    begin = max(0, start - _AROUND)
    for match in _WHOLE.finditer(text, begin, end + _AROUND):
        if match.start() <= start and end <= match.end():
            return None if match.span() == (start, end) else match[0]
    return None
