"""A spec's YAML with remarks: those about the whole at the top, each other one above the line of its key."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping

from smtune.errors import SpecError, dotted, legible
from smtune.spec.document import Path
from smtune.spec.yaml import parse_yaml

_WIDTH = 118
_LONGEST = 2_000


def annotate(text: str, remarks: Mapping[Path, str], header: Iterable[str] = ()) -> str:
    """`text` with comments; it says the same data as before.

    A remark about a key that `text` does not have stands above the nearest key around it, or at the top.
    """
    top = [line for sentence in header for line in _comment(sentence, 0)]
    places = parse_yaml(text, source="").places
    lines = text.splitlines(keepends=True)
    above: dict[int, list[str]] = {}
    for path, remark in remarks.items():
        line = _line(path, places)
        if line is None:
            top += _comment(_named(path, remark), 0)
        else:
            indent = len(lines[line - 1]) - len(lines[line - 1].lstrip(" "))
            above.setdefault(line, []).extend(_comment(_named(path, remark), indent))
    body = "".join("".join(above.get(number, ())) + line for number, line in enumerate(lines, start=1))
    if not _same(text, body):
        # A comment cannot stand in the middle of a text that goes on over lines.
        return (
            "".join([*top, *(line for path, remark in remarks.items() for line in _comment(_named(path, remark), 0))])
            + text
        )
    return "".join(top) + body


def _line(path: Path, places: Mapping[Path, tuple[int, int]]) -> int | None:
    while path and path not in places:
        path = path[:-1]
    return places[path][0] if path else None


def _named(path: Path, remark: str) -> str:
    name = str(path[-1]) if path[:1] == ("algorithms",) else dotted(path)
    if "hyperparameters" in path[:-1]:  # by its own name, whatever of it the remark is about
        name = str(path[path.index("hyperparameters") + 1])
    return f"{name}: {remark}"


def _comment(sentence: str, indent: int) -> Iterator[str]:
    start = " " * indent + "# "
    plain = legible(" ".join(sentence.split()), _LONGEST)
    for number, line in enumerate(textwrap.wrap(plain, _WIDTH - len(start), break_on_hyphens=False) or [""]):
        yield f"{start}{'  ' if number else ''}{line}\n"


def _same(text: str, commented: str) -> bool:
    try:
        return bool(parse_yaml(commented, source="").data == parse_yaml(text, source="").data)
    except SpecError:
        return False
