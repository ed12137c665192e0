"""How many: jobs, hyperparameters, values, combinations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from smtune.rules.case import Broken, Case
from smtune.spec import Categorical, Continuous
from smtune.spec.ranges import Range

MAX_RANGES = 30
MAX_VALUES = 30
MAX_HYPERPARAMETERS = 99  # the service's 100 less the one it adds itself


def parallel(case: Case) -> Iterator[Broken]:
    limits = case.spec.limits
    if limits.jobs is not None and limits.parallel > limits.jobs:
        message = f"parallel {limits.parallel} is above jobs {limits.jobs}"
        yield Broken("R16", ("limits", "parallel"), message, f"lower parallel to {limits.jobs}, or raise jobs")


def space_size(case: Case) -> Iterator[Broken]:
    jobs, total = case.spec.limits.jobs, _combinations(case.definition.ranges.values())
    if not case.definition.ranges:
        fix = "give at least one of them a range {min: 1, max: 5} or a choice {values: [a, b]}"
        yield Broken(
            "R15", case.path("hyperparameters"), "no hyperparameter has a range: there is nothing to tune", fix
        )
    elif case.spec.strategy != "grid" and jobs is not None and total is not None and total < jobs:
        message = f"there are only {total} combinations for {jobs} jobs"
        yield Broken("R15", ("limits", "jobs"), message, f"lower jobs to {total}, or widen a range")


def counts(case: Case) -> Iterator[Broken]:
    here = case.path("hyperparameters")
    if len(case.definition.ranges) > MAX_RANGES:
        message = f"{len(case.definition.ranges)} hyperparameters have a range; the service takes {MAX_RANGES}"
        yield Broken("R4", here, message, "give plain values to those that matter least")
    if len(case.definition.hyperparameters) > MAX_HYPERPARAMETERS:
        message = f"{len(case.definition.hyperparameters)} hyperparameters; the service takes {MAX_HYPERPARAMETERS}"
        yield Broken("R8", here, message, "pass the rest in one file or one JSON text")
    for name, value in case.definition.ranges.items():
        if isinstance(value, Categorical) and len(value.values) > MAX_VALUES:
            message = f"{len(value.values)} values; the service takes {MAX_VALUES}"
            yield Broken("R5", (*here, name), message, "leave out the least promising")


def grid(case: Case) -> Iterator[Broken]:
    if case.spec.strategy == "grid":
        for name, value in case.definition.ranges.items():
            if not isinstance(value, Categorical):
                fix = "list the values to try: {values: [...]}"
                yield Broken("R11", case.path("hyperparameters", name), "a grid takes lists of values only", fix)


def hyperband(case: Case) -> Iterator[Broken]:
    if case.spec.strategy == "hyperband" and case.spec.early_stopping == "auto":
        yield Broken("R12", ("early_stopping",), "hyperband stops jobs itself", "write early_stopping: off")


def _combinations(ranges: Iterable[Range]) -> int | None:
    """How many configurations there are; None where a continuous range makes them endless."""
    total = 1
    for value in ranges:
        if isinstance(value, Continuous):
            return None
        total *= len(value.values) if isinstance(value, Categorical) else value.max - value.min + 1
    return total
