"""A column of times -> values that sort as its texts mean."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from smtune.data.complaint import complaint
from smtune.errors import shown


def read_times(times: pd.Series, path: str) -> pd.Series:
    """Numbers, or moments in UTC, that sort as the texts of `times` mean; raises SpecError for one that is neither."""
    for read in (_whole_numbers, _numbers, _moments):
        found = read(times)
        if not found.isna().any():
            return found
    numbers, moments = _numbers(times), _moments(times)
    lacking = (moments if moments.notna().sum() >= numbers.notna().sum() else numbers).isna()
    row = int(np.flatnonzero(lacking.to_numpy())[0])
    message = f"row {row + 1} of {shown(times.name)} is {shown(str(times.iloc[row]))}: neither a number nor a date"
    raise complaint(path, message, "give every row a number, or a date as in 2024-05-31 or 2024-05-31T12:00:00Z")


def _whole_numbers(times: pd.Series) -> pd.Series:
    # As floats, nanoseconds since 1970 would lose their last digits.
    if not times.str.fullmatch(r"\s*[+-]?(?:\d{1,18}|[1-8]\d{18})\s*").all():
        return pd.Series([None])
    return times.astype("int64")


def _numbers(times: pd.Series) -> pd.Series:
    return pd.to_numeric(times, errors="coerce").astype("float64").replace([math.inf, -math.inf], math.nan)


def _moments(times: pd.Series) -> pd.Series:
    return pd.to_datetime(times, format="ISO8601", utc=True, errors="coerce")
