"""Two sets: do their columns look as if they were drawn from one pool? Two-sample tests, column by column.

Numbers: Kolmogorov and Smirnov's test; its distance is the effect. Classes: the chi-square test of homogeneity, with
the total variation distance as the effect. Holm's correction over all columns and pairs of sets keeps the chance of
any false alarm below 5 %; an alarm needs an effect of at least 0.1 as well, for in large sets every difference is
significant. Dependence between columns does no harm to Holm's correction. Rows of one group, or of one time, are alike:
then the tests see differences where there are none, and their findings are notes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from smtune.data.check.model import DataFinding, Sheet, plural
from smtune.errors import shown

Floats = npt.NDArray[np.float64]
_ALPHA = 0.05
_LEAST_EFFECT = 0.1
_LEAST_ROWS = 20
_LEAST_SAMPLE = 2_000
_MOST_CELLS = 600_000
_FEW = 10
"""A column of numbers with at most so many different values is one of classes."""
_MOST_CLASSES = 50
_LEAST_EXPECTED = 5
_SHOWN = 8
_SIZES = ((0.4, "very"), (0.2, "clearly"), (_LEAST_EFFECT, "somewhat"))


@dataclass(frozen=True)
class _Test:
    known: str
    held: str
    column: str
    p: float
    effect: float
    words: str
    is_label: bool


def check_shift(sheets: Sequence[Sheet], *, alike: str = "") -> Iterator[DataFinding]:
    """What differs between the first set and each of the others. `alike` says why rows are not independent, if so."""
    first, *others = sheets
    tests = [test for held in others for test in _tests(first, held)]
    for test, adjusted in zip(tests, holm([test.p for test in tests]), strict=True):
        if adjusted < _ALPHA and test.effect >= _LEAST_EFFECT:
            yield _finding(test, adjusted, alike)
    for held in others:
        yield from _new_values(first, held)


def holm(values: Sequence[float]) -> list[float]:
    """P-values corrected for their number, after Holm (1979)."""
    order = np.argsort(values, kind="stable")
    adjusted, highest = [1.0] * len(values), 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (len(values) - rank) * values[index]))
        adjusted[int(index)] = highest
    return adjusted


def _tests(known: Sheet, held: Sheet) -> Iterator[_Test]:
    shared = [column for column in known.columns if column in held.columns]
    rows = max(_LEAST_SAMPLE, _MOST_CELLS // max(1, len(shared)))
    for column in shared:
        if column in known.keys or column in held.keys:
            continue
        ours, theirs = (sheet.sample[column].iloc[:: _step(sheet, rows)].str.strip() for sheet in (known, held))
        if min(len(ours), len(theirs)) >= _LEAST_ROWS:
            found = _compare(ours, theirs)
            if found is not None:
                p, effect, words = found
                yield _Test(known.name, held.name, column, p, effect, words, column == known.label)


def _step(sheet: Sheet, rows: int) -> int:
    """Every so many rows of a sample are enough, where it is wide."""
    return -(-len(sheet.sample) // rows) or 1


def _compare(ours: pd.Series, theirs: pd.Series) -> tuple[float, float, str] | None:
    """p, effect and the difference in words; None where there is nothing to compare."""
    both = pd.concat([ours, theirs])
    classes = both.nunique()
    if classes < 2:
        return None
    numbers = pd.to_numeric(both, errors="coerce").replace([math.inf, -math.inf], math.nan)
    missing = numbers.isna()
    is_numeric = (missing == (both.str.lower().isin(["", "nan"]))).all()
    if is_numeric and classes > _FEW:
        return _compare_numbers(numbers.iloc[: len(ours)], numbers.iloc[len(ours) :])
    return _compare_classes(ours, theirs) if classes <= _MOST_CLASSES else None


def _compare_numbers(ours: pd.Series, theirs: pd.Series) -> tuple[float, float, str] | None:
    from scipy import stats

    known, held = ours.dropna().to_numpy(), theirs.dropna().to_numpy()
    empty = _compare_missing(ours, theirs)
    if min(len(known), len(held)) < _LEAST_ROWS:
        return empty
    found = stats.ks_2samp(known, held, method="asymp")
    words = f"median {np.median(held):.4g} against {np.median(known):.4g}"
    ks = (float(found.pvalue), float(found.statistic), words)
    if empty is None:
        return ks
    # Two looks at one column: the stronger one, at twice its p.
    p, effect, words = min(ks, empty, key=lambda each: each[0])
    return min(1.0, 2 * p), effect, words


def _compare_missing(ours: pd.Series, theirs: pd.Series) -> tuple[float, float, str] | None:
    known, held = ours.isna(), theirs.isna()
    if not (known.any() or held.any()) or (known.all() and held.all()):
        return None
    p, effect = _homogeneity(np.array([[known.sum(), (~known).sum()], [held.sum(), (~held).sum()]], float))
    return p, effect, f"{100 * held.mean():.2g} % missing against {100 * known.mean():.2g} %"


def _compare_classes(ours: pd.Series, theirs: pd.Series) -> tuple[float, float, str]:
    counts = pd.DataFrame({"ours": ours.value_counts(), "theirs": theirs.value_counts()}).fillna(0).sort_index()
    table = counts.to_numpy(float).T
    p, effect = _homogeneity(table)
    shares = table / table.sum(axis=1, keepdims=True)
    widest = int(np.abs(shares[1] - shares[0]).argmax())
    name = shown(str(counts.index[widest]))
    return p, effect, f"{100 * shares[1, widest]:.3g} % of the rows have {name} against {100 * shares[0, widest]:.3g} %"


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


def _finding(test: _Test, p: float, alike: str) -> DataFinding:
    size = next(word for least, word in _SIZES if test.effect >= least)
    what = "the label is " if test.is_label else ""
    because = f" ({alike})" if alike else ""
    return DataFinding(
        check="label-shift" if test.is_label else "shift",
        severity="note" if alike else "warning",
        channel=f"{test.known}, {test.held}",
        place=f"{test.held}, {test.column}",
        message=f"{what}{size} different from {test.known}: {test.words} "
        f"(distance {test.effect:.2f}, p {_shown_p(p)}){because}",
        fix="draw both from one pool, the one the model is for; or expect a worse score there"
        if not alike
        else "expect a worse score there; it is the price of an honest measurement",
    )


def _shown_p(p: float) -> str:
    return f"{p:.1g}" if p > 1e-99 else "below 1e-99"


def _new_values(known: Sheet, held: Sheet) -> Iterator[DataFinding]:
    """Classes of the label, and values of text columns, that only the second set has."""
    if known.label is not None and known.label == held.label and len(known.labels) <= _MOST_CLASSES:
        new = [value for value in held.labels if value not in known.labels]
        if new and known.is_whole:
            rows = sum(held.labels[value].count for value in new)
            yield _new(known, held, known.label, new, rows, held.place(held.labels[new[0]].first))
    for column in known.features:
        if column not in held.features or not _is_text(known.sample[column]) or not known.is_whole:
            continue
        values = set(known.sample[column])
        if len(known.rows) != len(known.sample) or len(values) > _MOST_CLASSES:
            continue
        strange = held.sample[column][~held.sample[column].isin(values)]
        if len(strange):
            yield _new(known, held, column, list(dict.fromkeys(strange)), len(strange), f"{held.name}, {column}")


def _new(known: Sheet, held: Sheet, column: str, values: Sequence[str], rows: int, place: str) -> DataFinding:
    few = ", ".join(map(shown, values[:_SHOWN])) + (", ..." if len(values) > _SHOWN else "")
    what = "class of the label" if column == known.label else f"value of {column}"
    several = "classes of the label" if column == known.label else f"values of {column}"
    return DataFinding(
        check="new-values",
        severity="warning",
        channel=f"{known.name}, {held.name}",
        place=place,
        message=f"{len(values)} {what if len(values) == 1 else several} in {held.name} that {known.name} never has: "
        f"{few}, in {plural(rows, 'row')}",
        fix="a model cannot know them: stratify the split, or gather rows of them",
        count=len(values),
    )


def _is_text(column: pd.Series) -> bool:
    return bool(pd.to_numeric(column.str.strip(), errors="coerce").isna().all()) and column.nunique() > 1
