"""Traps in a metric's regular expression. Python's engine stands in for the service's, which is not documented."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence

from smtune.errors import shown

SAMPLE = "8.3e-05"
"""A small number as Python prints it."""
_JAVA = re.compile(
    r"\\Q(?P<quoted>.*?)(?:\\E|$)|\\k<(?P<name>\w+)>|\\[pP](?:\{\w+(?:=\w+)?\}|\w)|\\x\{\w+\}|\\c.|\\."
    r"|\(\?<(?:[=!]|(?=[A-Za-z]))|\(\?[dimsuxU]*-?[dimsuxU]+\)",
    re.DOTALL,
)
"""What Java's syntax has and Python's has not, or not everywhere; and every other escape, so that none is split."""
_ESCAPES = {"p": "\\w", "P": "\\W", "z": "\\Z", "h": "\\s", "H": "\\S", "R": "\\n", "V": "\\S", "G": "", "e": " "}
_LAZY = re.compile(r"(?:[*+?]|\{\d*,?\d*\})\?")
_ESCAPED = re.compile(r"\\([^\w\s])")
_META = re.compile(r"[\\.^$*+?()\[\]{}|]")


def compiled(regex: str) -> re.Pattern[str] | str:
    """The pattern, or why `regex` is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return re.compile(regex)
    except (re.error, OverflowError, RecursionError) as error:
        return str(error)


def as_python(regex: str) -> str:
    """The regex with what Java's engine knows and Python's does not replaced by something of the same shape: good to
    tell whether it is whole and how many groups it has, not to search with."""
    return _JAVA.sub(_replaced, regex)


def _replaced(match: re.Match[str]) -> str:
    text = match[0]
    if match["quoted"] is not None:
        return re.escape(match["quoted"])
    if match["name"]:
        return f"(?P={match['name']})"
    if text.startswith("\\"):
        return _ESCAPES.get(text[1], text) if text[:2] != "\\c" and text[:3] != "\\x{" else " "
    return "(?P<" if text == "(?<" else "(?:" if text[-1] != ")" else "(?:)"


def lazy_end(regex: str) -> str | None:
    """`F1=(.*?)`: a lazy group at the very end takes as little as it may."""
    _, inside, after = split(regex)
    lazy = list(_LAZY.finditer(inside))
    if after or not lazy or lazy[-1].end() != len(inside):
        return None
    return f"a lazy group at the end captures {'one character' if lazy[-1][0][0] == '+' else 'nothing'}"


def cut_number(regex: str) -> str | None:
    """`([0-9.]+)`: a group that stops before the exponent of a small number."""
    _, inside, _ = split(regex)
    pattern = compiled(inside)
    if isinstance(pattern, str) or _LAZY.search(inside):
        return None
    match = pattern.match(SAMPLE)
    if not match or not match[0] or match[0] == SAMPLE:
        return None
    return f"{shown(f'({inside})')[1:-1]} reads {SAMPLE} as {match[0]}"


def overlap(regex: str, all_regexes: Sequence[str]) -> str | None:
    """`loss: (\\S+)` beside `val_loss: (\\S+)`: the first finds the second's number too."""
    longer = _longer(regex, all_regexes)
    return f"it also reads the number after {shown(longer)}" if longer else None


def mended(regex: str, all_regexes: Sequence[str]) -> str:
    """The regex without these traps; where words can only be told apart in the script, as it is."""
    before, inside, after = split(regex)
    if lazy_end(regex):
        inside = "\\S+"
    elif cut_number(regex):
        inside = "\\S+" if not after or after.startswith((" ", "\\s")) else "[-+.0-9eE]+"
    longer, words = _longer(regex, all_regexes), _literal(before)
    if longer:
        last = longer[-len(words) - 1]
        is_word = (last.isalnum() or last == "_") and re.match(r"\w", words)
        before = f"\\b{before}" if is_word else before if last.isspace() else f"(?:^|\\s){before}"
    return f"{before}({inside}){after}" if inside else regex


def _longer(regex: str, all_regexes: Sequence[str]) -> str:
    """The words before another metric's number that end with those before this one's."""
    words = _literal(split(regex)[0])
    others = (_literal(split(other)[0]) for other in all_regexes)
    return next((other for other in others if words and len(other) > len(words) and other.endswith(words)), "")


def split(regex: str) -> tuple[str, str, str]:
    """What stands before, within and after the first capturing group of a regex that has one."""
    start, depth, position, in_class = -1, 0, 0, False
    while position < len(regex):
        character = regex[position]
        if character == "\\":
            position += 1
        elif in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
            position += regex.startswith(("]", "^]"), position + 1) + regex.startswith("^]", position + 1)
        elif character == "(":
            if start < 0 and (not regex.startswith("(?", position) or _is_named(regex, position)):
                start, depth = position, 0
            depth += 1
        elif character == ")":
            depth -= 1
            if start >= 0 and depth == 0:
                inside = re.sub(r"^\?P<\w+>", "", regex[start + 1 : position])
                return regex[:start], inside, regex[position + 1 :]
        position += 1
    return regex, "", ""


def _is_named(regex: str, position: int) -> bool:
    return regex.startswith("(?P<", position)


def _literal(part: str) -> str:
    """The text that this part of a regex stands for, or nothing where it stands for many."""
    plain = _ESCAPED.sub("", part)
    return _ESCAPED.sub(r"\1", part) if not _META.search(plain) else ""
