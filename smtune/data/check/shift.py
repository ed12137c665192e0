"""Two sets: do their columns look as if they were drawn from one pool? Two-sample tests, column by column.

Holm's correction over all columns and pairs of sets keeps the chance of any false alarm below 5 %; an alarm needs an
effect of at least 0.1 as well, for in large sets every difference is significant. Dependence between columns does no
harm to Holm's correction. Rows of one group, or of one time, are alike: then the tests see differences where there are
none, and their findings are notes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from smtune.data.check.model import DataFinding, Sheet, plural
from smtune.data.check.two_samples import LEAST_ROWS, MOST_CLASSES, Difference, compare, holm
from smtune.errors import listed, shown

_ALPHA = 0.05
_LEAST_EFFECT = 0.1
_LEAST_SAMPLE = 2_000
_MOST_CELLS = 600_000
_SHOWN = 8
_SIZES = ((0.4, "very"), (0.2, "clearly"), (_LEAST_EFFECT, "somewhat"))


@dataclass(frozen=True)
class _Test:
    known: str
    held: str
    column: str
    is_label: bool
    found: Difference


def check_shift(sheets: Sequence[Sheet], *, alike: str = "") -> Iterator[DataFinding]:
    """What differs between the first set and each of the others. `alike` says why rows are not independent, if so."""
    first, *others = sheets
    tests = [test for held in others for test in _tests(first, held)]
    for test, adjusted in zip(tests, holm([test.found.p for test in tests]), strict=True):
        if adjusted < _ALPHA and test.found.effect >= _LEAST_EFFECT:
            yield _finding(test, adjusted, alike)
    for held in others:
        yield from _new_values(first, held)


def _tests(known: Sheet, held: Sheet) -> Iterator[_Test]:
    shared = [column for column in known.columns if column in held.columns]
    rows = max(_LEAST_SAMPLE, _MOST_CELLS // max(1, len(shared)))
    for column in shared:
        if column in known.keys or column in held.keys:
            continue
        ours, theirs = (sheet.sample[column].iloc[:: _step(sheet, rows)].str.strip() for sheet in (known, held))
        if min(len(ours), len(theirs)) >= LEAST_ROWS:
            found = compare(ours, theirs)
            if found is not None:
                yield _Test(known.name, held.name, column, column == known.label, found)


def _step(sheet: Sheet, rows: int) -> int:
    """Every so many rows of a sample are enough, where it is wide."""
    return -(-len(sheet.sample) // rows) or 1


def _finding(test: _Test, p: float, alike: str) -> DataFinding:
    size = next(word for least, word in _SIZES if test.found.effect >= least)
    what = "the label is " if test.is_label else ""
    because = f" ({alike})" if alike else ""
    return DataFinding(
        check="label-shift" if test.is_label else "shift",
        severity="note" if alike else "warning",
        channel=f"{test.known}, {test.held}",
        place=f"{test.held}, {test.column}",
        message=f"{what}{size} different from {test.known}: {test.found.words} "
        f"(distance {test.found.effect:.2f}, p {_shown_p(p)}){because}",
        fix="draw both from one pool, the one the model is for; or expect a worse score there"
        if not alike
        else "expect a worse score there; it is the price of an honest measurement",
    )


def _shown_p(p: float) -> str:
    return f"{p:.1g}" if p > 1e-99 else "below 1e-99"


def _new_values(known: Sheet, held: Sheet) -> Iterator[DataFinding]:
    """Classes of the label, and values of text columns, that only the second set has."""
    if known.label is not None and known.label == held.label and len(known.labels) <= MOST_CLASSES:
        new = [value for value in held.labels if value not in known.labels]
        if new and known.is_whole:
            rows = sum(held.labels[value].count for value in new)
            yield _new(known, held, known.label, new, rows, held.place(held.labels[new[0]].first))
    for column in known.features:
        if column not in held.features or not _is_text(known.sample[column]) or not known.is_whole:
            continue
        values = set(known.sample[column])
        if len(known.rows) != len(known.sample) or len(values) > MOST_CLASSES:
            continue
        strange = held.sample[column][~held.sample[column].isin(values)]
        if len(strange):
            yield _new(known, held, column, list(dict.fromkeys(strange)), len(strange), f"{held.name}, {column}")


def _new(known: Sheet, held: Sheet, column: str, values: Sequence[str], rows: int, place: str) -> DataFinding:
    few = listed(map(shown, values), _SHOWN)
    what = "class of the label" if column == known.label else f"value of {column}"
    several = "classes of the label" if column == known.label else f"values of {column}"
    return DataFinding(
        check="new-values",
        severity="warning",
        channel=f"{known.name}, {held.name}",
        place=place,
        message=f"{len(values)} {what if len(values) == 1 else several} in {held.name} that {known.name} never has: "
        f"{few}, in {plural(rows, 'row')}",
        fix="a model cannot know them: stratify the split, or gather rows of them",
        count=len(values),
    )


def _is_text(column: pd.Series) -> bool:
    return bool(pd.to_numeric(column.str.strip(), errors="coerce").isna().all()) and column.nunique() > 1
