"""The first configurations of a search: spread evenly, so that there is something to guess from everywhere."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from smtune.search.question import Question
from smtune.search.space import Points

_BLOCK = 8


def by_covering(question: Question) -> Iterator[dict[str, str]]:
    """Points of Latin hypercubes of the job's seed; endless."""
    index = question.number - 1
    while True:
        block = question.space.snap(_latin(question.seed, index // _BLOCK, len(question.space)))
        yield from (question.space.config(point) for point in block[index % _BLOCK :])
        index += _BLOCK - index % _BLOCK


def _latin(seed: int, block: int, dimensions: int) -> Points:
    """Eight points: each hyperparameter has one in every eighth of its range."""
    rng = np.random.default_rng([seed, block])
    strata = rng.permuted(np.tile(np.arange(_BLOCK), (dimensions, 1)), axis=1).T
    return np.asarray((strata + rng.random(strata.shape)) / _BLOCK)
