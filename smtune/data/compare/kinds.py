"""A column of both sets as text -> what it holds, and the test that fits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from smtune.data.check.model import MISSING
from smtune.data.check.two_samples import MOST_CLASSES, Difference, compare_classes, compare_numbers

_FEW = 10
"""A column of numbers with at most so many different values is one of classes."""
_LARGEST = 1e308
OTHER = "(other values)"


@dataclass(frozen=True)
class Column:
    """The values of one column in A and in B."""

    name: str
    kind: Literal["numbers", "classes", "times", "text"]
    a: pd.Series
    b: pd.Series
    """Texts; empty where a value is missing."""
    values: pd.Series | None = None
    """Of numbers and times (seconds since 1970): those of A, then those of B; NaN where one is missing."""

    @property
    def both(self) -> pd.Series:
        """The texts of A, then those of B."""
        return pd.concat([self.a, self.b], ignore_index=True)


def column_of(name: str, a: pd.Series, b: pd.Series) -> Column:
    """Look at both sets at once, so that neither decides how the other is taken."""
    a, b = _tidy(a), _tidy(b)
    both = pd.concat([a, b], ignore_index=True)
    known = both[both != ""]
    classes = known.nunique()
    numbers = pd.to_numeric(known, errors="coerce")
    if not numbers.isna().any() and classes > _FEW:
        # Only the order counts, and an infinite value is the last one.
        values = numbers.astype("float64").clip(-_LARGEST, _LARGEST).reindex(both.index)
        return Column(name, "numbers", a, b, values)
    if classes <= MOST_CLASSES:
        return Column(name, "classes", a, b)
    moments = pd.to_datetime(known, format="ISO8601", utc=True, errors="coerce")
    if not moments.isna().any():
        seconds = (moments - pd.Timestamp(0, tz="UTC")).dt.total_seconds().reindex(both.index)
        return Column(name, "times", a, b, seconds)
    return Column(name, "text", a, b)


def _tidy(cells: pd.Series) -> pd.Series:
    texts = cells.astype(str).str.strip()
    return texts.mask(texts.str.lower().isin(MISSING), "")


def test_of(column: Column) -> Difference | None:
    """What the column's test finds; None where there is nothing to compare."""
    if column.both.nunique() < 2:
        return None
    if column.kind == "classes":
        return compare_classes(column.a, column.b)
    if column.values is None:
        return _compare_texts(column)
    rows = len(column.a)
    found = compare_numbers(column.values.iloc[:rows], column.values.iloc[rows:])
    if found is None or column.kind == "numbers" or found.kind == "missing":
        return found
    ours, theirs = (f"{pd.Timestamp(each, unit='s'):%Y-%m-%d %H:%M}" for each in (found.ours, found.theirs))
    return replace(found, kind="times", words=f"median {theirs} against {ours}")


def _compare_texts(column: Column) -> Difference | None:
    """Two looks at texts: the frequent ones as classes, and how long they are; the stronger one, at twice its p."""
    frequent, lengths = common_values(column), column.both.str.len().astype("float64")
    rows, looks = len(column.a), list[Difference]()
    if frequent.nunique() > 1:
        looks.append(compare_classes(frequent.iloc[:rows], frequent.iloc[rows:]))
    if lengths.nunique() > 1:
        by_length = compare_numbers(lengths.iloc[:rows], lengths.iloc[rows:])
        if by_length is not None:
            looks.append(replace(by_length, words=f"length: {by_length.words}"))
    if not looks:
        return None
    stronger = min(looks, key=lambda look: look.p)
    return replace(stronger, kind="text", p=min(1.0, len(looks) * stronger.p))


def common_values(column: Column) -> pd.Series:
    """The texts of A and B with all but the most frequent as one; those that stand once only are never frequent."""
    counts = column.both.value_counts()
    kept = counts[counts > 1].index[: MOST_CLASSES - 1]
    return column.both.where(column.both.isin(kept), OTHER)


def looks_like(column: Column) -> str:
    """`time`, `id` or `group`, where the values suggest it; else nothing.

    An id: texts or whole numbers of which nearly every row has its own. A group: values that repeat within a set, and
    of which next to none is in both.
    """
    if column.kind == "times":
        return "time"
    if column.kind == "classes" or not _are_names(column):
        return ""
    ours, theirs = column.a[column.a != ""], column.b[column.b != ""]
    rows, shared = len(ours) + len(theirs), len(set(ours) & set(theirs))
    fewest = min(ours.nunique(), theirs.nunique())
    if ours.nunique() + theirs.nunique() >= 0.95 * rows:
        return "id"
    return "group" if fewest >= _FEW and shared <= fewest / 20 and rows >= 2 * (len(set(ours) | set(theirs))) else ""


def _are_names(column: Column) -> bool:
    """Texts without much in them, or whole numbers."""
    if column.values is None:
        return bool(column.both.str.count(" ").mean() < 2)
    known = column.values.dropna().to_numpy()
    return bool((known == np.floor(known)).all())
