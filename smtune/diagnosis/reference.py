"""Human level from one or several groups of people: the best group that is shown to be better than the others.

A team of experts is the benchmark, not a typical person, for the lowest possible error is at most what the best people
reach. But the lowest of several numbers is also the luckiest: of five people who all err in 2 % of the cases, with 100
cases each, the best is seen to err in 0.6 % on average. So a group has to be better than the others beyond chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from statistics import NormalDist

from smtune.diagnosis.interval import NOISE, contrast
from smtune.diagnosis.level import Level
from smtune.diagnosis.measured import Chance, Loss, ToLoss, level_of
from smtune.diagnosis.spread import Counted, Deviation
from smtune.errors import UsageError

_SHORT = Context(prec=16)


@dataclass(frozen=True)
class Group:
    """People of one kind: a typical person, doctors, a team of experts who decide together.

    Several people of one kind are one group: give their errors and cases together, as in `36/1200`.
    """

    label: str
    error: Loss


Human = Loss | tuple[Group, ...] | list[Group] | None
"""What the entry points accept as human level."""


@dataclass(frozen=True)
class Benchmark:
    """The human level that everything is measured against, and why it is this one."""

    level: Level
    labels: tuple[str, ...] = ()
    """Whose it is; several where none was shown to be better than the others."""
    reason: str = ""


def read_reference(given: Human, to_loss: ToLoss, kind: Chance, confidence: float) -> Benchmark | None:
    """Human level as it was given, as losses; None where it is not known.

    Raises:
        UsageError: no group, two of one label, a loss that cannot be read.
    """
    if given is None:
        return None
    if not isinstance(given, tuple | list):
        return Benchmark(level_of("human", "human_error", given, to_loss, kind))
    labels = [group.label for group in given]
    if not given or len(set(labels)) < len(labels):
        wrong = "human_error lists no group of people" if not given else "two groups of people have one label"
        message = f"{wrong}; give each a label of its own, as in team=0.5%/400"
        raise UsageError(message)
    levels = []
    for group in given:
        name = f"human_error of {group.label}"
        levels.append((group.label, level_of("human", name, group.error, to_loss, kind)))
    return choose(levels, confidence)


def choose(groups: Sequence[tuple[str, Level]], confidence: float) -> Benchmark:
    """The lowest group, with those that are not shown to be worse: they count as one. The others are out.

    Groups without cases count as exact, so the lowest of them is taken as it is.
    """
    ordered = sorted(groups, key=lambda group: group[1].value)
    (label, best), others = ordered[0], ordered[1:]
    if not others:
        return Benchmark(best, (label,))
    if any(level.spread is None for _, level in groups):
        return Benchmark(
            best, (label,), f"the lowest of {len(groups)}; without cases it is not known whether by chance"
        )
    # The lowest of several was picked by looking, so each comparison is one of that many.
    z = NormalDist().inv_cdf(1 - (1 - confidence) / len(groups))
    near = [(name, level) for name, level in others if not _is_worse(level, best, z)]
    labels = (label, *(name for name, _ in near))
    if not near:
        return Benchmark(best, labels, "better than every other group beyond chance")
    out = len(others) - len(near)
    but = f"; {out} other{'s are' if out > 1 else ' is'} worse beyond chance" if out else ""
    together = _pooled([best, *(level for _, level in near)])
    return Benchmark(together, labels, f"taken together, for none of them is shown to be better than the others{but}")


def _is_worse(level: Level, best: Level, z: float) -> bool:
    return contrast({"train": 1.0, "human": -1.0}, (replace(level, name="train"), best), z).low > NOISE


def _pooled(levels: Sequence[Level]) -> Level:
    """One level of them all: rates by their rows, other losses by their precision."""
    if len(levels) == 1:
        return levels[0]
    if all(isinstance(level.spread, Counted) for level in levels):
        rows = sum(level.rows or 0 for level in levels)
        wrong = sum((level.value * (level.rows or 0) for level in levels), Decimal(0))
        return Level("human", _SHORT.divide(wrong, Decimal(rows)), Counted(rows), rows)
    errors = [max(level.spread.error(float(level.value)), NOISE) for level in levels if level.spread is not None]
    weights = [1 / error**2 for error in errors]
    value = sum(weight * float(level.value) for weight, level in zip(weights, levels, strict=True)) / sum(weights)
    known = [level.rows for level in levels if level.rows is not None]
    total = sum(known) if len(known) == len(levels) else None
    return Level("human", Decimal(f"{value:.12g}"), Deviation(sum(weights) ** -0.5, total), total)
