"""A regex for a series, proven: it reads the series' numbers from the log, all of them, in order, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from smtune.metric_lab.log import Line
from smtune.metric_lab.number import ANSI, LOOSE, STRICT
from smtune.metric_lab.series import Reading, Series, same
from smtune.metrics import TAB, as_number, compile_search

MAX_REGEX = 500
"""The service takes no longer one."""
_SPECIAL = re.compile(r"([.^$*+?{}\[\]\\|()])")
_ENDS_IN_COLOUR = re.compile(rf"{ANSI}$")
_CONTEXT = re.compile(r"(?:[^\W\d]+\s|.{0,2})$", re.DOTALL)
_MAX_CONTEXTS = 6


def prove(series: Series, lines: Sequence[Line]) -> str | None:
    """The simplest regex that passes; None when none does."""
    return next((regex for regex in _candidates(series) if _is_proven(regex, series, lines)), None)


def literal(text: str) -> str:
    """A regex for this text; only what has a meaning in a regex is escaped."""
    return _SPECIAL.sub(r"\\\1", text)


def _candidates(series: Series) -> Iterator[str]:
    body = literal(series.example.written) + _gap(series.gaps)
    for group in (LOOSE, STRICT):
        for lead in _leads(series):
            # `^.*` takes the last value of a line: of a progress bar, that is the latest.
            yield f"{'^.*' if series.repeats else ''}{lead}{body}{group}"


def _gap(gaps: set[str]) -> str:
    """What stands between name and number."""
    sign = next((sign for sign in ("=>", "=", ":") if all(sign in gap for gap in gaps)), None)
    if sign is None:
        return _blanks(gaps, least="+")
    parts = [gap.partition(sign) for gap in gaps]
    quotes = {after[-1:] if after[-1:] in ("'", '"') else "" for _, _, after in parts}
    quote = next(iter(quotes)) if len(quotes) == 1 else "[\"']?"
    return f"{_blanks({before for before, _, _ in parts})}{sign}{_blanks({after for _, _, after in parts})}{quote}"


def _blanks(texts: set[str], least: str = "*") -> str:
    kinds = []
    if any(re.search(r"\s", text) for text in texts):
        kinds.append(r"\s")
    if any(TAB in text for text in texts):
        kinds.append(TAB)
    if any(re.search(ANSI, text) for text in texts):
        kinds.append(ANSI)
    if not kinds:
        return ""
    return f"{kinds[0] if kinds == [chr(92) + 's'] else '(?:' + '|'.join(kinds) + ')'}{least}"


def _leads(series: Series) -> Iterator[str]:
    """What has to stand before the name, so that `loss` is not found in `val_loss`."""
    seen = series.example
    if seen.parent:
        yield rf"{literal(seen.parent)}\{{[^{{}}]*"
        return
    if seen.written[0] in "\"'":
        yield ""
    yield _starts(series.befores)
    contexts = sorted({match[0] for before in series.befores if (match := _CONTEXT.search(before))})
    if len(contexts) <= _MAX_CONTEXTS:
        yield _any_of([literal(context) or "^" for context in contexts])


def _starts(befores: set[str]) -> str:
    if all(before.endswith(TAB) for before in befores):
        return TAB
    starts, characters = ["^"], ""
    for before in sorted(befores):
        if before.endswith(TAB):
            starts.append(TAB)
        elif _ENDS_IN_COLOUR.search(before):
            starts.append(ANSI)
        elif before and not before[-1].isspace():
            characters += re.sub(r"([\]\[\\^-])", r"\\\1", before[-1])
    return _any_of([*dict.fromkeys(starts), rf"[\s{''.join(dict.fromkeys(characters))}]" if characters else r"\s"])


def _any_of(starts: Sequence[str]) -> str:
    return starts[0] if len(starts) == 1 else f"(?:{'|'.join(starts)})"


def _is_proven(regex: str, series: Series, lines: Sequence[Line]) -> bool:
    if len(regex) > MAX_REGEX:
        return False
    search, needle, found = compile_search(regex), series.example.written, list[Reading]()
    for index, line in enumerate(lines):
        match = search(line.text) if needle in line.text else None
        if match is None:
            continue
        value = as_number(match[1])
        if value is None:
            return False
        found.append(Reading(index, value))
    return same(found, series.last_a_line)
