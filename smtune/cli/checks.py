"""Checks as text for people: a line each, and below it the command that mends it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.text import Text

from smtune.cli.table import console
from smtune.cli.text import remark
from smtune.preflight import Check

_MARKS = {"ok": ("ok", "green"), "warning": ("!", "yellow"), "failed": ("x", "red"), "unknown": ("?", "cyan")}
_WORDS = {"failed": "failed", "warning": "to look at", "unknown": "not checked"}


def print_checks(checks: Sequence[Check]) -> None:
    """The checks on stdout, coloured on a terminal only; how many are not ok on stderr."""
    out = console(sys.stdout)
    width = max((len(check.name) for check in checks), default=0)
    for check in checks:
        mark, style = _MARKS[check.state]
        line = Text.assemble((f"{mark:<2}", style), f"  {check.name:<{width}}  {_line(check.detail)}")
        # Never folded: a command in two lines cannot be copied.
        out.print(line, soft_wrap=True)
        if check.fix:
            out.print(Text(f"    fix: {_line(check.fix)}"), soft_wrap=True)
    counts = {words: sum(check.state == state for check in checks) for state, words in _WORDS.items()}
    said = ", ".join(f"{count} {words}" for words, count in counts.items() if count)
    remark(f"{len(checks)} {'check' if len(checks) == 1 else 'checks'}: {said or 'all ok'}")


def _line(text: str) -> str:
    """One line that no terminal obeys: names and messages come from elsewhere."""
    plain = " ".join(text.split())
    return plain if plain.isprintable() else "".join(each if each.isprintable() else "?" for each in plain)
