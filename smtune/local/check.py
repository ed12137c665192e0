"""What CreateHyperParameterTuningJob is refused for: by the service's rules, and for what this machine cannot do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smtune.definitions import definitions
from smtune.local.answers import ServiceAnswerError
from smtune.local.objects import ObjectKeyError, parse_uri
from smtune.local.program import unused_channels
from smtune.local.runners import find_troubles
from smtune.local.settings import REGION, SCRIPTED
from smtune.local.storage import Storage
from smtune.service_model import violations

Json = Mapping[str, Any]
# The service's own words, where they are known (sources: the rules' own).
_WORDS = {
    "R22": "A metric is required for this hyperparameter tuning job objective. Provide a metric in the metric "
    "definitions."
}


def check_shape(shape: str, request: Json) -> None:
    """Raise ServiceAnswerError (ValidationException) for a request that is not of the service's shape."""
    found = violations(shape, request)
    if found:
        noun = "error" if len(found) == 1 else "errors"
        sentences = "; ".join(item.sentence for item in found)
        raise ServiceAnswerError("ValidationException", f"{len(found)} validation {noun} detected: {sentences}")


def check_create(
    request: Json, storage: Storage, programs: Mapping[str, str], parents: Mapping[str, Json], runner: str = "process"
) -> None:
    """Raise ServiceAnswerError (ValidationException) for a request of the right shape that cannot be run here.

    `parents` are the descriptions of the tuning jobs that it learns from.
    """
    ours = () if runner == SCRIPTED else (*_no_data(request, storage), *refusals(request, programs, runner))
    for message in (*_broken(request, parents), *_endless(request), *ours):
        raise ServiceAnswerError("ValidationException", message)


def refusals(request: Json, programs: Mapping[str, str], runner: str = "process") -> tuple[str, ...]:
    """Why this machine would not run a request that the service might, whatever its data; empty if it would."""
    return tuple(_refusals(request, programs, runner))


def _no_data(request: Json, storage: Storage) -> Iterator[str]:
    for definition in definitions(request):
        yield from bad_data(definition, storage)


def _broken(request: Json, parents: Mapping[str, Json]) -> Iterator[str]:
    """The service's rules."""
    from smtune.rules import broken_rules  # whoever only looks at jobs need not load them

    for finding in broken_rules(request, parents):
        if finding.severity == "error":
            words, place = _WORDS.get(finding.rule), ".".join(str(part) for part in finding.path)
            yield f"{words} ({finding.message})" if words else f"{finding.message}, at {place} (rule {finding.rule})"


def _endless(request: Json) -> Iterator[str]:
    config = request["HyperParameterTuningJobConfig"]
    ends = {"MaxNumberOfTrainingJobs", "MaxRuntimeInSeconds"} & set(config["ResourceLimits"])
    if not ends and config["Strategy"] != "Grid" and "Autotune" not in request:
        yield "ResourceLimits needs MaxNumberOfTrainingJobs or MaxRuntimeInSeconds: else the tuning job may never end"


def _refusals(request: Json, programs: Mapping[str, str], runner: str) -> Iterator[str]:
    for definition in definitions(request):
        yield from _not_here(definition)
        yield from find_troubles(runner, definition, programs)


def _not_here(definition: Json) -> Iterator[str]:
    """What would change the training itself, and so is refused rather than noted."""
    if definition["AlgorithmSpecification"].get("TrainingInputMode") == "Pipe":
        yield "The local engine has no Pipe mode: use File or FastFile"
    try:
        parse_uri(definition["OutputDataConfig"]["S3OutputPath"])
    except ObjectKeyError as error:
        yield f"S3OutputPath: {error}"


def bad_data(definition: Mapping[str, Any], storage: Storage) -> Iterator[str]:
    """What is wrong with the channels of a training job definition."""
    unused = unused_channels(definition)
    for channel in definition.get("InputDataConfig", ()):
        if channel["ChannelName"] in unused:
            continue
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
