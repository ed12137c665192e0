"""Where in the search space a cause is at home: the one split of one tuned hyperparameter that parts it best.

Fisher's exact test, one-sided, says how likely such a split is by chance; it is multiplied by the number of splits
that were looked at (Bonferroni), since the best of many looks good anyway. Weak evidence gives no answer.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from smtune.triage.model import Region

ALPHA = 0.01
_LEAST_SHARE = 0.7
"""Of the region's training jobs that fail, and of the failures that lie in the region."""

Values = Mapping[str, str]


@dataclass(frozen=True)
class _Split:
    name: str
    comparison: str
    value: str
    failed_inside: int
    good_inside: int
    nearest_good: str | None = None


def find_region(failed: Sequence[Values], good: Sequence[Values], kinds: Mapping[str, str]) -> Region | None:
    """The split that parts the `failed` from the `good`, or None where the evidence is weak.

    `kinds`: each tuned hyperparameter's kind: `integer`, `continuous` or `categorical`.
    """
    if not failed or not good:
        return None
    splits = [split for name, kind in kinds.items() for split in _splits(name, kind, failed, good)]
    if not splits:
        return None
    best = max(splits, key=lambda split: split.failed_inside / len(failed) - split.good_inside / len(good))
    inside = best.failed_inside + best.good_inside
    shares = (best.failed_inside / inside, best.failed_inside / len(failed))
    chance = min(1.0, _chance(best, len(failed), len(good)) * len(splits))
    if chance > ALPHA or min(shares) < _LEAST_SHARE:
        return None
    return Region(
        hyperparameter=best.name,
        comparison=best.comparison,
        value=best.value,
        failed_inside=best.failed_inside,
        all_inside=inside,
        failed_outside=len(failed) - best.failed_inside,
        all_outside=len(failed) + len(good) - inside,
        chance=chance,
        nearest_good=best.nearest_good,
    )


def _splits(name: str, kind: str, failed: Sequence[Values], good: Sequence[Values]) -> Iterator[_Split]:
    bad_texts = [values[name] for values in failed if name in values]
    good_texts = [values[name] for values in good if name in values]
    if kind == "categorical":
        for value in sorted(set(bad_texts)):
            yield _Split(name, "is", value, bad_texts.count(value), good_texts.count(value))
        return
    yield from _numeric_splits(name, kind, sorted(map(float, bad_texts)), sorted(map(float, good_texts)))


def _numeric_splits(name: str, kind: str, failed: list[float], good: list[float]) -> Iterator[_Split]:
    """Each boundary between two values that occur, in both directions."""
    values = sorted({*failed, *good})
    for low, high in itertools.pairwise(values):
        bad_below, good_below = bisect_left(failed, high), bisect_left(good, high)
        up_failed, up_good = len(failed) - bad_below, len(good) - good_below
        below = good[good_below - 1] if good_below else None
        above = good[good_below] if good_below < len(good) else None
        yield _Split(name, ">=", _boundary(low, high, kind, up=True), up_failed, up_good, _text(below, kind))
        down_failed, down_good = len(failed) - up_failed, len(good) - up_good
        yield _Split(name, "<=", _boundary(low, high, kind, up=False), down_failed, down_good, _text(above, kind))


def _boundary(low: float, high: float, kind: str, *, up: bool) -> str:
    """A number that parts `low` from `high`: a whole number's own value, else one with few digits."""
    if kind == "integer":
        return str(int(high if up else low))
    middle = math.sqrt(low * high) if low > 0 and high > 2 * low else (low + high) / 2
    for digits in range(1, 17):
        rounded = float(f"{middle:.{digits}g}")
        if low < rounded < high:
            return f"{rounded:g}" if digits <= 6 else repr(rounded)
    return repr(high if up else low)


def _text(value: float | None, kind: str) -> str | None:
    if value is None:
        return None
    return str(int(value)) if kind == "integer" else repr(value)


def _chance(split: _Split, failed: int, good: int) -> float:
    """P(at least so many failures inside | inside so large): the hypergeometric distribution's tail."""
    inside = split.failed_inside + split.good_inside
    total = math.comb(failed + good, inside)
    most = min(inside, failed)
    tail = sum(math.comb(failed, k) * math.comb(good, inside - k) for k in range(split.failed_inside, most + 1))
    return tail / total
