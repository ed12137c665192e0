"""What a tuning job may differ in from the ones it learns from: their descriptions decide, as far as they are given."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from smtune.errors import shown
from smtune.rules.case import Case, Json, Part, Path
from smtune.rules.rule import Broken, rule
from smtune.rules.space import OBJECTIVE_METRIC
from smtune.service_model import REQUEST, violations
from smtune.statuses import TERMINAL

OLDEST = dt.datetime(2018, 10, 1, tzinfo=dt.UTC)
MAX_CHANGES = 10
FIXED = (
    "Environment",
    "RetryStrategy",
    "EnableNetworkIsolation",
    "EnableInterContainerTrafficEncryption",
    "HyperParameterTuningResourceConfig",
)
"""The members of a definition that are not among those the service lets a warm start change."""
_CHANNEL_DEFAULTS = {"CompressionType": "None", "RecordWrapperType": "None"}
_SOURCE_DEFAULTS = {"S3DataDistributionType": "FullyReplicated"}
_TO_COME = re.compile(r"s3://sagemaker-[a-z0-9-]+-0{12}/")
"""Where data stands that is not uploaded yet: in the bucket of an account that nobody has."""
_PARENTS: Path = ("WarmStartConfig", "ParentHyperParameterTuningJobs")
_GUIDE = "developer guide, warm start"
_SHARED = ("HyperParameterTuningJobConfig", "TrainingJobDefinition", "TrainingJobDefinitions")


def as_request(description: Any) -> Json | None:
    """The request that a DescribeHyperParameterTuningJob response stands for; None where it cannot be read."""
    if not isinstance(description, dict):
        return None
    request = {"HyperParameterTuningJobName": description.get("HyperParameterTuningJobName")}
    request |= {name: description[name] for name in _SHARED if name in description}
    found = violations(REQUEST, request)
    return None if any(violation.is_malformed for violation in found) else request


@rule(
    "R27",
    title="A warm start's parents are different tuning jobs that have ended, created after 2018-10-01.",
    source=f"API model; {_GUIDE}",
    fix="name tuning jobs that have ended, each once",
)
def parents(case: Case) -> Iterator[Broken]:
    counts = Counter(name for _, name in _named(case))
    for path, name in _named(case):
        parent = case.parents.get(name, {})
        status = parent.get("HyperParameterTuningJobStatus")
        created = _time(parent.get("CreationTime"))
        if counts.pop(name, 1) > 1:
            yield Broken(path, f"parent {shown(name)} stands twice", "name it once")
        if status is not None and status not in TERMINAL:
            fix = f"wait for it, or stop it: smtune stop {name}"
            yield Broken(path, f"parent {shown(name)} is {status}: a parent has ended", fix)
        if created is not None and created < OLDEST:
            message = f"parent {shown(name)} was created on {created:%Y-%m-%d}, before 2018-10-01"
            yield Broken(path, message, "take a newer job")


@rule(
    "R27-grandparents",
    title="A warm start reads its parents only: list their parents too.",
    source=_GUIDE,
    fix="add the parents' parents to warm_start.parents (five in all)",
    severity="warning",
)
def grandparents(case: Case) -> Iterator[Broken]:
    ours = {name for _, name in _named(case)}
    for path, name in _named(case):
        theirs = parent_names(case.parents.get(name))
        if theirs - ours:
            older = ", ".join(sorted(theirs - ours))
            message = f"parent {shown(name)} learned from {older}, which this job will not read"
            yield Broken(path, message, f"add {older} to the parents")


@rule(
    "R28",
    title="A warm start has its parents' objective metric and their hyperparameters, each of the same kind.",
    source=f"{_GUIDE}; github.com/aws/amazon-sagemaker-examples/issues/861",
    fix="keep the objective, the names and the kinds of the hyperparameters",
)
def same_search(case: Case) -> Iterator[Broken]:
    for path, name, ours, theirs in _pairs(case):
        if (ours.objective or {}) != (theirs.objective or {}):
            message = f"the objective is not that of parent {shown(name)}: {_objective(theirs)}"
            yield Broken(ours.objective_path, message, f"write objective: {{{_objective(theirs)}}}")
        mine, other = _names(ours), _names(theirs)
        for extra in sorted(mine - other):
            yield Broken(ours.place_of(extra), f"parent {shown(name)} has no {shown(extra)}", "remove it")
        if other - mine:
            missing = ", ".join(sorted(other - mine)[:5])
            message = f"parent {shown(name)} has {missing}, and this job does not"
            yield Broken(path, message, "add them with a value or a range")
        yield from _kinds(name, ours, theirs)


@rule(
    "R28-changes",
    title="A warm start changes at most 10 static values, those that were tuned before included.",
    source=_GUIDE,
    fix="keep more of the parent's values",
)
def few_changes(case: Case) -> Iterator[Broken]:
    for path, name, ours, theirs in _pairs(case):
        fixed = [key for key in ours.static if key != OBJECTIVE_METRIC and ours.static[key] != theirs.static.get(key)]
        changed = [key for key in fixed if key in _names(theirs)]
        if len(changed) > MAX_CHANGES:
            message = f"{len(changed)} hyperparameters have another value than in {shown(name)}; 10 may"
            yield Broken(path, message, "keep the parent's values for the others")


@rule(
    "R29",
    title="A warm start of type identical has its parents' data and image.",
    source=f"API model, WarmStartType; {_GUIDE}",
    fix="keep data and image, or write type: transfer",
)
def identical(case: Case) -> Iterator[Broken]:
    for _, name, ours, theirs in _pairs(case) if _type(case) == "IdenticalDataAndAlgorithm" else ():
        if not _same_data(ours, theirs):
            message = f"the data is not that of parent {shown(name)}"
            yield Broken(ours.at("InputDataConfig"), message, "keep it, or write type: transfer")
        if _image(ours) != _image(theirs):
            message = f"the image is not that of parent {shown(name)}"
            yield Broken(ours.at("AlgorithmSpecification"), message, "keep it, or write type: transfer")


@rule(
    "R30",
    title="A warm start of type transfer may have another version of its parents' image, not another image.",
    source=f"API model, WarmStartType; {_GUIDE}",
    fix="use the parents' algorithm",
    severity="warning",
)
def transfer(case: Case) -> Iterator[Broken]:
    for _, name, ours, theirs in _pairs(case) if _type(case) == "TransferLearning" else ():
        mine, other = (_repository(part) for part in (ours, theirs))
        if mine and other and mine != other:
            message = f"the image is {shown(mine)}, that of parent {shown(name)} is {shown(other)}"
            yield Broken(ours.at("AlgorithmSpecification"), message, "use another version of the same image")


@rule(
    "R31",
    title=f"A warm start does not change {', '.join(FIXED)}.",
    source="github.com/aws/sagemaker-python-sdk/issues/3693 (as of 2023)",
    fix="keep what the parent has",
)
def fixed(case: Case) -> Iterator[Broken]:
    for _, name, ours, theirs in _pairs(case):
        for member in FIXED:
            mine, other = ours.definition.get(member) or None, theirs.definition.get(member) or None
            # A description has a RetryStrategy that nobody asked for.
            if mine != other and not (member == "RetryStrategy" and mine is None):
                message = f"{member} is not that of parent {shown(name)}, and a warm start may not change it"
                yield Broken(ours.at(member), message, "keep what the parent has")


def parent_names(request: Any) -> frozenset[str]:
    """The tuning jobs that a request, of any form, starts warm from."""
    started = request.get("WarmStartConfig") if isinstance(request, dict) else None
    listed = started.get("ParentHyperParameterTuningJobs") if isinstance(started, dict) else None
    jobs = listed if isinstance(listed, list) else []
    return frozenset(str(each.get("HyperParameterTuningJobName")) for each in jobs if isinstance(each, dict))


def _named(case: Case) -> Iterator[tuple[Path, str]]:
    started = case.request.get("WarmStartConfig", {})
    for index, parent in enumerate(started.get("ParentHyperParameterTuningJobs", ())):
        yield (*_PARENTS, index), parent.get("HyperParameterTuningJobName", "")


def _pairs(case: Case) -> Iterator[tuple[Path, str, Part, Part]]:
    """Each parent that is described, its definition beside ours."""
    for name, path in {name: path for path, name in _named(case)}.items():
        request = as_request(case.parents.get(name))
        theirs = Case(request).parts if request else ()
        if len(case.parts) == len(theirs) == 1:
            yield path, name, case.parts[0], theirs[0]


def _type(case: Case) -> str:
    return str(case.request.get("WarmStartConfig", {}).get("WarmStartType", ""))


def _names(part: Part) -> set[str]:
    return {*part.static, *(tuned.name for tuned in part.tuned)} - {OBJECTIVE_METRIC}


def _kinds(name: str, ours: Part, theirs: Part) -> Iterator[Broken]:
    kinds = {tuned.name: tuned.kind for tuned in theirs.tuned}
    for tuned in ours.tuned:
        other = kinds.get(tuned.name, tuned.kind)
        if other != tuned.kind:
            message = f"{shown(tuned.name)} is {tuned.kind.lower()} here and {other.lower()} in parent {shown(name)}"
            yield Broken(tuned.path, message, f"give it a range of the parent's kind, {other.lower()}")


def _objective(part: Part) -> str:
    given = part.objective or {"Type": "Maximize", "MetricName": "nothing"}
    return f"{given['Type'].lower()}: {given['MetricName']}"


def _same_data(ours: Part, theirs: Part) -> bool:
    """Whether two definitions have the same channels, in any order; those yet to be uploaded pass for any data."""
    mine, other = _channels(ours), _channels(theirs)
    return mine.keys() == other.keys() and all(
        mine[name] == other[name] for name in mine if not any(_is_to_come(each[name]) for each in (mine, other))
    )


def _channels(part: Part) -> dict[str, Json]:
    """Each channel by its name, with the service's defaults said."""
    found = dict[str, Json]()
    for channel in part.definition.get("InputDataConfig", ()):
        source = dict(channel["DataSource"])
        if "S3DataSource" in source:
            source["S3DataSource"] = {**_SOURCE_DEFAULTS, **source["S3DataSource"]}
        mode = {"InputMode": part.algorithm.get("TrainingInputMode")}
        found[channel["ChannelName"]] = {**_CHANNEL_DEFAULTS, **mode, **channel, "DataSource": source}
    return found


def _is_to_come(channel: Json) -> bool:
    return bool(_TO_COME.match(channel["DataSource"].get("S3DataSource", {}).get("S3Uri", "")))


def _image(part: Part) -> tuple[str, ...]:
    """What tells two images apart: AWS's own are the same ones in every region's registry."""
    image = str(part.algorithm.get("TrainingImage", ""))
    if part.family is None or part.version is None:
        return (image,)
    if part.family.kind == "builtin":
        return part.family.name, part.version
    return part.family.name, image.rpartition(":")[2]


def _repository(part: Part) -> str:
    image = str(part.algorithm.get("TrainingImage", ""))
    return image.rpartition("/")[2].partition("@")[0].partition(":")[0]


def _time(value: Any) -> dt.datetime | None:
    """A time as boto3 gives it, as the AWS CLI prints it (ISO 8601), or in seconds since the epoch."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = dt.datetime.fromtimestamp(value, dt.UTC)
        elif isinstance(value, str):
            value = dt.datetime.fromisoformat(value)
    except (ValueError, OverflowError, OSError):
        return None
    if not isinstance(value, dt.datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=dt.UTC)
