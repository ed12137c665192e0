"""Where in the search space a cause is at home: the one split of one tuned hyperparameter that parts it best.

Fisher's exact test, one-sided, says how likely such a split is by chance; it is multiplied by the number of splits
that were looked at (Bonferroni), since the best of many looks good anyway. Weak evidence gives no answer.
"""

from __future__ import annotations

import contextlib
import itertools
import math
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from smtune.triage.model import Region

ALPHA = 0.01
_LEAST_FAILED = 2
"""One training job is no region: its own values part it from all others."""
_LEAST_SHARE = 0.7
"""Of the region's training jobs that fail, and of the failures that lie in the region."""

Values = Mapping[str, str]


@dataclass(frozen=True)
class _Split:
    name: str
    kind: str
    comparison: str
    edge: tuple[float, float] | str
    """The two neighbours that it parts; or the one value of a category."""
    failed_inside: int
    good_inside: int
    nearest_good: float | None = None

    @property
    def value(self) -> str:
        if isinstance(self.edge, str):
            return self.edge
        return _boundary(*self.edge, self.kind, up=self.comparison == ">=")


def find_region(failed: Sequence[Values], good: Sequence[Values], kinds: Mapping[str, str]) -> Region | None:
    """The split that parts the `failed` from the `good`, or None where the evidence is weak.

    `kinds`: each tuned hyperparameter's kind: `integer`, `continuous` or `categorical`.
    """
    if len(failed) < _LEAST_FAILED or not good:
        return None
    looked_at, splits = 0, list[_Split]()
    for name, kind in kinds.items():
        number, worth_it = _splits(name, kind, failed, good)
        looked_at, splits = looked_at + number, splits + worth_it
    if not splits:
        return None
    best = max(splits, key=lambda split: split.failed_inside / len(failed) - split.good_inside / len(good))
    inside = best.failed_inside + best.good_inside
    shares = (best.failed_inside / inside, best.failed_inside / len(failed))
    chance = min(1.0, _chance(best, len(failed), len(good)) * looked_at)
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
        nearest_good=_text(best.nearest_good, best.kind),
    )


def _splits(name: str, kind: str, failed: Sequence[Values], good: Sequence[Values]) -> tuple[int, list[_Split]]:
    """How many splits of a hyperparameter there are, and those of them that can be the best."""
    bad_texts = [values[name] for values in failed if name in values]
    good_texts = [values[name] for values in good if name in values]
    if kind == "categorical":
        values = sorted(set(bad_texts))
        split = [_Split(name, kind, "is", each, bad_texts.count(each), good_texts.count(each)) for each in values]
        return len(values), split
    bad_numbers, good_numbers = _numbers(bad_texts), _numbers(good_texts)
    boundaries = max(0, len({*bad_numbers, *good_numbers}) - 1)
    return 2 * boundaries, list(_numeric_splits(name, kind, bad_numbers, good_numbers))


def _numbers(texts: Sequence[str]) -> list[float]:
    """In order; without what is no finite number, as a range of another kind than the service's may have."""
    found = []
    for text in texts:
        with contextlib.suppress(ValueError):
            found.append(float(text))
    return sorted(filter(math.isfinite, found))


def _numeric_splits(name: str, kind: str, failed: list[float], good: list[float]) -> Iterator[_Split]:
    """Boundaries between two values that occur, in both directions.

    One that has a good value just inside is left out: the next one parts them better.
    """
    bad_values = set(failed)
    for low, high in itertools.pairwise(sorted({*failed, *good})):
        if low not in bad_values and high not in bad_values:
            continue
        bad_below, good_below = bisect_left(failed, high), bisect_left(good, high)
        if high in bad_values:
            below = good[good_below - 1] if good_below else None
            yield _Split(name, kind, ">=", (low, high), len(failed) - bad_below, len(good) - good_below, below)
        if low in bad_values:
            above = good[good_below] if good_below < len(good) else None
            yield _Split(name, kind, "<=", (low, high), bad_below, good_below, above)


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
