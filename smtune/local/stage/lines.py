"""A metric's value as a line of a log that its regex reads."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from smtune.metrics import Scraper

# What regexes of metrics are made of, besides letters, and a text that fits.
_PARTS = (
    (r"\\\[\\d\+\\\]|\\\[\[0-9\]\+\\\]", "[1]"),
    (r"\\[sS]\*\??|\.\*\??|\\d\*", ""),
    (r"\\s\+?|\[ \\t\]\+?", " "),
    (r"\\d\+?|\[0-9\]\+?", "1"),
    (r"\\[bAZ]|[\^$]|\(\?:|\)\??|[*+?]", ""),
    (r"\\(.)", r"\1"),
)


def line_of(values: Mapping[str, float], definitions: Sequence[Mapping[str, str]]) -> list[str]:
    """A line each for some metrics: such as its regex reads the value from, as far as that is found easily."""
    regexes = {item["Name"]: item["Regex"] for item in definitions}
    return [_line(name, value, regexes.get(name, "")) for name, value in values.items()]


def _line(name: str, value: float, regex: str) -> str:
    number = repr(value)
    plain = f"{name}={number}"
    if not regex:
        return plain
    scraper = Scraper([{"Name": name, "Regex": regex}])
    before, _, after = regex.partition("(")
    guess = f"{_literal(before)}{number}{_literal(after.partition(')')[2])}".replace("#011", "\t")
    for line in (plain, f"{name}: {number}", guess, f"{name} {number};", f"{name}={number};"):
        if [item.value for item in scraper.read(line, 0.0)] == [value]:
            return line
    return plain


def _literal(regex: str) -> str:
    for pattern, text in _PARTS:
        regex = re.sub(pattern, text, regex)
    return regex
