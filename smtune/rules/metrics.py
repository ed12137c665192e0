"""What is printed, and which of it is tuned for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from smtune.algorithms import xgboost
from smtune.algorithms.builtins import objective_complaint
from smtune.errors import listed, shown
from smtune.rules.case import PROGRAM, Case, Json, Part, Path
from smtune.rules.regex import as_python, compiled, cut_number, lazy_end, mended, overlap
from smtune.rules.rule import Broken, rule
from smtune.spec.explain import nearest

MAX_METRICS, MANY_METRICS = 40, 20
_GUIDE = "developer guide, define metrics"
_LONGEST = 150
_PLAIN = "write what both engines know, as (\\S+), or look at the first job's metrics"
_GROUP = "put the number, and nothing else, in one group: (\\S+)"


@rule(
    "R20",
    title="At most 40 metrics; the limits table still says 20.",
    source=f"API model; {_GUIDE}; developer guide, tuning limits",
    fix="keep those that you look at",
    severity="warning",
)
def many_metrics(case: Case) -> Iterator[Broken]:
    for part in case.parts:
        count = len(part.metrics)
        if count > MAX_METRICS:
            message = f"{count} metrics; the service takes {MAX_METRICS}"
            yield Broken(_definitions(part), message, "keep those that you look at", "error")
        elif count > MANY_METRICS:
            message = f"{count} metrics; the limits table says {MANY_METRICS}, the API takes {MAX_METRICS}"
            yield Broken(_definitions(part), message, "keep those that you look at")


@rule(
    "R20-names",
    title="A metric is defined once.",
    source="API model, MetricDefinitions",
    fix="keep one of the two",
)
def metric_names(case: Case) -> Iterator[Broken]:
    for part in case.parts:
        counts = Counter(metric["Name"] for metric in part.metrics)
        for index, metric in enumerate(part.metrics):
            if counts.pop(metric["Name"], 1) > 1:
                yield Broken(
                    (*_definitions(part), index), f"{shown(metric['Name'])} is defined twice", "keep one of them"
                )


@rule(
    "R21",
    title="A metric's regex is one, with one group around the number (a warning: further groups, which are not read, "
    "and Java's own syntax, which is not checked).",
    source=_GUIDE,
    fix=_GROUP,
)
def regexes(case: Case) -> Iterator[Broken]:
    for _, path, metric in _metrics(case):
        pattern = compiled(metric["Regex"])
        complaint = pattern if isinstance(pattern, str) else None
        meant = compiled(as_python(metric["Regex"])) if complaint else pattern
        if isinstance(meant, str):
            yield Broken(path, f"not a regular expression: {meant}", "check brackets and backslashes")
        elif meant.groups == 0:
            yield Broken(path, "the regex has no group, and needs one around the number", _GROUP)
        elif complaint:
            message = f"not checked here: the service's engine is not Python's, which says {complaint}"
            yield Broken(path, message, _PLAIN, "warning")
        elif meant.groups > 1:
            message = f"the regex has {meant.groups} groups, and only the first is read"
            yield Broken(path, message, "write the others as (?:...)", "warning")


@rule(
    "R21-lazy",
    title="A group at the end of a metric's regex is not lazy: (.*?) captures nothing there.",
    source="github.com/aws/sagemaker-python-sdk/issues/3932",
    fix="write (\\S+)",
    severity="warning",
)
def lazy_groups(case: Case) -> Iterator[Broken]:
    for part, path, metric in _with_one_group(case):
        yield from _trapped(part, path, lazy_end(metric["Regex"]), metric)


@rule(
    "R21-number",
    title="A metric's group takes numbers with an exponent: ([0-9.]+) reads 8.3e-05 as 8.3.",
    source="measured with Python's re",
    fix="write (\\S+)",
    severity="warning",
)
def cut_numbers(case: Case) -> Iterator[Broken]:
    for part, path, metric in _with_one_group(case):
        yield from _trapped(part, path, cut_number(metric["Regex"]), metric)


@rule(
    "R21-overlap",
    title="A metric's regex finds its own number only: loss: also matches val_loss:.",
    source="measured with Python's re",
    fix="begin it with \\b, or with the whole word",
    severity="warning",
)
def overlaps(case: Case) -> Iterator[Broken]:
    for part, path, metric in _with_one_group(case):
        yield from _trapped(part, path, overlap(metric["Regex"], _all_regexes(part)), metric)


@rule(
    "R22",
    title="The objective metric is one that the algorithm reports: a built-in one's own, else one of metrics.",
    source="API model; github.com/aws/sagemaker-python-sdk/issues/3932",
    fix="add it to metrics with the words that your log prints",
)
def objective(case: Case) -> Iterator[Broken]:
    for part in case.parts:
        if part.has_own_image and part.metrics:
            message = "a built-in algorithm's metrics cannot be redefined"
            yield Broken(_definitions(part), message, "remove metrics: the algorithm has its own")
        if part.objective is None:
            fix = "write objective: {maximize: NAME}, or minimize"
            yield Broken(part.objective_path, "there is no objective metric", fix)
        elif part.builtin == "xgboost":
            yield from _xgboost(part, part.objective)
        else:
            yield from _objective(part, part.objective)


def _objective(part: Part, given: Json) -> Iterator[Broken]:
    complaint = objective_complaint(part.builtin, given["MetricName"], given["Type"]) if part.builtin else None
    if complaint:
        yield Broken(part.objective_path, complaint.message, complaint.fix, complaint.severity)
    elif not part.has_own_image:
        yield from _defined(part, given["MetricName"])


def _defined(part: Part, metric: str) -> Iterator[Broken]:
    names = [each["Name"] for each in part.metrics]
    is_script = PROGRAM in part.static
    fix = f"add metrics: {{{metric!r}: '{metric}=(\\S+)'}} with the words your log prints"
    if metric not in names and (names or is_script):
        known = listed(names, 5) or "none"
        near = nearest(metric, names)
        hint = f"did you mean {near}? else " if near else ""
        yield Broken(part.objective_path, f"{shown(metric)} is not among the metrics ({known})", f"{hint}{fix}")
    elif not names and "TrainingImage" in part.algorithm:
        message = f"no metric says how to read {shown(metric)} from the log"
        yield Broken(part.objective_path, message, f"{fix}, unless the image is one of AWS's own", "warning")


def _xgboost(part: Part, given: Json) -> Iterator[Broken]:
    metric = given["MetricName"]
    place, _, name = metric.partition(":")
    if place not in {"train", "validation"} or name not in xgboost.METRICS:
        near = nearest(metric, [f"validation:{known}" for known in xgboost.METRICS])
        fix = f"did you mean {near}?" if near else "as validation:auc, validation:rmse or validation:mlogloss"
        yield Broken(part.objective_path, f"the built-in XGBoost has no metric {shown(metric)}", fix)
    elif given["Type"] != xgboost.METRICS[name]:
        wanted = xgboost.METRICS[name].lower()
        fix = f"write objective: {{{wanted}: {metric}}}"
        yield Broken(part.objective_path, f"{metric} is to be {wanted}d", fix)


def _definitions(part: Part) -> Path:
    return part.at("AlgorithmSpecification", "MetricDefinitions")


def _metrics(case: Case) -> Iterator[tuple[Part, Path, Json]]:
    """Every metric that is not a built-in algorithm's own, with its place."""
    for part in case.parts:
        if not part.has_own_image:
            for index, metric in enumerate(part.metrics):
                yield part, (*_definitions(part), index), metric


def _with_one_group(case: Case) -> Iterator[tuple[Part, Path, Json]]:
    for part, path, metric in _metrics(case):
        pattern = compiled(metric["Regex"])
        if not isinstance(pattern, str) and pattern.groups == 1:
            yield part, path, metric


def _all_regexes(part: Part) -> list[str]:
    return [metric["Regex"] for metric in part.metrics]


def _trapped(part: Part, path: Path, trap: str | None, metric: Json) -> Iterator[Broken]:
    """One trap, with the regex that falls into none."""
    if trap:
        better = mended(metric["Regex"], _all_regexes(part))
        fix = "write '{}'".format(better.replace("'", "''"))
        if better == metric["Regex"]:
            fix = "let the script print other words for one of the two"
        yield Broken(path, trap, fix if len(fix) <= _LONGEST else _GROUP)
