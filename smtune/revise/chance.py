"""How likely something is seen if a hyperparameter does not matter: exact counts of draws, no simulation."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from math import comb


def closeness(positions: Sequence[float], drawn: int, spread: float) -> float:
    """The probability that `drawn` of `positions`, drawn without putting back, lie within `spread` of each other."""
    places = sorted(positions)
    total = comb(len(places), drawn)
    if not drawn or not total:
        return 1.0
    # Each set of positions is counted at its lowest member.
    close = sum(
        comb(bisect_right(places, place + spread + 1e-12) - index - 1, drawn - 1) for index, place in enumerate(places)
    )
    return min(1.0, close / total)


def absence(total: int, having: int, drawn: int) -> float:
    """The probability that none of `drawn` is one of the `having` among `total`."""
    return comb(total - having, drawn) / comb(total, drawn) if 0 <= drawn <= total else 1.0


def excess(total: int, marked: int, drawn: int, found: int) -> float:
    """The probability that `drawn` of `total` hold `found` or more of the `marked` ones (Fisher's exact test)."""
    ways = comb(total, drawn)
    more = sum(
        comb(marked, number) * comb(total - marked, drawn - number) for number in range(found, min(marked, drawn) + 1)
    )
    return more / ways if ways else 1.0
