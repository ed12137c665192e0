"""The files of a channel in LIBSVM's format: `label[:weight] [qid:n] index:value ... # remark`."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy import sparse

from smtune.local.programs.failures import UserError
from smtune.local.programs.tables import Table


@dataclass(frozen=True)
class _SparseRows:
    """Rows being read from LIBSVM: growing columns, the features as in a CSR matrix."""

    labels: array[float] = field(default_factory=lambda: array("f"))
    weights: array[float] = field(default_factory=lambda: array("f"))
    groups: array[int] = field(default_factory=lambda: array("q"))
    values: array[float] = field(default_factory=lambda: array("f"))
    columns: array[int] = field(default_factory=lambda: array("q"))
    ends: array[int] = field(default_factory=lambda: array("q", [0]))

    def add(self, line: str) -> None:
        """One line, `label[:weight] [qid:n] index:value ... # remark`; raises ValueError or OverflowError else."""
        tokens = line.partition("#")[0].split()
        if not tokens:
            return
        label, _, weight = tokens[0].partition(":")
        self.labels.append(float(label))
        self.weights.append(float(weight or 1))
        grouped = len(self.groups)
        for token in tokens[1:]:
            name, _, value = token.partition(":")
            if name == "qid" and len(self.groups) == grouped:
                self.groups.append(int(value))
            else:
                self.columns.append(_index(name))
                self.values.append(float(value))
        self.ends.append(len(self.values))

    def table(self) -> Table | None:
        """What was read, as wide as the highest index asks; None without rows."""
        if not self.labels:
            return None
        width = max(self.columns, default=0) + 1
        data = (np.array(self.values), np.array(self.columns), np.array(self.ends))
        weights = np.array(self.weights)
        return Table(
            sparse.csr_matrix(data, shape=(len(self.labels), width)),
            np.array(self.labels),
            weights if (weights != 1).any() else None,
            np.array(self.groups) if self.groups else None,
        )


def _index(text: str) -> int:
    index = int(text)
    if index < 0:
        message = f"{index} is not the index of a column"
        raise ValueError(message)
    return index


def read_libsvm(files: Sequence[Path]) -> Table | None:
    """All rows of all files; None without any. Raises UserError, with file and line."""
    rows = _SparseRows()
    for file in files:
        with file.open(encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    rows.add(line)
                except (ValueError, OverflowError):
                    raise _not_libsvm(file, number, line) from None
    if rows.groups and len(rows.groups) != len(rows.labels):
        message = f"{files[0].parent.name}: some rows have a qid and some have none"
        raise UserError(message)
    return rows.table()


def _not_libsvm(file: Path, number: int, line: str) -> UserError:
    return UserError(
        f"{file.name} line {number}: '{line.strip()[:50]}' is not LIBSVM (label index:value ...): "
        "if the file is CSV, give the channel the content type text/csv"
    )
