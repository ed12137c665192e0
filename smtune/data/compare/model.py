"""What a comparison of two sets of rows finds: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Verdict = Literal["differs", "no difference found", "too few rows"]
Where = Literal["features", "label", "features and label", "relation"]


@dataclass(frozen=True)
class Side:
    """One of the two sets, as far as it was looked at."""

    name: str
    rows: int
    """Rows that were read."""
    used: int
    """Rows that were compared: a random sample of them where there are many, one of each group where they have some."""
    is_whole: bool
    """Whether the rows that were read are all rows."""


@dataclass(frozen=True)
class ColumnDifference:
    """What the test of one column found; `a` and `b` are the two sets."""

    column: str
    is_label: bool
    kind: str
    """`numbers`, `classes`, `times` or `text`; `missing` where it is the missing values that differ most."""
    p: float
    """Corrected for the number of tests."""
    effect: float
    """0 (alike) to 1: of numbers the largest distance of the cumulative shares, of classes the share that moved."""
    words: str
    """B against A."""
    a: float
    b: float
    """Medians (of times in seconds since 1970), or the shares of rows of the class that differs most, 0 to 1."""
    missing_a: float
    missing_b: float
    """Shares of rows without a value, 0 to 1."""
    new_values: tuple[str, ...] = ()
    """Classes that only B has, the most frequent first."""
    new_rows: int = 0
    """How many rows of B have them."""
    looks_like: str = ""
    """`id`, `time` or `group`, where its values suggest that it is no property of what a row describes."""
    differs: bool = False


@dataclass(frozen=True)
class Reliance:
    """A column by which a classifier tells A from B."""

    column: str
    drop: float
    """By how much the AUC falls when the column's values are shuffled among the rows."""
    copies: tuple[str, ...] = ()
    """Columns that go with it (rank correlation of 0.95 or more) and were shuffled with it."""


@dataclass(frozen=True)
class Separation:
    """How well a classifier tells rows of A from rows of B that it has not seen."""

    of: Literal["features", "features and label"]
    auc: float
    """0.5: not at all. 1: perfectly."""
    p: float
    """Corrected for the number of tests."""
    detectable: float
    """The AUC that would have been found in 80 % of such samples."""
    rows: tuple[int, int]
    """How many of each set it was given."""
    relies_on: tuple[Reliance, ...] = ()
    left_out: tuple[str, ...] = ()
    """Columns that tell A from B by themselves, and would hide all others."""
    differs: bool = False


@dataclass(frozen=True)
class DataComparison:
    """Whether two sets of rows were drawn from one pool."""

    verdict: Verdict
    where: Where | None
    """What differs; `relation`: features and label each look alike, but not how they belong together."""
    a: Side
    b: Side
    columns: tuple[ColumnDifference, ...]
    """Of every column that was tested, the most different first."""
    separations: tuple[Separation, ...]
    only_in_a: tuple[str, ...]
    only_in_b: tuple[str, ...]
    detectable: float
    """The distance in one column that would have been found in 80 % of such samples."""
    alpha: float
    """How likely any false alarm is, at most."""
    notes: tuple[str, ...]

    @property
    def differing(self) -> tuple[ColumnDifference, ...]:
        """The columns that differ, the most different first."""
        return tuple(column for column in self.columns if column.differs)

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        from smtune.data.compare.text import sentence

        return sentence(self)

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON; the keys stay as they are from version to version."""
        return {"schema_version": 1, "sentence": self.sentence, **_plain(asdict(self))}


def _plain(value: Any) -> Any:
    """Without tuples, and None for what is no number."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return None if value != value else value
