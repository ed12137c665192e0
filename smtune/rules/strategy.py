"""How configurations are chosen, and what ends the search early."""

from __future__ import annotations

from collections.abc import Iterator

from smtune.errors import shown
from smtune.rules.case import CONFIG, LIMITS, Case, Part, Path
from smtune.rules.numbers import combinations, whole
from smtune.rules.rule import Broken, rule
from smtune.search.resource import EPOCHS

MAX_GRID = 750
MAX_RESOURCE = 20_000
AT_THE_END = frozenset({"kmeans", "knn", "lda", "randomcutforest"})
"""Built-in algorithms that report their objective metric once, when training is over."""
_STOPPING: Path = (*CONFIG, "TrainingJobEarlyStoppingType")
_STRATEGY: Path = (*CONFIG, "Strategy")
_HYPERBAND: Path = (*CONFIG, "StrategyConfig", "HyperbandStrategyConfig")
_GRID = "developer guide, define ranges and how it works"


@rule(
    "R11",
    title="A grid takes lists of values only.",
    source=_GRID,
    fix="list the values to try: {values: [...]}",
)
def grid(case: Case) -> Iterator[Broken]:
    if case.strategy == "Grid":
        for part in case.parts:
            for tuned in part.tuned:
                if tuned.kind != "Categorical":
                    fix = "list the values to try: {values: [...]}"
                    yield Broken(tuned.path, "a grid takes lists of values only", fix)


@rule(
    "R11-jobs",
    title="A grid runs all of its combinations, at most 750: limits.jobs is left out, or is their number.",
    source=f"{_GRID}; developer guide, tuning limits",
    fix="remove limits.jobs, or shorten a list of values",
)
def grid_size(case: Case) -> Iterator[Broken]:
    jobs, counts = case.limits.get("MaxNumberOfTrainingJobs"), [combinations(part.tuned) for part in case.parts]
    known = [count for count in counts if count is not None]
    if case.strategy != "Grid" or not known or len(known) < len(counts):
        return
    total = sum(known)
    if total > MAX_GRID:
        message = f"the grid has {total:,} combinations; the service runs {MAX_GRID}"
        yield Broken(case.parts[0].ranges_path, message, "shorten a list of values, or use strategy: random")
    elif jobs is not None and jobs != total:
        message = f"the grid has {total} combinations, and jobs is {jobs}"
        yield Broken((*LIMITS, "MaxNumberOfTrainingJobs"), message, f"remove jobs, or write jobs: {total}")


@rule(
    "R12",
    title="Hyperband stops training jobs itself: early stopping is off.",
    source="API model, TrainingJobEarlyStoppingType",
    fix="write early_stopping: off",
)
def hyperband(case: Case) -> Iterator[Broken]:
    if case.strategy == "Hyperband" and case.config.get("TrainingJobEarlyStoppingType") == "Auto":
        yield Broken(_STOPPING, "hyperband stops jobs itself", "write early_stopping: off")


@rule(
    "R12-config",
    title="Resources are for Hyperband only.",
    source="API model, StrategyConfig",
    fix="write strategy: hyperband, or remove hyperband",
)
def hyperband_only(case: Case) -> Iterator[Broken]:
    if case.strategy != "Hyperband" and case.config.get("StrategyConfig"):
        message = f"resources are for Hyperband, and the strategy is {case.strategy}"
        yield Broken((*CONFIG, "StrategyConfig"), message, "write strategy: hyperband, or remove hyperband")


@rule(
    "R13",
    title="Hyperband knows its largest resource: hyperband.max_resource (at most 20,000), or a static epochs.",
    source="API model, HyperbandStrategyConfig; github.com/awslabs/graphstorm/issues/1243",
    fix="write hyperband: {max_resource: 30}",
)
def resources(case: Case) -> Iterator[Broken]:
    if case.strategy != "Hyperband":
        return
    given = (case.config.get("StrategyConfig") or {}).get("HyperbandStrategyConfig") or {}
    low, high = given.get("MinResource"), given.get("MaxResource")
    if high is None:
        yield from _inferred(case)
    elif high > MAX_RESOURCE:
        message = f"max_resource {high} is above {MAX_RESOURCE:,}"
        yield Broken((*_HYPERBAND, "MaxResource"), message, "count in epochs, not in steps or rows")
    elif low is not None and low > high:
        yield Broken((*_HYPERBAND, "MinResource"), f"min_resource {low} is above max_resource {high}", "swap them")


