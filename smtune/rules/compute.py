"""What training jobs run on, where their data and models are, and for how long they run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from smtune.errors import shown
from smtune.rules.case import Case, Json, Part, Path
from smtune.rules.rule import Broken, rule

DAY = 86_400
MAX_DAYS = 28
MAX_ENVIRONMENT = 48
FLEXIBLE_TYPES = ("ml.m5.xlarge", "ml.m5.2xlarge", "ml.m5.4xlarge", "ml.c5.xlarge", "ml.c5.2xlarge")
_OWN = "ResourceConfig"
_TUNING = "HyperParameterTuningResourceConfig"
_ONE = ("InstanceType", "InstanceCount", "VolumeSizeInGB")


@rule(
    "R35-channels",
    title="Each input channel has a name of its own and one source of data.",
    source="API model, Channel and DataSource",
    fix="give each channel one of uri, file_system and dataset",
)
def channels(case: Case) -> Iterator[Broken]:
    for part in case.parts:
        given: list[Json] = part.definition.get("InputDataConfig", [])
        counts = Counter(channel["ChannelName"] for channel in given)
        for index, channel in enumerate(given):
            path, name = part.at("InputDataConfig", index), channel["ChannelName"]
            if counts.pop(name, 1) > 1:
                yield Broken(path, f"two channels are named {shown(name)}", "give each a name of its own")
            if len(channel["DataSource"]) != 1:
                message = f"channel {shown(name)} has {len(channel['DataSource']) or 'no'} sources of data"
                yield Broken(path, message, "give it one: an S3 uri, a file_system or a dataset")


@rule(
    "R35-overlap",
    title="A channel's S3 uri is the beginning of keys: `s3://b/train` reads what lies below `s3://b/train-2` too.",
    source="API model, S3DataSource",
    fix="end the shorter uri with a slash",
    severity="warning",
)
def overlaps(case: Case) -> Iterator[Broken]:
    for part in case.parts:
        found = {}
        for index, channel in enumerate(part.definition.get("InputDataConfig", ())):
            source = channel["DataSource"].get("S3DataSource", {})
            if source.get("S3DataType") == "S3Prefix":
                found[index, channel["ChannelName"]] = source["S3Uri"]
        for (index, name), uri in found.items():
            for (_, other), longer in found.items():
                if not longer.startswith(_keyed(uri)) or longer.rstrip("/") == uri.rstrip("/"):
                    continue
                message = f"channel {shown(name)} reads what channel {shown(other)} reads, too: {longer}"
                place = part.at("InputDataConfig", index, "DataSource", "S3DataSource", "S3Uri")
                is_inside = longer.startswith(f"{uri.rstrip('/')}/")
                yield Broken(place, message, "name another place for one of them" if is_inside else f"write {uri}/")


def _keyed(uri: str) -> str:
    """A whole bucket ends with a slash: the names of others may begin with its name."""
    return uri if "/" in uri.partition("://")[2] else f"{uri}/"


@rule(
    "R37",
    title="Instances are said once: by ResourceConfig, or by HyperParameterTuningResourceConfig.",
    source="API model, HyperParameterTuningResourceConfig",
    fix="keep one of the two",
)
def one_config(case: Case) -> Iterator[Broken]:
    for part in case.parts:
        given = [member for member in (_OWN, _TUNING) if member in part.definition]
        if len(given) != 1:
            message = f"{_OWN} stands beside {_TUNING}" if given else "nothing says what the training jobs run on"
            fix = "keep one of the two" if given else "write compute: {instance: ml.m5.large}"
            yield Broken(part.at(given[-1]) if given else part.path, message, fix)


@rule(
    "R37-flexible",
    title="A list of instances to choose from replaces the one instance.",
    source="API model, InstanceConfigs",
    fix="write either compute.flexible or compute.instance",
)
def flexible(case: Case) -> Iterator[Broken]:
    for part in case.parts:
        given: Json | None = part.definition.get(_TUNING)
        if given is None:
            continue
        single = [member for member in _ONE if member in given]
        if given.get("InstanceConfigs") and single:
            message = f"{single[0]} stands beside the list of instances, which replaces it"
            yield Broken(part.at(_TUNING, single[0]), message, f"remove {single[0]}")
        elif not given.get("InstanceConfigs") and not {"InstanceType", "InstanceCount"} <= set(single):
            message = "it says neither an instance with its count nor a list of them"
            yield Broken(part.at(_TUNING), message, "write compute: {instance: ml.m5.large, count: 1}")


@rule(
    "R37-types",
    title=f"The API's text offers a choice of instances among {', '.join(FLEXIBLE_TYPES)} only.",
    source="API model, HyperParameterTuningInstanceConfig (its enum takes them all)",
    fix="choose among these, or write one compute.instance",
    severity="warning",
)
def flexible_types(case: Case) -> Iterator[Broken]:
    for part in case.parts:
        for index, given in enumerate(part.definition.get(_TUNING, {}).get("InstanceConfigs", ())):
            if given["InstanceType"] not in FLEXIBLE_TYPES:
                message = f"{given['InstanceType']} is not among the types that the API's text names for a choice"
                fix = f"known to work: {', '.join(FLEXIBLE_TYPES)}"
                yield Broken(part.at(_TUNING, "InstanceConfigs", index, "InstanceType"), message, fix)


@rule(
    "R37-warm",
    title="Tuning jobs keep instances warm by themselves: the service ignores how long you want it.",
    source="API model, HyperParameterTuningResourceConfig; aws-controllers-k8s/sagemaker-controller#176",
    fix="remove compute.keep_alive_seconds",
    severity="warning",
)
def warm_pools(case: Case) -> Iterator[Broken]:
    for part in case.parts:
        if "KeepAlivePeriodInSeconds" in part.definition.get(_OWN, {}):
            message = "a tuning job reuses instances by itself; the service drops this"
            yield Broken(part.at(_OWN, "KeepAlivePeriodInSeconds"), message, "remove keep_alive_seconds")


@rule(
    "R38-groups",
    title="Instances are one type with a count, or groups, or preferences (which exclude spot).",
    source="API model, ResourceConfig",
    fix="keep one of compute.instance, compute.groups and compute.preferences",
)
def instances(case: Case) -> Iterator[Broken]:
    for part in case.parts:
        given: Json | None = part.definition.get(_OWN)
        if given is None:
            continue
        yield from _one_choice(part, given)
        if "InstancePreferences" in given:
            yield from _preferences(part, given)
        if part.definition.get("EnableManagedSpotTraining") and "InstancePreferences" in given:
            message = "a list of preferred instances excludes spot"
            yield Broken(part.at("EnableManagedSpotTraining"), message, "write spot: false, or one instance type")
        for member in ("SelectedInstanceType", "SelectedInstanceCount"):
            if member in given:
                yield Broken(part.at(_OWN, member), "only descriptions have this", "remove it")


@rule(
    "R39",
    title="Spot training jobs wait at least as long as they may run; others do not wait.",
    source="API model, StoppingCondition; github.com/aws/amazon-sagemaker-examples/issues/869",
    fix="write compute: {spot: true, runtime_seconds: 3600, wait_seconds: 7200}",
)
def spot(case: Case) -> Iterator[Broken]:
    for part in case.parts:
        stopping = part.definition["StoppingCondition"]
        run, wait = stopping.get("MaxRuntimeInSeconds", DAY), stopping.get("MaxWaitTimeInSeconds")
        path = part.at("StoppingCondition", "MaxWaitTimeInSeconds")
        if not part.definition.get("EnableManagedSpotTraining"):
            if wait is not None:
                message = "only spot training jobs wait for instances"
                yield Broken(path, message, "write spot: true, or remove wait_seconds")
        elif wait is None:
            message = "spot training jobs need a time to wait for instances, run time included"
            yield Broken(part.at("EnableManagedSpotTraining"), message, f"add wait_seconds: {2 * run}")
        elif wait < run:
            message = f"wait_seconds {wait} is below runtime_seconds {run}, which it includes"
            yield Broken(path, message, f"write wait_seconds: {2 * run}, or lower runtime_seconds")


@rule(
    "R39-days",
    title="A training job runs for at most 28 days.",
    source="API model, MaxRuntimeInSeconds",
    fix="lower compute.runtime_seconds to 2419200",
)
def days(case: Case) -> Iterator[Broken]:
    for part in case.parts:
        seconds = part.definition["StoppingCondition"].get("MaxRuntimeInSeconds", 0)
        if seconds > MAX_DAYS * DAY:
            path = part.at("StoppingCondition", "MaxRuntimeInSeconds")
            message = f"{seconds:,} seconds are {seconds / DAY:.1f} days; the service takes {MAX_DAYS}"
            yield Broken(path, message, f"lower runtime_seconds to {MAX_DAYS * DAY}")


@rule(
    "R41",
    title="At most 48 environment variables, those of all algorithms together.",
    source="API model, Environment",
    fix="put the rest into one JSON text, or into a file",
)
def environment(case: Case) -> Iterator[Broken]:
    total = sum(len(part.definition.get("Environment", {})) for part in case.parts)
    if len(case.parts) > 1 and total > MAX_ENVIRONMENT:
        message = f"{total} environment variables in all; the service takes {MAX_ENVIRONMENT}"
        yield Broken(case.parts[-1].at("Environment"), message, "put the rest into one JSON text, or into a file")


def _one_choice(part: Part, given: Json) -> Iterator[Broken]:
    lists = [member for member in ("InstanceGroups", "InstancePreferences") if given.get(member)]
    path: Path = part.at(_OWN)
    if len(lists) > 1:
        yield Broken(part.at(_OWN, lists[1]), f"{lists[1]} stand beside {lists[0]}", "keep one of the two")
    elif lists:
        # Preferences may share one count; a group has its own.
        others = ["InstanceType", *(["InstanceCount"] if lists == ["InstanceGroups"] else ["InstancePlacementConfig"])]
        for member in others:
            if member in given:
                message = f"{member} stands beside {lists[0]}, which replace it"
                yield Broken((*path, member), message, f"remove {member}, or {lists[0]}")
    elif "InstanceType" not in given or not given.get("InstanceCount"):
        message = "it says neither an instance type with its count nor groups of them"
        yield Broken(path, message, "write compute: {instance: ml.m5.large, count: 1}")


def _preferences(part: Part, given: Json) -> Iterator[Broken]:
    preferences: list[Json] = given["InstancePreferences"]
    path = part.at(_OWN, "InstancePreferences")
    counted = sum("InstanceCount" in each for each in preferences) + len(preferences) * ("InstanceCount" in given)
    if counted != len(preferences):
        message = "the count of instances is said for each preference, or once for all of them"
        yield Broken(path, message, "give every preference a count, and the job none")
    if len({each["InstanceType"] for each in preferences}) < len(preferences):
        yield Broken(path, "an instance type stands twice", "name each type once")
