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
from smtune.history.ranks import LEVEL, Correlation, corrected, loss_trends
from smtune.history.words import tell_chance, tell_jobs, tell_value
from smtune.search.space import Number

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
        """Where the best lie. Of few whole numbers the last one owns more than the outer fifth."""
        first, last = (self.axis.coordinate(repr(end)) for end in (self.axis.low, self.axis.high))
        return "lower" if self.middle <= max(OUTER, first) else "upper" if self.middle >= min(1 - OUTER, last) else None

    @property
    def is_at_edge(self) -> bool:
        if self.trend is None or self.side is None or self.p > LEVEL:
            return False
        return (self.trend.value < 0) == (self.side == "upper")


def edges(sample: Sample) -> tuple[Edge, ...]:
    """One for each range of numbers that was varied."""
    found = loss_trends(sample)
    chances = corrected(found)
    return tuple(
        Edge(axis, float(np.median(sample.places[sample.top, index])), trend, chances[index])
        for index, trend in found.items()
        if isinstance(axis := sample.axes[index], Number)
    )


def observe_edges(history: History) -> Iterator[Observation]:
    """For each declared range of numbers, whether its best values lie at an end."""
    sample = history.sample
    if len(sample) < _FEWEST:
        yield too_few("edge", f"{tell_jobs(len(sample))} with an objective: too few to ask where the best lie.")
        return
    for edge in edges(sample):
        if edge.axis.name not in history.undeclared:
            yield _observed(edge, len(sample))


def _observed(edge: Edge, jobs: int) -> Observation:
    name, value = edge.axis.name, edge.axis.text(edge.middle)
    numbers = {"median_of_best": float(value), "place": edge.middle, "side": edge.side, "p": edge.p, "jobs": jobs}
    numbers["correlation"] = None if edge.trend is None else edge.trend.value
    ends = f"{tell_value(edge.axis.low)} to {tell_value(edge.axis.high)}"
    if edge.trend is None:
        reason = f"{tell_jobs(jobs)} vary it too little apart from the other ranges and from their order"
        return too_few("edge", f"Whether the best lie at an end of {name}'s range cannot be told: {reason}.", name)
    if edge.side is None:
        sentence = f"The best lie within {name}'s range {ends} (median {tell_value(float(value))})."
        return Observation("edge", "absent", sentence, name, numbers)
    trend = f"partial rank correlation of loss {edge.trend.value:+.2f}, {tell_chance(edge.p)}"
    if edge.is_at_edge:
        sentence = (
            f"The best lie at the {edge.side} end of {name}'s range {ends}, and it gets better towards it: {trend}."
        )
        return Observation("edge", "present", sentence, name, numbers)
    sentence = f"The best lie near the {edge.side} end of {name}'s range {ends}, but that may be chance: {trend}."
    return Observation("edge", "not enough evidence", sentence, name, numbers)
