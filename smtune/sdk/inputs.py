"""What the SDK takes as a tuner's `inputs` -> the channels of a spec. A path of this machine is uploaded, as any is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sagemaker.core.shapes import Channel as SdkChannel
from sagemaker.core.training.configs import InputData
from sagemaker.core.utils.utils import serialize

from smtune.errors import UsageError, shown
from smtune.request import to_request
from smtune.request.fields import CHANNEL, read_fields, write_fields
from smtune.spec import Channel, Channels, TuningSpec
from smtune.spec.data import is_remote

_DEFAULT = "training"
_HOW = "give a place, {channel: place}, or a list of InputData and Channel"


def with_inputs(spec: TuningSpec, inputs: Any) -> TuningSpec:
    """`spec` with `inputs` in the place of its channels: a place (its channel is `training`), places by channel, or a
    list of the SDK's InputData and Channel; with several algorithms, one of these for each algorithm's name.

    A place is an S3 URI or a path of this machine. A channel named by place alone keeps what the spec says of it.
    Raises UsageError for anything else.
    """
    if not spec.algorithms:
        return spec.model_copy(update={"data": _data(spec, _definition(spec, 0), inputs)})
    names = [entry.name for entry in spec.algorithms]
    if not isinstance(inputs, Mapping) or not set(inputs) <= set(names):
        message = f"inputs of several algorithms are given by their names: {', '.join(names)}"
        raise UsageError(message)
    entries = [
        entry.model_copy(update={"data": _data(spec, _definition(spec, index), inputs[entry.name])})
        if entry.name in inputs
        else entry
        for index, entry in enumerate(spec.algorithms)
    ]
    return spec.model_copy(update={"algorithms": tuple(entries)})


def _definition(spec: TuningSpec, index: int) -> Mapping[str, Any]:
    request = to_request(spec)
    found: Mapping[str, Any] = (
        request["TrainingJobDefinitions"][index] if spec.algorithms else request["TrainingJobDefinition"]
    )
    return found


def _data(spec: TuningSpec, definition: Mapping[str, Any], inputs: Any) -> Channels:
    known = {channel["ChannelName"]: channel for channel in definition.get("InputDataConfig", ())}
    if isinstance(inputs, str):
        inputs = {_DEFAULT: inputs}
    if isinstance(inputs, Mapping):
        channels = {name: _moved(known.get(name, {}), place) for name, place in inputs.items()}
    elif isinstance(inputs, Iterable):
        channels = _named([_given(item) for item in inputs])
    else:
        message = f"{type(inputs).__name__} is no input: {_HOW}"
        raise UsageError(message)
    if not channels or not all(isinstance(name, str) for name in channels):
        message = f"inputs name no channel: {_HOW}; None leaves those of the spec"
        raise UsageError(message)
    held_out = spec.data.held_out if isinstance(spec.data, Channels) else {}
    return Channels(channels=channels, **held_out)


def _named(given: list[tuple[str, Channel]]) -> dict[str, Channel]:
    channels = dict(given)
    if len(channels) < len(given):
        message = f"two inputs have the same channel; the channels are {', '.join(name for name, _ in given)}"
        raise UsageError(message)
    return channels


def _moved(known: Mapping[str, Any], place: Any) -> Channel:
    """The channel that the request has, from another place."""
    if not isinstance(place, str) or not place:
        message = f"{shown(place)} is no place: {_HOW}"
        raise UsageError(message)
    said = read_fields(CHANNEL, known)
    return Channel.model_validate({**said, "uri": _place(place), "file_system": None, "dataset": None})


def _given(item: Any) -> tuple[str, Channel]:
    """A channel as the SDK describes it; raises UsageError where it says what no channel of a spec can."""
    if isinstance(item, InputData):
        source = item.data_source
        kind = "S3DataSource" if isinstance(source, str) else type(source).__name__
        described = {"S3Uri": source, "S3DataType": "S3Prefix"} if isinstance(source, str) else serialize(source)
        members = {"ChannelName": item.channel_name, "DataSource": {kind: described}}
        members |= {"ContentType": item.content_type} if item.content_type else {}
    elif isinstance(item, SdkChannel):
        members = serialize(item)
    else:
        message = f"{type(item).__name__} is no input: {_HOW}"
        raise UsageError(message)
    said = read_fields(CHANNEL, members)
    if said.get("uri"):
        said["uri"] = _place(said["uri"])
    channel = Channel.model_validate(said)
    _refuse_loss(members, channel)
    return members["ChannelName"], channel


def _refuse_loss(members: Mapping[str, Any], channel: Channel) -> None:
    lost = _leaves(members) - _leaves(write_fields(CHANNEL, channel))
    lost -= {("ChannelName",), ("DataSource", "S3DataSource", "S3DataType")}
    if lost:
        names = ", ".join(sorted(".".join(path) for path in lost))
        message = f"channel {members['ChannelName']}: a spec has no key for {names}; say it in the spec's raw"
        raise UsageError(message)


def _leaves(value: Any, path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    if not isinstance(value, Mapping):
        return {path}
    return {leaf for key, item in value.items() for leaf in _leaves(item, (*path, key))}


def _place(text: str) -> str:
    return text if is_remote(text) else str(Path(text).absolute())
