"""What CreateHyperParameterTuningJob is refused for, in the service's words where they are known."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from smtune.local.answers import ServiceAnswerError
from smtune.local.objects import ObjectKeyError, parse_uri
from smtune.local.planning import metric_definitions
from smtune.local.program import NoProgramError, find_program
from smtune.local.settings import REGION
from smtune.local.storage import Storage
from smtune.service_model import REQUEST, violations

STRATEGIES = ("Bayesian", "Random")


def check_create(request: Mapping[str, Any], storage: Storage, programs: Mapping[str, str]) -> None:
    """Raise ServiceAnswerError (ValidationException) for a request that cannot be run here."""
    found = violations(REQUEST, request)
    if found:
        noun = "error" if len(found) == 1 else "errors"
        sentences = "; ".join(item.sentence for item in found)
        message = f"{len(found)} validation {noun} detected: {sentences}"
        raise ServiceAnswerError("ValidationException", message)
    for message in _problems(request, storage, programs):
        raise ServiceAnswerError("ValidationException", message)


def refusals(request: Mapping[str, Any], programs: Mapping[str, str]) -> tuple[str, ...]:
    """Why this machine would not run a request that the service might, whatever its data; empty if it would."""
    return tuple(_refusals(request, programs))


def _refusals(request: Mapping[str, Any], programs: Mapping[str, str]) -> Iterator[str]:
    config = request["HyperParameterTuningJobConfig"]
    yield from _not_yet(request, config)
    if "TrainingJobDefinition" in request:
        yield from _not_here(config, request["TrainingJobDefinition"])
        try:
            find_program(request["TrainingJobDefinition"], programs)
        except NoProgramError as error:
            yield str(error)


def _problems(request: Mapping[str, Any], storage: Storage, programs: Mapping[str, str]) -> Iterator[str]:
    config = request["HyperParameterTuningJobConfig"]
    yield from _not_yet(request, config)
    definition = request["TrainingJobDefinition"]
    yield from _bad_limits(config)
    yield from _bad_ranges(config, definition)
    yield from _bad_objective(config, definition)
    yield from _bad_data(definition, storage)
    yield from _bad_metrics(definition)
    yield from refusals(request, programs)


def _not_yet(request: Mapping[str, Any], config: Mapping[str, Any]) -> Iterator[str]:
    if config["Strategy"] not in STRATEGIES:
        yield f"The local engine runs {' and '.join(STRATEGIES)} so far, not {config['Strategy']}"
    for field in ("TrainingJobDefinitions", "WarmStartConfig", "Autotune"):
        if field in request:
            yield f"The local engine does not run {field} so far"
    if not {"TrainingJobDefinition", "TrainingJobDefinitions"} & set(request):
        yield "You must provide either TrainingJobDefinition or TrainingJobDefinitions"


def _bad_limits(config: Mapping[str, Any]) -> Iterator[str]:
    limits = config["ResourceLimits"]
    if "MaxNumberOfTrainingJobs" not in limits and "MaxRuntimeInSeconds" not in limits:
        yield "ResourceLimits needs MaxNumberOfTrainingJobs or MaxRuntimeInSeconds: else the tuning job would never end"


def _bad_ranges(config: Mapping[str, Any], definition: Mapping[str, Any]) -> Iterator[str]:
    ranges = config.get("ParameterRanges", {})
    names = [item["Name"] for items in ranges.values() for item in items]
    if not names:
        yield "ParameterRanges holds no hyperparameter to tune"
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"The hyperparameter {name} is in more than one range"
    for name in sorted(set(names) & set(definition.get("StaticHyperParameters", {}))):
        yield f"The hyperparameter {name} is both static and tunable"
    for key, number in (("ContinuousParameterRanges", float), ("IntegerParameterRanges", int)):
        for item in ranges.get(key, ()):
            yield from _bad_bounds(item, number)


def _bad_bounds(item: Mapping[str, Any], number: type[float] | type[int]) -> Iterator[str]:
    try:
        low, high = number(item["MinValue"]), number(item["MaxValue"])
    except ValueError:
        yield f"MinValue and MaxValue of {item['Name']} must be of type {number.__name__}"
        return
    if not (math.isfinite(low) and math.isfinite(high)):
        yield f"MinValue and MaxValue of {item['Name']} must be finite"
    elif not low < high:
        yield f"MinValue {low} of {item['Name']} must be less than MaxValue {high}"
    scaling = item.get("ScalingType")
    if scaling == "Logarithmic" and low <= 0:
        yield f"ScalingType Logarithmic of {item['Name']} needs a MinValue greater than 0, not {low}"
    if scaling == "ReverseLogarithmic" and not (number is float and 0 <= low < high < 1):
        yield f"ScalingType ReverseLogarithmic of {item['Name']} needs a continuous range within 0 <= x < 1.0"


def _bad_objective(config: Mapping[str, Any], definition: Mapping[str, Any]) -> Iterator[str]:
    objective = config.get("HyperParameterTuningJobObjective", {}).get("MetricName")
    names = [item["Name"] for item in metric_definitions(definition)]
    if objective is None or objective not in names:
        yield (
            "A metric is required for this hyperparameter tuning job objective. Provide a metric in the metric "
            f"definitions. ({objective!r} is not among: {', '.join(names) or 'none'})"
        )


def _bad_metrics(definition: Mapping[str, Any]) -> Iterator[str]:
    for item in metric_definitions(definition):
        try:
            groups = re.compile(item["Regex"]).groups
        except re.error as error:
            yield f"The regex of metric {item['Name']} is not a regular expression: {error}"
            continue
        if groups < 1:
            yield f"The regex of metric {item['Name']} has no group around the number: {item['Regex']}"


def _not_here(config: Mapping[str, Any], definition: Mapping[str, Any]) -> Iterator[str]:
    """What would change the training itself, and so is refused rather than noted."""
    if config.get("ParameterRanges", {}).get("AutoParameters"):
        yield "The local engine does not run AutoParameters so far"
    for field in ("HyperParameterRanges", "TuningObjective"):
        if field in definition:
            yield f"{field} belongs into TrainingJobDefinitions: the local engine runs one TrainingJobDefinition"
    if definition["AlgorithmSpecification"].get("TrainingInputMode") == "Pipe":
        yield "The local engine has no Pipe mode: use File or FastFile"
    try:
        parse_uri(definition["OutputDataConfig"]["S3OutputPath"])
    except ObjectKeyError as error:
        yield f"S3OutputPath: {error}"


def _bad_data(definition: Mapping[str, Any], storage: Storage) -> Iterator[str]:
    for channel in definition.get("InputDataConfig", ()):
        name, source = channel["ChannelName"], channel["DataSource"].get("S3DataSource")
        if source is None:
            yield f"The local engine reads channels from S3DataSource only: channel {name} has none"
        elif source.get("S3DataType", "S3Prefix") != "S3Prefix" or channel.get("CompressionType", "None") != "None":
            yield f"The local engine reads plain S3Prefix channels only, nothing compressed: channel {name}"
        elif channel.get("InputMode", "File") == "Pipe":
            yield f"The local engine has no Pipe mode: channel {name}"
        else:
            yield from _no_objects(source["S3Uri"], storage)


def _no_objects(uri: str, storage: Storage) -> Iterator[str]:
    try:
        present = storage.has_objects(uri)
    except ObjectKeyError as error:
        yield str(error)
        return
    if not present:
        yield (
            f'No S3 objects found under S3 URL "{uri}" given in input data source. Please ensure that the bucket '
            f"exists in the selected region ({REGION}), and that objects exist under that S3 prefix. "
            f"(Here S3 is {storage.place})"
        )
