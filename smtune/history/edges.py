"""Does the best lie at a range's edge, so that the range should be wider?

That the best value is the largest tried happens by chance in up to two of three searches. So two things have to hold:
the median of the best fifth lies within the outer fifth of the declared range, and the objective improves towards that
end, the other hyperparameters and the order of the jobs held still (`ranks`), corrected for how many are asked (Holm).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from smtune.history.model import History, Sample
from smtune.history.observation import Observation, too_few
from smtune.history.ranks import Correlation, controls, holm, partial
from smtune.search.space import Number

LEVEL = 0.05
OUTER = 0.2
_FEWEST = 10


@dataclass(frozen=True)
class Edge:
    """How one range stands."""

    axis: Number
    middle: float
    """The median place of the best fifth, 0 to 1."""
    trend: Correlation | None
    """Of loss and place; None where too few jobs are left to tell."""
    p: float
    """Corrected for the number of ranges."""

    @property
    def side(self) -> str | None:
        """Where the best lie."""
        return "lower" if self.middle <= OUTER else "upper" if self.middle >= 1 - OUTER else None

    @property
    def is_at_edge(self) -> bool:
        if self.trend is None or self.side is None or self.p > LEVEL:
            return False
        return (self.trend.value < 0) == (self.side == "upper")


def edges(sample: Sample) -> tuple[Edge, ...]:
    """One for each range of numbers that was varied."""
    numbers = [(index, axis) for index in sample.varied if isinstance(axis := sample.axes[index], Number)]
    trends = [partial(sample.losses, sample.places[:, index], controls(sample, index)) for index, _ in numbers]
    chances = holm([1.0 if trend is None else trend.p for trend in trends])
    middles = [float(np.median(sample.places[sample.top, index])) for index, _ in numbers]
    return tuple(
        Edge(axis, middle, trend, p)
        for (_, axis), middle, trend, p in zip(numbers, middles, trends, chances, strict=True)
    )


def observe_edges(history: History) -> Iterator[Observation]:
    """For each declared range of numbers, whether its best values lie at an end."""
    sample = history.sample
    if len(sample) < _FEWEST:
        yield too_few("edge", f"{len(sample)} training jobs with an objective are too few to ask where the best lie.")
        return
    for edge in edges(sample):
        if edge.axis.name not in history.undeclared:
            yield _observed(edge, len(sample))


def _observed(edge: Edge, jobs: int) -> Observation:
    name, value = edge.axis.name, edge.axis.text(edge.middle)
    numbers = {"median_of_best": float(value), "place": edge.middle, "side": edge.side, "p": edge.p, "jobs": jobs}
    numbers["correlation"] = None if edge.trend is None else edge.trend.value
    ends = f"{edge.axis.low:g} to {edge.axis.high:g}"
    if edge.trend is None:
        return too_few("edge", f"{jobs} training jobs are too few for the number of ranges to tell {name}'s end.", name)
    if edge.side is None:
        sentence = f"The best lie within {name}'s range {ends} (median {float(value):.4g})."
        return Observation("edge", "absent", sentence, name, numbers)
    trend = f"partial rank correlation of loss {edge.trend.value:+.2f}, chance {edge.p:.2g}"
    if edge.is_at_edge:
        sentence = (
            f"The best lie at the {edge.side} end of {name}'s range {ends}, and it gets better towards it: {trend}."
        )
        return Observation("edge", "present", sentence, name, numbers)
    sentence = f"The best lie near the {edge.side} end of {name}'s range {ends}, but that may be chance: {trend}."
    return Observation("edge", "not enough evidence", sentence, name, numbers)
