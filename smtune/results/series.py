"""The points of one metric of one training job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Source = Literal["cloudwatch", "logs"]
Floats = npt.NDArray[np.float64]
Key = tuple[str, str]
"""Training job, metric."""


@dataclass(frozen=True, eq=False)
class Series:
    """Points in the order of time."""

    source: Source
    times: Floats
    """Seconds since the epoch; from CloudWatch each the beginning of its period."""
    values: Floats

    @classmethod
    def of(cls, source: Source, times: Sequence[float], values: Sequence[float]) -> Series:
        """From points in any order; what has the same time keeps its order."""
        when, what = np.array(times, dtype=np.float64), np.array(values, dtype=np.float64)
        if len(when) > 1 and np.any(when[1:] < when[:-1]):
            order = np.argsort(when, kind="stable")
            when, what = when[order], what[order]
        return cls(source, when, what)

    def __len__(self) -> int:
        return len(self.times)


AllSeries = Mapping[Key, Series]
