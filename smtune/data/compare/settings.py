"""How two sets are read and tested."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CompareSettings:
    """How two sets are read and tested; as it is, by what their files look like."""

    header: bool | None = None
    """Whether CSV files begin with the names of the columns; None: see for yourself."""
    format: str | None = None
    """`csv`, `jsonl`, `libsvm` or `parquet`; None: as the names of the files say."""
    limit: int = 32 << 20
    """Read at most about so many bytes of each set; 0: all. On S3 no more than these are fetched."""
    alpha: float = 0.05
    """The chance (0 to 1) of any false alarm, at most: over all columns and classifiers, by Holm's correction."""
    seed: int = 0
    """Decides about samples and the classifier's halves."""
    without: tuple[str, ...] = ()
    """Columns that are not compared: they differ by how the sets were made."""
