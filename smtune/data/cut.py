"""Rows -> parts: which row goes into train, train-dev, validation and test. Nothing is read or written here.

By chance, with the mix of a column kept, with the rows of a group kept together, or by time.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from smtune.data.complaint import complaint, no_column
from smtune.data.times import read_times
from smtune.errors import SpecError, shown
from smtune.spec import Split

Rows = npt.NDArray[np.int64]
"""Positions of rows, from 0."""

_DEALS = 64
_WORK = 200_000
_CELLS = 20_000_000


def cut_rows(keys: pd.DataFrame, split: Split) -> dict[str, Rows]:
    """`train`, `validation` and, if their share is above 0, `test` and `train_dev`; the same rows for the same seed.

    `keys` has the columns that `split` names, as text. Each row is in exactly one part and no part is empty. Raises
    SpecError where that cannot be: too few rows, groups or moments; a class too small; a time that is none.
    """
    for key in ("stratify", "group", "time"):
        column = getattr(split, key)
        if column is not None and column not in keys.columns:
            raise no_column(column, keys.columns, f"data.split.{key}")
    if split.time is not None:
        return _cut_by_time(keys[split.time], split)
    if split.group is not None:
        return _cut_by_group(keys, split.group, split)
    return _cut_by_chance(keys, split)


# By chance


def _cut_by_chance(keys: pd.DataFrame, split: Split) -> dict[str, Rows]:
    classes = None if split.stratify is None else keys[split.stratify].to_numpy()
    every = np.arange(len(keys))
    validation, test = _sizes(len(keys), split)
    if split.test == 0:
        train, held = _draw(every, validation, classes, split)
        return {"train": train, "validation": held}
    rest, held_out = _draw(every, test, classes, split)
    train, held = _draw(rest, validation, classes, split)
    return {"train": train, "validation": held, "test": held_out}


def _sizes(rows: int, split: Split) -> tuple[int, int]:
    """Rows of validation and test: each part is less than one row away from its share."""
    ends = [round(rows * split.train), round(rows * (split.train + split.validation)), rows]
    sizes = [ends[0], ends[1] - ends[0], ends[2] - ends[1]]
    if min(sizes[: len(split.shares)]) < 1:
        raise _too_few(f"{rows} rows are", "rows")
    return sizes[1], sizes[2]


def _draw(rows: Rows, count: int, classes: npt.NDArray[np.object_] | None, split: Split) -> tuple[Rows, Rows]:
    """The rows that stay and the `count` that are drawn: those that scikit-learn's train_test_split would take."""
    if classes is None:
        order = np.random.RandomState(split.seed).permutation(len(rows))
        return rows[order[count:]], rows[order[:count]]
    from sklearn.model_selection import train_test_split  # two seconds to import, and needed for this way only

    try:
        kept, drawn = train_test_split(rows, test_size=count, random_state=split.seed, stratify=classes[rows])
    except ValueError as error:
        fix = "stratify by a column with few values that each stand in several rows, or leave stratify out"
        raise complaint("data.split", f"cannot split {len(rows)} rows: {error}", fix) from None
    return kept, drawn


# By group


def _cut_by_group(keys: pd.DataFrame, column: str, split: Split) -> dict[str, Rows]:
    """Whole groups, in the order of the source. Which part a group goes to depends on the groups' names, sizes and
    classes and on the seed, not on the order of the rows."""
    names, group = np.unique(keys[column].to_numpy(str), return_inverse=True)
    wanted = split.shares
    if len(names) < len(wanted):
        count = f"{len(names)} group{'s' if len(names) != 1 else ''} in {shown(column)} {_are(len(names))}"
        raise _too_few(count, "groups")
    counts = _class_counts(keys, group, split)
    dealt = _deal_well(counts, np.array(list(wanted.values())), split.seed)
    part = dealt[group]
    return {name: np.flatnonzero(part == index) for index, name in enumerate(wanted)}


def _class_counts(keys: pd.DataFrame, group: Rows, split: Split) -> npt.NDArray[np.int64]:
    """Rows of each group (a line) and class (a column; one where nothing is stratified)."""
    groups = int(group.max()) + 1
    if split.stratify is None:
        return np.bincount(group, minlength=groups)[:, None]
    names, label = np.unique(keys[split.stratify].to_numpy(str), return_inverse=True)
    if groups * len(names) > _CELLS:
        message = f"{len(names)} values of {shown(split.stratify)} in {groups} groups are too many to keep their mix"
        raise complaint("data.split.stratify", message, "stratify by a column with few values, or leave it out")
    return np.bincount(group * len(names) + label, minlength=groups * len(names)).reshape(groups, len(names))


