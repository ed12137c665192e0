"""Numbers with names in a line of a log, whatever wrote it.

Known forms: `loss=0.5`, `loss: 0.5`, `Validation loss = 0.5`, `| loss 0.5 | acc 0.9`, JSON and Python dicts
(`{'loss': 0.5}`, nested ones too), XGBoost, LightGBM, CatBoost, Keras, Lightning. Bounded: a name is looked for
in the 100 characters before its number, the JSON object around it in 4,000.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from smtune.metric_lab.number import ANSI, BLANK, END, NUMBER
from smtune.metrics import TAB

_WINDOW = 100
_SIGN_WINDOW = 30
_SEGMENT = 400
_OBJECT_WINDOW = 4_000
_PHRASE_WORDS = 4
_BEFORE = 12
_LEVEL = re.compile("DEBUG|INFO|NOTE|NOTICE|WARN|WARNING|ERROR|CRITICAL|TRACE|debug|info|warning")

_ASSIGNED = re.compile(rf"(?P<sep>=>|[:=]){BLANK}*[\"']?(?P<number>{NUMBER}){END}")
_SIGN_AT_END = re.compile(rf"(?P<sep>=>|[:=]){BLANK}*[\"']?$")
_BARE_NUMBER = re.compile(rf"(?P<number>{NUMBER}){END}%?")
_BLANKS_AT_END = re.compile(rf"{BLANK}*$")
_QUOTED = re.compile(r"([\"'])([^\"'\s][^\"']{0,79})\1$")
_TOKEN = r"[^\W\d][\w.@/:'%+*^-]*"  # noqa: S105  a pattern
_WORD = re.compile(_TOKEN)
_LAST_WORD = re.compile(rf"{_TOKEN}$")
_LOGGER = re.compile(r"(?:DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL):[\w.]*:")
_BORDER = re.compile(rf"[,;|│┃()\[\]{{}}<>\r\"]|{TAB}|{ANSI}|\s--?\s|:\s")
_KEY = re.compile(r"([\"'])([^\"']{1,80})\1\s*:\s*$")


@dataclass(frozen=True, slots=True)
class Sighting:
    """One number with a name, at `text[start:end]` of its line."""

    name: str
    """What the line calls it: `val_loss`, `Validation loss`, `validation.loss` for a JSON object within one."""
    word: str
    """The last word of it: `loss` for `Validation loss`; in JSON the whole of it."""
    written: str
    """The name as it is written, with its quotes."""
    before: str
    """Up to 12 characters before the name; empty at the line's start."""
    gap: str
    """What is between the name and the number, as `: `."""
    start: int
    end: int
    value: float
    parent: str = ""
    """The key of the JSON object around it, as written."""


def sightings(text: str) -> list[Sighting]:
    """Every number with a name in `text` (a line as the log shows it), from left to right."""
    found = {item.start: item for item in _bare(text)}
    found |= {item.start: item for item in _assigned(text)}
    return [found[start] for start in sorted(found)]


@lru_cache(maxsize=8)
def _sightings(text: str) -> list[Sighting]:
    return sightings(text)


def name_at(text: str, start: int, end: int) -> tuple[str, str]:
    """The name, and the last word of it, of a number around `text[start:end]`; both empty where it has none."""
    begin = max(0, start - _SIGN_WINDOW)
    sign = _SIGN_AT_END.search(text[begin:start])
    if sign:
        named = _name_before(text, begin + sign.start(), sign["sep"])
        if named:
            return named.name, named.word
    seen = next((item for item in _sightings(text) if item.start < end and start < item.end), None)
    return (seen.name, seen.word) if seen else ("", "")


@dataclass(frozen=True, slots=True)
class _Named:
    start: int
    end: int
    name: str
    word: str
    parent: str


def _assigned(text: str) -> Iterator[Sighting]:
    for match in _ASSIGNED.finditer(text):
        named = _name_before(text, match.start(), match["sep"])
        if named:
            yield _sighting(text, match, named)


