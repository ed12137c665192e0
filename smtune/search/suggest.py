"""Which configuration to try next: pure and seeded. No state is kept, so a restarted worker goes on exactly.

Chance and a grid need numpy only; what a Gaussian process takes is imported when there is something to guess from.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from smtune.search.covering import by_covering
from smtune.search.grid import by_grid
from smtune.search.question import Question

_MOST = 1000
_AT_ONCE = 50
_FIRST = 8
_FEWEST = 3
"""Successes that a guess can stand on."""
METHODS: Mapping[str, str] = {
    "Bayesian": "Gaussian process with expected improvement",
    "Random": "chance",
    "Hyperband": "chance and ASHA over rungs",
    "Grid": "every combination once",
}
"""How each strategy searches, in words that a tag may hold."""


def suggest(question: Question) -> dict[str, str]:
    """The next configuration: one not tried before, as long as the space has such."""
    offers = itertools.chain(_offers(question), by_chance(question))
    first = next(offers)
    others = itertools.islice(offers, _MOST)
    return next((each for each in itertools.chain([first], others) if not question.has_seen(each)), first)


def by_chance(question: Question) -> Iterator[dict[str, str]]:
    """Configurations drawn evenly from the space, each range on its own scale; endless."""
    rng = question.rng(1)
    while True:
        drawn = rng.random((_AT_ONCE, len(question.space)))
        yield from (question.space.config(point) for point in question.space.snap(drawn))


def _offers(question: Question) -> Iterator[dict[str, str]]:
    if question.strategy == "Grid":
        return by_grid(question)
    if question.strategy != "Bayesian":
        return by_chance(question)
    if not _can_guess(question):
        return by_covering(question)
    from smtune.search.bayesian import by_expectation

    return by_expectation(question)


def _can_guess(question: Question) -> bool:
    known = [*question.trials, *(trial for past in question.past for trial in past.trials)]
    return len(known) >= _FIRST and sum(trial.has_succeeded for trial in known) >= _FEWEST