def _inferred(case: Case) -> Iterator[Broken]:
    for part in case.parts:
        found = [whole(part.static[name]) for name in EPOCHS if name in part.static]
        if not any(value is not None and 1 <= value <= MAX_RESOURCE for value in found):
            message = "hyperband does not know its largest resource: no max_resource, and no plain epochs"
            fix = "write hyperband: {max_resource: 30}, or a plain value for epochs"
            yield Broken(_STRATEGY, message, fix)
            return


@rule(
    "R14",
    title="Hyperband needs an algorithm that reports its objective metric while it trains.",
    source="developer guide, how hyperparameter tuning works",
    fix="use strategy: bayesian",
    severity="warning",
)
def iterative(case: Case) -> Iterator[Broken]:
    if case.strategy == "Hyperband":
        for part in _reports_once(case):
            message = f"{part.builtin} reports its metric once, at the end: hyperband cannot compare earlier"
            yield Broken(_STRATEGY, message, "use strategy: bayesian or random")


@rule(
    "R24",
    title="Early stopping needs an algorithm that reports its objective metric in every epoch.",
    source="developer guide, stop training jobs early",
    fix="write early_stopping: off",
    severity="warning",
)
def early_stopping(case: Case) -> Iterator[Broken]:
    if case.config.get("TrainingJobEarlyStoppingType") == "Auto" and case.strategy != "Hyperband":
        for part in _reports_once(case):
            message = f"{part.builtin} reports its metric once, at the end: nothing can be stopped early"
            yield Broken(_STOPPING, message, "write early_stopping: off")


@rule(
    "R25",
    title="Several algorithms: no warm start and no early stopping.",
    source="developer guide, multiple algorithms in one job",
    fix="remove warm_start and early_stopping, or tune one algorithm",
)
def several(case: Case) -> Iterator[Broken]:
    if case.has_several and "WarmStartConfig" in case.request:
        message = "a job of several algorithms cannot start warm"
        yield Broken(("WarmStartConfig",), message, "remove warm_start, or tune one algorithm")
    if case.has_several and case.config.get("TrainingJobEarlyStoppingType") == "Auto":
        message = "a job of several algorithms has no early stopping"
        yield Broken(_STOPPING, message, "write early_stopping: off, or tune one algorithm")


@rule(
    "R25-place",
    title="Several algorithms: each has its own objective and ranges, and the job has none.",
    source="developer guide, multiple algorithms in one job",
    fix="move objective and ranges into each of the algorithms",
)
def each_its_own(case: Case) -> Iterator[Broken]:
    if not case.has_several:
        return
    for member, own in (
        ("HyperParameterTuningJobObjective", "TuningObjective"),
        ("ParameterRanges", "HyperParameterRanges"),
    ):
        if case.config.get(member):
            message = f"{member} is for one definition; each of several has its own"
            yield Broken((*CONFIG, member), message, f"move it into {own} of each definition")


@rule(
    "R26",
    title="What ends the job early can come true: fewer jobs without improvement than jobs.",
    source="API model, TuningJobCompletionCriteria",
    fix="lower completion.not_improving_jobs",
    severity="warning",
)
def completion(case: Case) -> Iterator[Broken]:
    criteria = case.config.get("TuningJobCompletionCriteria", {}).get("BestObjectiveNotImproving", {})
    patience, jobs = criteria.get("MaxNumberOfTrainingJobsNotImproving"), case.limits.get("MaxNumberOfTrainingJobs")
    if patience is not None and jobs is not None and patience >= jobs:
        path = (
            *CONFIG,
            "TuningJobCompletionCriteria",
            "BestObjectiveNotImproving",
            "MaxNumberOfTrainingJobsNotImproving",
        )
        message = f"{shown(patience)} jobs without improvement never come: the tuning job has {jobs}"
        yield Broken(path, message, "lower not_improving_jobs, or raise jobs")


def _reports_once(case: Case) -> Iterator[Part]:
    return (part for part in case.parts if part.builtin in AT_THE_END)
