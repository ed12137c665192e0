"""Rows, one by one -> a Sheet: hashes of all of them, the cells of a random sample of a fixed size."""

from __future__ import annotations

import random
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from smtune.data.check.model import Seen, Sheet

SAMPLE = 20_000
_SEED = 7


@dataclass
class SheetBuilder:
    """Takes rows; `build` makes the sheet of them."""

    name: str
    files: tuple[str, ...]
    columns: tuple[str, ...]
    label: int | None = None
    """The index of the label's column."""
    keys: tuple[int, ...] = ()
    """The indexes of the columns whose every value is kept: group and time."""
    size: int = SAMPLE
    _rows: array[int] = field(default_factory=lambda: array("q"))
    _inputs: array[int] = field(default_factory=lambda: array("q"))
    _file_of: array[int] = field(default_factory=lambda: array("q"))
    _line_of: array[int] = field(default_factory=lambda: array("q"))
    _kept: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    _labels: dict[str, list[int]] = field(default_factory=dict)
    _key_values: list[list[str]] = field(default_factory=list)
    _random: random.Random = field(default_factory=lambda: random.Random(_SEED))  # noqa: S311  a sample, no secret

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, cells: Sequence[str], file: int, line: int) -> None:
        """One row, as wide as there are columns."""
        row = tuple(cells)
        position = len(self._rows)
        self._rows.append(hash(row))
        self._file_of.append(file)
        self._line_of.append(line)
        if self.label is None:
            self._inputs.append(self._rows[-1])
        else:
            self._inputs.append(hash((row[: self.label], row[self.label + 1 :])))
            seen = self._labels.setdefault(row[self.label].strip(), [0, position])
            seen[0] += 1
        if self.keys:
            self._key_values.append([row[key] for key in self.keys])
        self._sample(position, row)

    def _sample(self, position: int, row: tuple[str, ...]) -> None:
        """Every row has the same chance, however many are to come."""
        if len(self._kept) < self.size:
            self._kept.append((position, row))
            return
        place = int(self._random.random() * (position + 1))
        if place < self.size:
            self._kept[place] = (position, row)

    def build(self, *, is_whole: bool) -> Sheet:
        """The sheet of all rows that were added."""
        self._kept.sort()
        values = zip(*self._key_values, strict=True) if self._key_values else [()] * len(self.keys)
        return Sheet(
            name=self.name,
            columns=self.columns,
            label=None if self.label is None else self.columns[self.label],
            rows=np.array(self._rows, np.int64),
            inputs=np.array(self._inputs, np.int64),
            files=self.files,
            file_of=np.array(self._file_of, np.int64),
            line_of=np.array(self._line_of, np.int64),
            sample=pd.DataFrame([row for _, row in self._kept], columns=list(self.columns), dtype=str),
            sample_rows=np.array([position for position, _ in self._kept], np.int64),
            labels={name: Seen(*seen) for name, seen in self._labels.items()},
            keys={self.columns[key]: tuple(each) for key, each in zip(self.keys, values, strict=True)},
            is_whole=is_whole,
        )
