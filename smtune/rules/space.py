"""What is searched: ranges, choices, names, and how many of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from smtune.errors import shown
from smtune.rules.case import LIMITS, Case, Part, Tuned
from smtune.rules.numbers import combinations, number, whole
from smtune.rules.rule import Broken, rule

MAX_RANGES = 30
MAX_HYPERPARAMETERS = 99  # the service's 100 less the one it adds itself
MAX_HINTS = 100
OBJECTIVE_METRIC = "_tuning_objective_metric"
_GUIDE = "developer guide, define ranges"
_LIMITS = "developer guide, tuning limits"


@rule(
    "R4",
    title="At most 30 hyperparameters have a range, those of all kinds together.",
    source=f"API model, ParameterRanges; {_LIMITS}",
    fix="give plain values to those that matter least",
)
def ranges(case: Case) -> Iterator[Broken]:
    for part in case.parts:
        if len(part.ranged) > MAX_RANGES:
            message = f"{len(part.ranged)} hyperparameters have a range; the service takes {MAX_RANGES}"
            yield Broken(part.ranges_path, message, "give plain values to those that matter least")


@rule(
    "R5",
    title="A choice lists each value once.",
    source="API model; github.com/aws/amazon-sagemaker-feedback/issues/195",
    fix="list each value once",
)
def repeated_values(case: Case) -> Iterator[Broken]:
    for tuned in _all(case):
        counts = Counter(tuned.ends) if tuned.kind == "Categorical" else {}
        repeated = [shown(text) for text, count in counts.items() if count > 1]
        if repeated:
            yield Broken(tuned.path, f"the values repeat {_few(repeated)}", "list each value once")


@rule(
    "R6",
    title="A range's ends are numbers, the first below the second.",
    source="API model; github.com/aws/amazon-sagemaker-feedback/issues/195",
    fix="write two different numbers, the smaller one as min",
)
def ends(case: Case) -> Iterator[Broken]:
    for tuned in _all(case):
        if tuned.kind in ("Continuous", "Integer"):
            yield from _ends(tuned)


def _ends(tuned: Tuned) -> Iterator[Broken]:
    read, what = (whole, "a whole number") if tuned.kind == "Integer" else (number, "a number")
    low, high = (read(end) for end in tuned.ends)
    wrong = [shown(end) for end, value in zip(tuned.ends, (low, high), strict=True) if value is None]
    if wrong:
        fix = "write a plain number; for other values list them: {values: [...]}"
        yield Broken(tuned.path, f"{' and '.join(wrong)}: not {what}", fix)
    elif low == high:
        message = f"min and max are both {shown(tuned.ends[0])}: the service refuses a range of one value"
        yield Broken(tuned.path, message, "widen the range, or write the plain value")
    elif low is not None and high is not None and low > high:
        yield Broken(tuned.path, f"min {shown(tuned.ends[0])} is above max {shown(tuned.ends[1])}", "swap them")


@rule(
    "R7",
    title="A log scale needs min > 0; a reverse-log scale is for continuous ranges with 0 <= min and max < 1.",
    source=f"API model, ScalingType; {_GUIDE}",
    fix="use scale: linear, or move the range",
)
def scales(case: Case) -> Iterator[Broken]:
    for tuned in _all(case):
        scale, low = tuned.item.get("ScalingType"), number(tuned.item.get("MinValue", ""))
        high = number(tuned.item.get("MaxValue", ""))
        if low is None or high is None:
            continue
        if scale == "Logarithmic" and low <= 0:
            message = f"a log scale needs min > 0, not {shown(tuned.ends[0])}"
            yield Broken(tuned.path, message, "raise min above 0, or use scale: linear")
        elif scale == "ReverseLogarithmic" and tuned.kind == "Integer":
            message = "a reverse-log scale is for continuous ranges only"
            yield Broken(tuned.path, message, "use scale: linear or log, or write min as 0.0")
        elif scale == "ReverseLogarithmic" and not (low >= 0 and high < 1):
            message = f"a reverse-log scale needs 0 <= min and max < 1, not {' to '.join(map(shown, tuned.ends))}"
            yield Broken(tuned.path, message, "keep the range below 1.0, or use another scale")


@rule(
    "R8",
    title="At most 99 hyperparameters, static and tuned together: the service's 100 less the one it adds.",
    source=f"API model, StaticHyperParameters; {_GUIDE}",
    fix="pass the rest in one file or one JSON text",
)
def hyperparameters(case: Case) -> Iterator[Broken]:
    for part in case.parts:
        names = {*part.static, *(tuned.name for tuned in part.ranged)}
        if len(names - {OBJECTIVE_METRIC}) > MAX_HYPERPARAMETERS:
            message = f"{len(names)} hyperparameters; the service takes {MAX_HYPERPARAMETERS}"
            yield Broken(_place(part), message, "pass the rest in one file or one JSON text")


@rule(
    "R9",
    title="A hyperparameter is either static or tuned, and is named once.",
    source="API model, StaticHyperParameters: they do not change",
    fix="keep one of the two",
)
def names(case: Case) -> Iterator[Broken]:
    for part in case.parts:
        counts = Counter(tuned.name for tuned in part.tuned)
        for tuned in part.tuned:
            if tuned.name in part.static:
                message = f"{shown(tuned.name)} has a plain value and is tuned"
                yield Broken(tuned.path, message, "keep either the value or the range")
            elif counts.pop(tuned.name, 1) > 1:
                yield Broken(tuned.path, f"{shown(tuned.name)} has more than one range", "keep one of them")


@rule(
    "R15",
    title="Something is tuned, and a finite space has at least as many configurations as limits.jobs.",
    source="github.com/aws/amazon-sagemaker-operator-for-k8s/issues/123",
    fix="lower limits.jobs, or widen a range",
)
def size(case: Case) -> Iterator[Broken]:
    jobs = case.limits.get("MaxNumberOfTrainingJobs")
    totals = [combinations(part.tuned) for part in case.parts]
    for part in case.parts:
        if not part.tuned and not case.autotunes:
            fix = "give at least one of them a range {min: 1, max: 5} or a choice {values: [a, b]}"
            yield Broken(_place(part), "no hyperparameter has a range: there is nothing to tune", fix)
    if case.strategy not in ("Bayesian", "Random") or jobs is None or not all(part.tuned for part in case.parts):
        return
    total = sum(count for count in totals if count is not None)
    if totals and None not in totals and total < jobs:
        message = f"there {'is' if total == 1 else 'are'} only {total} combinations for {jobs} jobs"
        yield Broken((*LIMITS, "MaxNumberOfTrainingJobs"), message, f"lower jobs to {total}, or widen a range")


@rule(
    "R44",
    title="A hyperparameter with a hint needs Autotune, which chooses its range.",
    source="API model, Autotune and AutoParameters",
    fix="write autotune: true, or give the hyperparameter a range",
)
def hints(case: Case) -> Iterator[Broken]:
    for tuned in _all(case):
        if tuned.kind == "Auto" and not case.autotunes:
            message = f"{shown(tuned.name)} has a hint, and nothing chooses its range"
            yield Broken(tuned.path, message, "write autotune: true, or give it a range {min: 1, max: 5}")


@rule(
    "R49",
    title="What a description adds is left out: _tuning_objective_metric is the service's own hyperparameter.",
    source="terraform-provider-aws, normalisation of DescribeHyperParameterTuningJob",
    fix="remove it",
    severity="warning",
)
def added_by_the_service(case: Case) -> Iterator[Broken]:
    for part in case.parts:
        if OBJECTIVE_METRIC in part.static:
            message = "the service sets this hyperparameter itself; a description shows it"
            yield Broken(part.at("StaticHyperParameters", OBJECTIVE_METRIC), message, "remove it")


def _all(case: Case) -> Iterator[Tuned]:
    for part in case.parts:
        yield from part.tuned


def _place(part: Part) -> tuple[str | int, ...]:
    return part.ranges_path if part.ranges or not part.static else part.at("StaticHyperParameters")


def _few(words: list[str]) -> str:
    return ", ".join(words[:3]) + (f" and {len(words) - 3} more" if len(words) > 3 else "")
