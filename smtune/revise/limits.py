"""The limits of the next round: the jobs that were asked for, and no more than there are configurations."""

from __future__ import annotations

import math

from smtune.revise.model import Change
from smtune.spec import Categorical, Continuous, Definition, TuningSpec


def revise_limits(spec: TuningSpec, jobs: int | None) -> tuple[TuningSpec, tuple[Change, ...]]:
    """`spec` with `jobs` training jobs (None: as many as it has), and every change that follows from it."""
    before = spec.limits
    after = before if jobs is None else before.model_copy(update={"jobs": jobs})
    reasons = {"jobs": "as asked"} if after.jobs != before.jobs else {}
    total = configurations(spec)
    if total is not None and after.jobs is not None and spec.strategy != "hyperband":
        is_grid = spec.strategy == "grid"
        if after.jobs > total or (is_grid and after.jobs != total):
            after = after.model_copy(update={"jobs": total})
            reasons["jobs"] = f"{'a grid runs all' if is_grid else 'there are only'} {total} configurations"
    if after.jobs is not None and after.parallel > after.jobs:
        after = after.model_copy(update={"parallel": after.jobs})
        reasons["parallel"] = "not more at once than in all"
    changes = tuple(
        Change(("limits", key), getattr(before, key), getattr(after, key), reason)
        for key, reason in reasons.items()
        if getattr(before, key) != getattr(after, key)
    )
    return (spec.model_copy(update={"limits": after}) if changes else spec), changes


def configurations(spec: TuningSpec) -> int | None:
    """How many different training jobs a spec can have; None where they are endless or the service chooses."""
    counts = [_of_one(definition) for definition in spec.definitions]
    return sum(count for count in counts if count is not None) if None not in counts else None


def _of_one(definition: Definition) -> int | None:
    if definition.hints:
        return None
    sizes = []
    for value in definition.ranges.values():
        if isinstance(value, Continuous):
            return None
        sizes.append(len(value.values) if isinstance(value, Categorical) else value.max - value.min + 1)
    return math.prod(sizes)