def _name_before(text: str, sign: int, separator: str) -> _Named | None:
    """The name before the sign (`=`, `:`) at this place."""
    left = max(0, sign - _WINDOW)
    blanks = _BLANKS_AT_END.search(text[left:sign])
    end = sign - (len(blanks[0]) if blanks else 0)
    window = text[left:end]
    quoted = _QUOTED.search(window)
    if quoted:
        key, path = _enclosing(text, left + quoted.start())
        name = ".".join([*path, quoted[2]])
        return _Named(left + quoted.start(), end, name, name, key)
    start = _name_start(window, phrase=separator == ":" or end < sign)
    if start is None:
        return None
    return _Named(left + start, end, window[start:], window[start:].split()[-1], "")


def _name_start(window: str, *, phrase: bool) -> int | None:
    """Where the name at the end of `window` begins; None where there is none."""
    begin = 0
    for border in _BORDER.finditer(window):
        begin = border.end()
    segment = window[begin:]
    last = _LAST_WORD.search(segment)
    if last is None:
        return None
    logger = _LOGGER.match(last[0])
    start = begin + last.start() + (logger.end() if logger else 0)
    if not phrase or logger:
        return start if start < len(window) else None
    return begin + _phrase_start(segment, last.start())


def _phrase_start(segment: str, last: int) -> int:
    """Where the phrase that ends with the last word begins: `Validation loss` is one name, a sentence is not."""
    words = [match for match in re.finditer(r"\S+", segment) if match.start() <= last]
    start, taken = last, 1
    for word in reversed(words[:-1]):
        if not _WORD.fullmatch(word[0]) or _LEVEL.fullmatch(word[0]) or _BARE_NUMBER.fullmatch(word[0]):
            return start
        if taken == _PHRASE_WORDS:
            return last
        start, taken = word.start(), taken + 1
    return start


def _bare(text: str) -> Iterator[Sighting]:
    """`loss 0.5` where a segment of the line is made of such pairs and nothing else."""
    begin = 0
    for border in [*_BORDER.finditer(text), None]:
        end = border.start() if border else len(text)
        if end - begin <= _SEGMENT:
            yield from _pairs(text, begin, end)
        if border:
            begin = border.end()


def _pairs(text: str, begin: int, end: int) -> list[Sighting]:
    found, words = [], list[re.Match[str]]()
    for word in re.compile(r"\S+").finditer(text, begin, end):
        number = _BARE_NUMBER.fullmatch(text, word.start(), word.end())
        if not number:
            words.append(word)
            continue
        while words and _LEVEL.fullmatch(words[0][0]):
            words.pop(0)
        if not 1 <= len(words) <= _PHRASE_WORDS or not all(_WORD.fullmatch(item[0]) for item in words):
            return []
        start, last = words[0].start(), words[-1].end()
        found.append(_sighting(text, number, _Named(start, last, text[start:last], words[-1][0], "")))
        words = []
    return [] if words else found


def _sighting(text: str, match: re.Match[str], named: _Named) -> Sighting:
    start, end = match.span("number")
    return Sighting(
        name=named.name,
        word=named.word,
        written=text[named.start : named.end],
        before=text[max(0, named.start - _BEFORE) : named.start],
        gap=text[named.end : start],
        start=start,
        end=end,
        value=float(match["number"]),
        parent=named.parent,
    )


def _enclosing(text: str, start: int) -> tuple[str, list[str]]:
    """The keys of the JSON objects around `start`: the nearest as written, and all of them from the outside."""
    nearest, path, depth = "", list[str](), 0
    begin = max(0, start - _OBJECT_WINDOW)
    for place in range(start - 1, begin - 1, -1):
        if text[place] == "}":
            depth += 1
        elif text[place] == "{" and depth:
            depth -= 1
        elif text[place] == "{":
            key = _KEY.search(text, max(begin, place - _WINDOW), place)
            if key is None:
                break
            nearest = nearest or key[0]
            path.insert(0, key[2])
    return nearest, path
