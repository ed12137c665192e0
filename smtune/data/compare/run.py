"""Two sets of rows, wherever they are -> whether they were drawn from one pool."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from smtune.data.compare.model import DataComparison
from smtune.data.compare.settings import CompareSettings

if TYPE_CHECKING:
    import boto3
    import pandas as pd

    Source = str | Path | pd.DataFrame


def compare_data(
    a: Source,
    b: Source,
    *,
    label: str | None = None,
    group: str | None = None,
    settings: CompareSettings = CompareSettings(),  # noqa: B008  frozen
    session: boto3.Session | None = None,
) -> DataComparison:
    """Compare two sets of rows: files, folders of files, DataFrames, or s3:// URIs of an object or a prefix.

    `label` and `group` name columns, or number them from 0; of each group one row is taken, for rows of a group are
    alike. What is on S3 is fetched with `session`, no more of each set than `settings.limit` bytes.

    Raises UsageError where there is nothing to compare: no rows, no such column, no column in both; ServiceError and
    ConfigurationError where S3 does not give what is named.
    """
    from smtune.data.compare.judge import judge
    from smtune.data.compare.pair import pair_of
    from smtune.data.compare.read import Reader

    reader = Reader(settings, session)
    ours, told = reader.read(a, "A")
    theirs, told_b = (ours, ()) if _is_same(a, b) else reader.read(b, "B")
    pair = pair_of(ours, theirs, label, group, settings.seed)
    return judge(pair, (*told, *told_b, *pair.notes), alpha=settings.alpha, seed=settings.seed)


def _is_same(a: Source, b: Source) -> bool:
    """Whether both are one place, which is fetched and read once."""
    return isinstance(a, str | Path) and isinstance(b, str | Path) and str(a) == str(b)
