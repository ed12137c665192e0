"""Writes docs/rules.md from the rules themselves: `python docs/generate_rules.py`. A test compares the two."""

from __future__ import annotations

import re
from pathlib import Path

from smtune.rules import DESCRIBED, OFFLINE_UNKNOWABLE, About

TARGET = Path(__file__).with_name("rules.md")
_HEAD = """\
# The rules

<!-- Generated: python docs/generate_rules.py -->

What `smtune validate` checks, beside a spec's <a id="form"></a>form: the service's rules for a tuning job, those of
the built-in algorithms' containers, and a few traps. An *error* is what the service refuses, or what cannot work; a
*warning* works, but seldom as meant. `R1` to `R50` are the service's; a suffix, as in `R16-quota`, marks a part of a
rule. *API model* is AWS's own description of the API as botocore brings it: it grows with boto3.

No file can tell everything: [what only the service knows](#what-only-the-service-knows) is listed at the end.

## What is checked

| rule | severity | what | what to do | source |
|---|---|---|---|---|
"""
_TAIL = """
## What only the service knows

| rule | why no file can tell |
|---|---|
"""


def generate() -> str:
    """The text of rules.md."""
    rows = [f"| {_anchored(rule.id)} | {rule.severity} | {_cells(rule)} |" for rule in sorted(DESCRIBED, key=_order)]
    rest = [f"| {_anchored(id)} | {_plain(reason)} |" for id, reason in OFFLINE_UNKNOWABLE.items()]
    return _HEAD + "\n".join(rows) + "\n" + _TAIL + "\n".join(rest) + "\n"


def _order(rule: About) -> tuple[int, str]:
    number = re.match(r"R(\d+)", rule.id)
    return (int(number[1]) if number else 1000, rule.id)


def _anchored(id: str) -> str:
    return f'<a id="{id.lower()}"></a>`{id}`'


def _cells(rule: About) -> str:
    return " | ".join(_plain(text) for text in (rule.title, rule.fix, rule.source))


def _plain(text: str) -> str:
    """A text that Markdown shows as it is."""
    return re.sub(r"([|*_<>\[\]\\])", r"\\\1", text)


if __name__ == "__main__":
    TARGET.write_text(generate(), encoding="utf-8")
