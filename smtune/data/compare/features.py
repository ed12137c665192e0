"""Columns -> the numbers that a classifier reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from smtune.data.compare.kinds import Column, common_values

Floats = npt.NDArray[np.float64]
_ALIKE = 0.95


@dataclass(frozen=True)
class Features:
    """Rows of A, then rows of B."""

    matrix: Floats
    """NaN where a value is missing."""
    owner: tuple[int, ...]
    """For each of its columns the index of the column it was made of."""
    is_class: tuple[bool, ...]
    columns: tuple[str, ...]
    rows: tuple[int, int]

    @property
    def is_b(self) -> npt.NDArray[np.int64]:
        """1 for the rows of B."""
        return np.repeat([0, 1], self.rows)

    def bundles(self) -> list[list[int]]:
        """The columns' indexes; those that go together are in one list, for shuffled one by one they would hide."""
        first = [self.owner.index(index) for index in range(len(self.columns))]
        ranks = pd.DataFrame(self.matrix[:, first]).rank().fillna(0).to_numpy()
        with np.errstate(invalid="ignore", divide="ignore"):
            alike = np.abs(np.atleast_2d(np.corrcoef(ranks, rowvar=False))) >= _ALIKE
        bundles, taken = list[list[int]](), set[int]()
        for index in range(len(self.columns)):
            if index not in taken:
                others = [int(other) for other in np.flatnonzero(alike[index]).tolist() if other > index]
                bundles.append([index, *(other for other in others if other not in taken)])
                taken.update(bundles[-1])
        return bundles


def features_of(columns: Sequence[Column]) -> Features:
    """Numbers and times as they are, classes as codes, texts as their frequent values and their length."""
    parts, owner, is_class = list[Floats](), list[int](), list[bool]()
    for index, column in enumerate(columns):
        made = _numbers_of(column)
        parts += [part for part, _ in made]
        is_class += [flag for _, flag in made]
        owner += [index] * len(made)
    rows = len(columns[0].a), len(columns[0].b)
    names = tuple(column.name for column in columns)
    return Features(np.column_stack(parts), tuple(owner), tuple(is_class), names, rows)


def _numbers_of(column: Column) -> list[tuple[Floats, bool]]:
    if column.values is not None:
        return [(column.values.to_numpy(np.float64), False)]
    if column.kind == "classes":
        return [(_codes(column.both), True)]
    lengths: Floats = np.array(column.both.str.len(), np.float64)
    return [(_codes(common_values(column)), True), (lengths, False)]


def _codes(texts: pd.Series) -> Floats:
    codes = pd.factorize(texts.where(texts != ""), sort=True)[0].astype(np.float64)
    return np.where(codes < 0, np.nan, codes)