def _deal_well(counts: npt.NDArray[np.int64], wanted: npt.NDArray[np.float64], seed: int) -> Rows:
    """The part of each group: of several deals, the one that comes nearest to the shares.

    scikit-learn's GroupShuffleSplit gives each part its share of the groups; where some are large, that is far from
    its share of the rows.
    """
    random = np.random.default_rng(seed)
    deals = max(1, min(_DEALS, _WORK // len(counts)))
    return min((_deal(counts, wanted, random) for _ in range(deals)), key=lambda dealt: _miss(counts, wanted, dealt))


def _deal(counts: npt.NDArray[np.int64], wanted: npt.NDArray[np.float64], random: np.random.Generator) -> Rows:
    """Each group, in random order, to the part that lacks most of its rows; so no part misses its share by more
    rows than the largest group has, unless one would be empty."""
    totals = counts.sum(axis=0)
    weights = 1 / totals
    lacking = wanted[:, None] * totals
    dealt = np.full(len(counts), -1)
    empty = np.ones(len(wanted), bool)
    for done, group in enumerate(random.permutation(len(counts))):
        scores = lacking @ (counts[group] * weights)
        if len(counts) - done <= empty.sum():
            scores[~empty] = -math.inf
        part = int(scores.argmax())
        dealt[group] = part
        lacking[part] -= counts[group]
        empty[part] = False
    return dealt


def _miss(counts: npt.NDArray[np.int64], wanted: npt.NDArray[np.float64], dealt: Rows) -> float:
    """How far a deal is from the shares: the worst part of all rows, and of the rows of a class."""
    had = np.array([counts[dealt == part].sum(axis=0) for part in range(len(wanted))])
    of_classes = np.abs(had / had.sum(axis=0) - wanted[:, None]).max()
    return float(of_classes + np.abs(had.sum(axis=1) / had.sum() - wanted).max())


# By time


def _cut_by_time(times: pd.Series, split: Split) -> dict[str, Rows]:
    """Oldest first, equal times together: each cut is the one nearest to its share. Train-dev shares train's time."""
    moments = read_times(times, "data.split.time").to_numpy()
    order = np.argsort(moments, kind="stable")
    ordered = moments[order]
    cuts = [int(cut) for cut in np.flatnonzero(ordered[1:] != ordered[:-1]) + 1]
    wanted = {name: share for name, share in split.shares.items() if name != "train_dev"}
    wanted["train"] += split.train_dev
    if len(cuts) < len(wanted) - 1:
        moment = f"{len(cuts) + 1} moment{'s' if cuts else ''} in {shown(times.name)} {_are(len(cuts) + 1)}"
        raise _too_few(moment, "moments")
    chosen, share = [0], 0.0
    for after, part in enumerate(list(wanted.values())[:-1], 2 - len(wanted)):
        share += part
        free = [cut for cut in cuts[: len(cuts) + after] if cut > chosen[-1]]
        chosen.append(min(free, key=lambda cut: abs(cut - share * len(order))))
    ends = [*chosen[1:], len(order)]
    parts = {name: order[start:end] for name, start, end in zip(wanted, chosen, ends, strict=True)}
    return parts if split.train_dev == 0 else {**_divide(parts.pop("train"), split), **parts}


def _divide(period: Rows, split: Split) -> dict[str, Rows]:
    """Train and train-dev, by chance, each in the order of time."""
    count = round(len(period) * split.train_dev / (split.train + split.train_dev))
    if not 0 < count < len(period):
        raise _too_few(f"{len(period)} rows of the training period are", "rows")
    drawn = np.zeros(len(period), bool)
    drawn[np.random.RandomState(split.seed).permutation(len(period))[:count]] = True
    return {"train": period[~drawn], "train_dev": period[drawn]}


def _too_few(what: str, of: str) -> SpecError:
    return complaint("data.split", f"{what} too few for these shares", f"give more {of}, or a larger share")


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
