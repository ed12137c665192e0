"""Were two samples drawn from one pool? Tests, with the size of the difference and what it is in words.

Numbers: Kolmogorov and Smirnov's test; its distance is the effect. Classes: the chi-square test of homogeneity, with
the total variation distance as the effect.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from smtune.errors import shown

Floats = npt.NDArray[np.float64]
LEAST_ROWS = 20
"""In fewer rows nothing can be seen."""
MOST_CLASSES = 50
_FEW = 10
"""A column of numbers with at most so many different values is one of classes."""
_LEAST_EXPECTED = 5


@dataclass(frozen=True)
class Difference:
    """What a test found."""

    p: float
    effect: float
    """0 to 1."""
    words: str
    kind: str
    """What was compared: `numbers`, `classes`, or in a column of numbers the `missing` values."""
    ours: float
    theirs: float
    """The median of the numbers; the share of rows with the class that differs most, or with no value: 0 to 1."""


def compare(ours: pd.Series, theirs: pd.Series) -> Difference | None:
    """The difference of `theirs` (text) from `ours`; None where there is nothing to compare."""
    both = pd.concat([ours, theirs])
    classes = both.nunique()
    if classes < 2:
        return None
    numbers = pd.to_numeric(both, errors="coerce").replace([math.inf, -math.inf], math.nan)
    missing = numbers.isna()
    is_numeric = (missing == (both.str.lower().isin(["", "nan"]))).all()
    if is_numeric and classes > _FEW:
        return compare_numbers(numbers.iloc[: len(ours)], numbers.iloc[len(ours) :])
    return compare_classes(ours, theirs) if classes <= MOST_CLASSES else None


def compare_numbers(ours: pd.Series, theirs: pd.Series) -> Difference | None:
    """The difference of numbers, NaN where one is missing."""
    from scipy import stats

    known, held = ours.dropna().to_numpy(), theirs.dropna().to_numpy()
    empty = _compare_missing(ours, theirs)
    if min(len(known), len(held)) < LEAST_ROWS:
        return empty
    found = stats.ks_2samp(known, held, method="asymp")
    words, middle = _middles(known, held, float(found.statistic))
    ks = Difference(float(found.pvalue), float(found.statistic), words, "numbers", *middle)
    if empty is None:
        return ks
    # Two looks at one column: the stronger one, at twice its p.
    stronger = min(ks, empty, key=lambda each: each.p)
    return replace(stronger, p=min(1.0, 2 * stronger.p))


def _middles(known: Floats, held: Floats, distance: float) -> tuple[str, tuple[float, float]]:
    """What differs, in words, and both medians. Where these are alike the difference is in the spread."""
    quarters = [np.quantile(each, (0.25, 0.5, 0.75)) for each in (known, held)]
    medians = float(quarters[0][1]), float(quarters[1][1])
    pool = np.sort(np.concatenate([known, held]))
    apart = abs(np.diff(np.searchsorted(pool, medians)))[0] / len(pool)
    if apart >= distance / 4:
        return f"median {medians[1]:.4g} against {medians[0]:.4g}", medians
    ours, theirs = (f"{low:.4g} to {high:.4g}" for low, _, high in quarters)
    return f"middle half {theirs} against {ours}", medians


def _compare_missing(ours: pd.Series, theirs: pd.Series) -> Difference | None:
    known, held = ours.isna(), theirs.isna()
    if not (known.any() or held.any()) or (known.all() and held.all()):
        return None
    p, effect = _homogeneity(np.array([[known.sum(), (~known).sum()], [held.sum(), (~held).sum()]], float))
    shares = float(known.mean()), float(held.mean())
    words = f"{100 * shares[1]:.2g} % missing against {100 * shares[0]:.2g} %"
    return Difference(p, effect, words, "missing", *shares)


def compare_classes(ours: pd.Series, theirs: pd.Series) -> Difference:
    """The difference of texts that repeat."""
    counts = pd.DataFrame({"ours": ours.value_counts(), "theirs": theirs.value_counts()}).fillna(0).sort_index()
    table = counts.to_numpy(float).T
    p, effect = _homogeneity(table)
    shares = table / table.sum(axis=1, keepdims=True)
    widest = int(np.abs(shares[1] - shares[0]).argmax())
    name = shown(str(counts.index[widest]))
    words = f"{100 * shares[1, widest]:.3g} % of the rows have {name} against {100 * shares[0, widest]:.3g} %"
    return Difference(p, effect, words, "classes", float(shares[0, widest]), float(shares[1, widest]))


def _homogeneity(counts: Floats) -> tuple[float, float]:
    """p of the chi-square test, and the total variation distance."""
    from scipy import stats

    table = _pooled(counts)
    shares = table / table.sum(axis=1, keepdims=True)
    effect = float(np.abs(shares[1] - shares[0]).sum() / 2)
    if table.shape[1] < 2:
        return 1.0, effect
    return float(stats.chi2_contingency(table, correction=table.shape == (2, 2)).pvalue), effect


def _pooled(table: Floats) -> Floats:
    """Rare classes as one, because the test is no good where fewer than five rows are expected."""
    expected = table.sum(axis=0) * table.sum(axis=1).min() / table.sum()
    rare = expected < _LEAST_EXPECTED
    if rare.sum() < 2:
        return table
    return np.column_stack([table[:, ~rare], table[:, rare].sum(axis=1)])


def holm(values: Sequence[float], weights: Sequence[float] | None = None) -> list[float]:
    """P-values corrected for their number, after Holm (1979); one of a larger weight is corrected less."""
    weights = [1.0] * len(values) if weights is None else weights
    order = sorted(range(len(values)), key=lambda index: values[index] / weights[index])
    adjusted, highest, left = [1.0] * len(values), 0.0, float(sum(weights))
    for index in order:
        highest = max(highest, min(1.0, left * values[index] / weights[index]))
        adjusted[index] = highest
        left -= weights[index]
    return adjusted
