"""How many training jobs a tuning job really runs, and in how many rounds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from smtune.definitions import definitions

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Jobs:
    """The training jobs of a tuning job."""

    number: int | None
    """At most; None: as many as fit into `runtime`."""
    parallel: int
    """At once, at most."""
    runtime: int | None
    """Seconds after which the tuning job ends; None: it has no such limit."""
    reasons: tuple[str, ...]
    """What the number rests on."""
    sooner: tuple[str, ...]
    """What may end the tuning job or its training jobs earlier."""

    @property
    def rounds(self) -> int | None:
        """How often `parallel` training jobs start one after the other; None where their number is open."""
        return None if self.number is None else math.ceil(self.number / self.parallel)

    @property
    def is_bounded(self) -> bool:
        """Whether anything in the request ends the tuning job."""
        return self.number is not None or self.runtime is not None


def count_jobs(request: Json) -> Jobs:
    """The training jobs of `request`: its limits, or what its grid multiplies to."""
    config = request["HyperParameterTuningJobConfig"]
    limits = config["ResourceLimits"]
    asked, runtime = limits.get("MaxNumberOfTrainingJobs"), limits.get("MaxRuntimeInSeconds")
    grid = grid_size(request) if config["Strategy"] == "Grid" else None
    number = asked if grid is None else grid if asked is None else min(asked, grid)
    parallel = limits["MaxParallelTrainingJobs"]
    return Jobs(
        number=number,
        parallel=parallel if number is None else min(parallel, number),
        runtime=runtime,
        reasons=tuple(_reasons(request, asked, grid)),
        sooner=tuple(_sooner(config)),
    )


def grid_size(request: Json) -> int | None:
    """How many configurations a grid over the ranges has; None where a range is not a choice of values."""
    config = request["HyperParameterTuningJobConfig"]
    total = 0
    for definition in definitions(request):
        ranges = definition.get("HyperParameterRanges") or config.get("ParameterRanges", {})
        if any(ranges.get(key) for key in ("IntegerParameterRanges", "ContinuousParameterRanges", "AutoParameters")):
            return None
        total += math.prod(len(item["Values"]) for item in ranges.get("CategoricalParameterRanges", ()))
    return total


def _reasons(request: Json, asked: int | None, grid: int | None) -> Iterator[str]:
    if grid is not None:
        yield f"the grid has {grid:,} configurations, each tried once"
    if asked is not None and (grid is None or asked < grid):
        yield f"MaxNumberOfTrainingJobs is {asked:,}"
    if asked is None and grid is None:
        yield "nothing limits their number: MaxNumberOfTrainingJobs is not set"
    count = len(definitions(request))
    if count > 1:
        yield f"{count} algorithms share them; the service decides how many each one gets"
    if "Autotune" in request:
        yield "autotune: the service may choose limits and ranges that the request leaves open"


def _sooner(config: Json) -> Iterator[str]:
    criteria = config.get("TuningJobCompletionCriteria", {})
    if "TargetObjectiveMetricValue" in criteria:
        yield f"the tuning job ends once the objective reaches {criteria['TargetObjectiveMetricValue']:g}"
    still = criteria.get("BestObjectiveNotImproving", {}).get("MaxNumberOfTrainingJobsNotImproving")
    if still is not None:
        yield f"the tuning job ends after {still:,} training jobs without a better one"
    if criteria.get("ConvergenceDetected", {}).get("CompleteOnConvergence") == "Enabled":
        yield "the tuning job ends once the service sees no more improvement coming"
    if config.get("TrainingJobEarlyStoppingType") == "Auto":
        yield "early stopping ends training jobs that fall behind the median of the earlier ones"
    if config["Strategy"] == "Hyperband":
        yield "Hyperband ends training jobs that fall behind"
