"""Which configuration to try next: pure and seeded. No state is kept, so a restarted worker goes on exactly."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping

from smtune.search.bayesian import by_expectation
from smtune.search.grid import by_grid
from smtune.search.question import Question, key

_MOST = 1000
_AT_ONCE = 50


def suggest(question: Question) -> dict[str, str]:
    """The next configuration: one not tried before, as long as the space has such."""
    offers = itertools.chain(_OFFERS[question.strategy](question), by_chance(question))
    first = next(offers)
    others = itertools.islice(offers, _MOST)
    return next((each for each in itertools.chain([first], others) if key(each) not in question.tried), first)


def by_chance(question: Question) -> Iterator[dict[str, str]]:
    """Configurations drawn evenly from the space, each range on its own scale; endless."""
    rng = question.rng(1)
    while True:
        drawn = rng.random((_AT_ONCE, len(question.space)))
        yield from (question.space.config(point) for point in question.space.snap(drawn))


_OFFERS: Mapping[str, Callable[[Question], Iterator[dict[str, str]]]] = {
    "Bayesian": by_expectation,
    "Random": by_chance,
    "Hyperband": by_chance,
    "Grid": by_grid,
}
