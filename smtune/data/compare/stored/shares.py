"""The objects of a set, and how much may be read -> how many bytes of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smtune.data.compare.stored.listing import Stored
from smtune.errors import UsageError

LEAST = 1 << 16
"""Of an object no less than so many bytes are read: a request for less costs as much."""
MOST = 5_000
"""Objects that are read under a limit: more take minutes, however small they are."""


@dataclass(frozen=True)
class Share:
    """What of an object is read."""

    object: Stored
    bytes: int

    @property
    def is_whole(self) -> bool:
        """Whether that is all of it."""
        return self.bytes >= self.object.size


def fits(objects: Sequence[Stored], limit: int) -> bool:
    """Whether all may be read; a limit of 0 is none."""
    return not limit or (len(objects) <= MOST and sum(each.size for each in objects) <= limit)


def share_out(objects: Sequence[Stored], limit: int) -> tuple[Share, ...]:
    """At most `limit` bytes in all: a share of each object by its size, or of as many as are worth a request.

    Those are spread evenly over the keys.
    """
    full = [each for each in objects if each.size]
    usual = min(LEAST, max(1, sum(each.size for each in full) // len(full)))
    chosen = _spread(full, max(1, min(MOST, limit // usual)))
    while len(chosen) > 1 and sum(min(each.size, LEAST) for each in chosen) > limit:
        chosen = _spread(full, len(chosen) * 3 // 4)
    least = [min(each.size, LEAST, limit) for each in chosen]
    left, total = max(0, limit - sum(least)), sum(each.size for each in chosen)
    return tuple(
        Share(each, min(each.size, first + left * each.size // total))
        for each, first in zip(chosen, least, strict=True)
    )


def share_out_whole(objects: Sequence[Stored], limit: int) -> tuple[Share, ...]:
    """As many whole objects as `limit` has room for, spread evenly over the keys.

    Raises UsageError where not even the smallest fits.
    """
    full = [each for each in objects if each.size]
    count = max(1, min(MOST, limit * len(full) // sum(each.size for each in full)))
    smallest = min(full, key=lambda each: each.size)
    taken, left = list[Share](), limit
    for each in [*_spread(full, count), smallest]:
        if each.size <= left and all(each is not share.object for share in taken):
            taken.append(Share(each, each.size))
            left -= each.size
    if not taken:
        size = -(-smallest.size // (1 << 20))
        message = f"{smallest.name} is a Parquet file of {size:,} MB, and Parquet is not read in part"
        raise UsageError(f"{message}\n    let that much be read: --limit {size}, or --limit 0 for all")
    return tuple(taken)


def _spread(objects: Sequence[Stored], most: int) -> list[Stored]:
    """At most so many of them, at even distances."""
    if len(objects) <= most:
        return list(objects)
    return [objects[number * len(objects) // most] for number in range(most)]
