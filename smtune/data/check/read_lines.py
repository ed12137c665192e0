"""Files that are no CSV, a row a line -> a Sheet: LIBSVM, JSON lines, texts, lists of pictures."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from smtune.data.check.blocks import Excerpt
from smtune.data.check.builder import SheetBuilder
from smtune.data.check.expect import Kind
from smtune.data.check.model import Sheet
from smtune.data.check.names import Keys
from smtune.data.check.tally import Fault, Tally
from smtune.errors import shown

_WIDEST = 1000
_START = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d+)?)?)?")
_LABEL = "__label__"


class NotSoError(ValueError):
    """A line is not what the algorithm reads; says why."""


_Cells = Sequence[tuple[str, str]]
_FIXES: Mapping[Kind, str] = {
    "libsvm": "write `label index:value ...`; or, if the file is CSV, give the channel content_type: text/csv",
    "series": 'write a series a line, as in {"start": "2024-01-01 00:00:00", "target": [4.0, 10.0]}',
    "pairs": 'write a pair a line, as in {"label": 0, "in0": [6, 17], "in1": [16, 21]}',
    "labelled": "write a text a line with its label first, as in `__label__spam win money now`",
    "sentences": "write a sentence a line, its words separated by spaces",
    "lst": "write `index<TAB>label<TAB>path/to/picture.jpg` a line",
    "addresses": "write `entity,192.168.1.2` a line: an entity and an IPv4 address",
    "jsonl": "write a JSON object a line",
}


def read_lines(name: str, part: Excerpt, kind: Kind, keys: Keys, tally: Tally) -> Sheet | None:
    """The rows of a set; None where there is none. Lines that the algorithm could not read go to `tally`."""
    wrong = Fault(f"not-{kind}", "error", "{count} {detail}", _FIXES[kind], noun="line")
    encoding = Fault("encoding", "error", "{count} not in UTF-8", "write the file as UTF-8", noun="line")
    read = _READERS[kind]
    files = tuple(dict.fromkeys(block.file for block in part.blocks))
    rows = list[tuple[_Cells, int, int]]()
    for block in part.blocks:
        for line, raw in enumerate(block.lines(), block.line):
            place = f"{block.file}:{line}"
            try:
                text = raw.decode("utf-8-sig" if line == 1 else "utf-8").strip("\r\n")
                if text.strip():
                    rows.append((read(text), files.index(block.file), line))
            except UnicodeDecodeError:
                tally.add(encoding, place)
            except NotSoError as error:
                tally.add(wrong, place, str(error))
    return _sheet(name, tuple(map(str, files)), rows, keys, part.is_whole) if rows else None


def _sheet(
    name: str, files: tuple[str, ...], rows: Sequence[tuple[_Cells, int, int]], keys: Keys, is_whole: bool
) -> Sheet:
    """Rows with cells of their own -> a table with all their columns; what a row lacks is empty."""
    columns = tuple(dict.fromkeys(column for cells, _, _ in rows for column, _ in cells))[:_WIDEST]
    named = keys.indexes(columns)
    label = columns.index("label") if "label" in columns and "label" not in named else named.get("label")
    kept = tuple(index for key, index in named.items() if key != "label")
    builder = SheetBuilder(name, files, columns, label, kept)
    for cells, file, line in rows:
        row = dict(cells)
        builder.add([row.get(column, "") for column in columns], file, line)
    return builder.build(is_whole=is_whole)


# One line of each kind -> its cells, or NotSoError


def _libsvm(text: str) -> _Cells:
    tokens = text.partition("#")[0].split()
    try:
        cells = [("label", str(float(tokens[0].partition(":")[0])))]
        for token in tokens[1:]:
            index, _, value = token.partition(":")
            if index != "qid" and int(index) < 0:
                raise ValueError
            cells.append((f"feature {index}", f"{float(value):g}"))
    except (ValueError, IndexError):
        raise NotSoError(f"of another form than LIBSVM: {shown(text)}") from None
    return cells


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise NotSoError(f"of something else than JSON: {shown(text)}") from None
    if not isinstance(found, dict):
        raise NotSoError(f"of JSON without an object: {shown(text)}")
    return found


def _flat(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in found.items():
        yield name, "" if value is None else value if isinstance(value, str) else json.dumps(value)


def _record(text: str) -> _Cells:
    return list(_flat(_object(text)))


def _series(text: str) -> _Cells:
    found = _object(text)
    start, target = found.get("start"), found.get("target")
    if not isinstance(start, str) or not _START.fullmatch(start):
        raise NotSoError(f'with a "start" that is no time: {shown(start)}')
    if not isinstance(target, list) or not all(_is_step(value) for value in target):
        raise NotSoError(f'with a "target" that is no list of numbers: {shown(target)}')
    categories = found.get("cat")
    categories = [categories] if isinstance(categories, int) else categories
    if categories is not None and not (isinstance(categories, list) and all(isinstance(c, int) for c in categories)):
        raise NotSoError(f'with a "cat" that is no list of whole numbers: {shown(categories)}')
    for feature in found.get("dynamic_feat") or ():
        if not isinstance(feature, list) or len(feature) != len(target):
            raise NotSoError('with a "dynamic_feat" that is not as long as its target')
    return [("start", start), ("target", json.dumps(target)), ("cat", json.dumps(categories))]


def _is_step(value: object) -> bool:
    return value in (None, "NaN") or (isinstance(value, int | float) and not isinstance(value, bool))


def _pair(text: str) -> _Cells:
    found = _object(text)
    for side in ("in0", "in1"):
        tokens = found.get(side)
        if not isinstance(tokens, list) or not all(isinstance(token, int) for token in tokens):
            raise NotSoError(f'with an "{side}" that is no list of whole numbers')
    if not isinstance(found.get("label"), int | float):
        raise NotSoError('without a number as its "label"')
    return list(_flat(found))


def _labelled(text: str) -> _Cells:
    words = text.split()
    labels = [word for word in words if word.startswith(_LABEL)]
    if not words[0].startswith(_LABEL):
        raise NotSoError(f"without {_LABEL} at its beginning: {shown(text)}")
    if len(labels) == len(words):
        raise NotSoError(f"with a label and no text: {shown(text)}")
    return [("label", " ".join(labels)), ("text", " ".join(words[len(labels) :]))]


def _sentence(text: str) -> _Cells:
    return [("text", text)]


def _picture(text: str) -> _Cells:
    fields = text.split("\t")
    try:
        if len(fields) < 3:
            raise ValueError
        labels = [str(float(label)) for label in fields[1:-1]]
        int(fields[0])
    except ValueError:
        raise NotSoError(f"of another form than index, label and path, with tabs: {shown(text)}") from None
    return [("label", " ".join(labels)), ("path", fields[-1])]


def _address(text: str) -> _Cells:
    entity, comma, address = text.rpartition(",")
    try:
        ipaddress.IPv4Address(address.strip())
    except ValueError:
        raise NotSoError(f"without an IPv4 address at the end: {shown(text)}") from None
    if not comma or "," in entity:
        raise NotSoError(f"of another form than two columns: {shown(text)}")
    return [("entity", entity.strip()), ("address", address.strip())]


_READERS: Mapping[Kind, Callable[[str], _Cells]] = {
    "libsvm": _libsvm,
    "jsonl": _record,
    "series": _series,
    "pairs": _pair,
    "labelled": _labelled,
    "sentences": _sentence,
    "lst": _picture,
    "addresses": _address,
}
LINE_KINDS = frozenset(_READERS)
