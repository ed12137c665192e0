"""A metric's regex over the lines of a log: what `re.search` finds, but never for long.

Python's `re` keeps every thread of its process waiting while it searches, and there are regexes that it never comes to
an end with: `(a+)+b` on a line of thirty `a`. The library `regex` reads the same language, finds most of these at once,
gives up in time with the others, and lets the other threads work if it takes long.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Any

SECONDS = 0.5
"""Processor time that a regex may take for a line."""
_ALONE_SECONDS = 0.05
"""How much of it while every other thread waits. To let them work costs more than most searches take."""
# What the two libraries read differently: a class within a class, and braces that are no count (`{e<=1}`: about so).
_TOKEN = re.compile(
    r"\\N\{[^}]*\}|\\.|\[(?P<members>\^?\]?(?:\\.|[^\]\\])*)\]|(?P<count>\{(?:\d+(?:,\d*)?|,\d*)\})|\{", re.DOTALL
)
_ANY, _COUNT = "\0", "\1"
_GROUP = re.compile(r"\([^()]*\)")
_PERHAPS = re.compile(r"[^\0][*?\1]")
_SPECIAL = re.compile(r"[\0\1.^$*+?()]+")


@dataclass(frozen=True)
class LineSearch:
    """A regex that is ready to search."""

    regex: str
    _pattern: Any
    _words: str
    """What every line has in it that it matches: most lines have not, and are done with."""

    def first_group(self, text: str) -> str | None:
        """The first group of the first match; None: there is none. Raises TimeoutError."""
        if not self._pattern.groups or self._words not in text:
            return None
        is_once = begins_with_anything(self.regex) and "\n" not in text
        find = self._pattern.match if is_once else self._pattern.search
        try:
            match = find(text, timeout=_ALONE_SECONDS)
        except TimeoutError:
            match = find(text, timeout=SECONDS, concurrent=True)
        return None if match is None else match[1]


@functools.lru_cache(maxsize=512)
def line_search(regex: str) -> LineSearch:
    """Compile a regex; raises re.error."""
    import regex as library  # 15 ms

    compile_python(regex)  # one language and one set of error messages, whatever the other library reads besides
    try:
        pattern = library.compile(_TOKEN.sub(_as_both_read, regex))
    except library.error as error:
        raise re.error(str(error)) from None
    return LineSearch(regex, pattern, _words(regex))


def compile_python(regex: str) -> re.Pattern[str]:
    """`re.compile`, whose only error is re.error."""
    try:
        return re.compile(regex)
    except (RecursionError, OverflowError) as error:
        raise re.error(str(error)) from None


def begins_with_anything(regex: str) -> bool:
    """Whether it begins with `.*`, so that it matches from a line's start or nowhere."""
    return regex.startswith(".*") and regex[2:3] not in {"?", "*", "+", "{"} and "|" not in regex


def _as_both_read(token: re.Match[str]) -> str:
    if token["members"] is not None:
        members = re.sub(r"(\\.)|\[", lambda found: found[1] or r"\[", token["members"], flags=re.DOTALL)
        return f"[{members}]"
    return r"\{" if token[0] == "{" else token[0]


def _words(regex: str) -> str:
    """The longest text that stands in every match, as far as it is easily told; empty where it is not."""
    if "|" in regex or "(?" in regex or _ANY in regex or _COUNT in regex:
        return ""
    plain, before = _TOKEN.sub(_plain, regex), ""
    while plain != before:
        plain, before = _GROUP.sub(_ANY, plain), plain
    return max(_SPECIAL.split(_PERHAPS.sub(_ANY, plain)), key=len)


def _plain(token: re.Match[str]) -> str:
    return "{" if token[0] == "{" else _COUNT if token["count"] else _ANY
