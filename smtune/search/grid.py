"""Grid search: every combination of the categories, once, in the order in which the request names them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from smtune.search.question import Question
from smtune.search.space import Category


def by_grid(question: Question) -> Iterator[dict[str, str]]:
    """The combinations from the training job's number on; none when all were tried."""
    axes = [axis for axis in question.space.axes if isinstance(axis, Category)]
    combinations = itertools.product(*(axis.values for axis in axes))
    for values in itertools.islice(combinations, question.number - 1, None):
        yield {axis.name: value for axis, value in zip(axes, values, strict=True)}
