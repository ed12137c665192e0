"""The training rows among the channels of a training job, and whether they can be cut. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from smtune.data.check.expect import Kind, kind_of_content
from smtune.errors import UsageError

Json = Mapping[str, Any]
Cut = Literal["csv", "lines"]
_NAMES = ("train", "training")
_CUTS: Mapping[str, Cut] = {
    "csv": "csv", "libsvm": "lines", "jsonl": "lines", "series": "lines", "pairs": "lines", "labelled": "lines",
    "sentences": "lines", "addresses": "csv",
}  # fmt: skip
_BY_ALGORITHM: Mapping[str, Kind] = {
    "blazingtext": "sentences",
    "forecasting-deepar": "series",
    "ipinsights": "addresses",
    "object2vec": "pairs",
}
_TABULAR = ("lightgbm", "catboost", "tabtransformer", "autogluon-tabular")
_BY_ENDING: Mapping[str, Kind] = {
    "csv": "csv", "tsv": "csv", "jsonl": "jsonl", "ndjson": "jsonl", "libsvm": "libsvm", "svm": "libsvm",
    "parquet": "parquet", "pq": "parquet", "recordio": "recordio", "rec": "recordio",
    "jpg": "images", "jpeg": "images", "png": "images",
}  # fmt: skip
_WORDS = {"recordio": "RecordIO", "protobuf": "RecordIO-protobuf", "parquet": "Parquet", "images": "images"}
_FIX = (
    "give the job rows in CSV, LIBSVM or JSON lines; or cut them by hand, launch the same spec on the parts and compare"
)


@dataclass(frozen=True)
class TrainChannel:
    """The channel that is cut."""

    name: str
    uri: str
    content_type: str | None
    algorithm: str
    """The built-in algorithm; empty for a script or an image of one's own."""


def train_channel(request: Json, name: str | None, algorithm: str | None) -> TrainChannel:
    """The channel of the training rows in a CreateTrainingJob request.

    Raises UsageError, with the way out, for rows that cannot be cut: manifests, file systems, RecordIO.
    """
    channels = {item["ChannelName"]: item for item in request.get("InputDataConfig", ())}
    found = _named(channels, name)
    if "S3DataSource" not in found.get("DataSource", {}):
        message = f"channel {found['ChannelName']} is no place on S3: its rows cannot be cut\n    {_FIX}"
        raise UsageError(message)
    place = found["DataSource"]["S3DataSource"]
    if place.get("S3DataType", "S3Prefix") != "S3Prefix":
        what = place["S3DataType"]
        message = f"channel {found['ChannelName']} is a {what}, which is not cut\n    {_FIX}"
        raise UsageError(message)
    if found.get("RecordWrapperType", "None") != "None":
        message = f"channel {found['ChannelName']} is wrapped as {found['RecordWrapperType']}\n    {_FIX}"
        raise UsageError(message)
    return TrainChannel(found["ChannelName"], place["S3Uri"], found.get("ContentType"), algorithm or "")


def cut_of(channel: TrainChannel, files: Sequence[str]) -> Cut:
    """How its files are cut into rows, by content type, algorithm and names; raises UsageError where they are not."""
    kind = _BY_ALGORITHM.get(channel.algorithm) or kind_of_content(channel.content_type, channel.algorithm)
    if channel.algorithm in _TABULAR and kind == "other":
        kind = "csv"
    if kind == "other" and (not channel.algorithm or channel.content_type is None):
        kinds = {_BY_ENDING.get(_ending(name), "other") for name in files}
        kind = kinds.pop() if len(kinds) == 1 else "other"
    if kind in _CUTS:
        return _CUTS[kind]
    what = _WORDS.get(kind, f"neither CSV nor a row a line, as far as {channel.content_type or 'its names'} can tell")
    message = f"channel {channel.name} ({channel.uri}) is {what}: its rows cannot be cut here\n    {_FIX}"
    raise UsageError(message)


def _named(channels: Mapping[str, Json], name: str | None) -> Json:
    if name is not None and name not in channels:
        message = f"there is no channel {name}: the training job has {', '.join(channels) or 'none'}"
        raise UsageError(message)
    wanted = (name,) if name is not None else _NAMES
    found = next((channels[each] for each in wanted if each in channels), None)
    if found is None:
        there = f"it has {', '.join(channels)}: name the one of the training rows, --channel NAME"
        message = (
            f"the training job has no channel {' or '.join(_NAMES)}; {there if channels else 'it has none at all'}"
        )
        raise UsageError(message)
    return found


def _ending(name: str) -> str:
    return name.lower().removesuffix(".gz").rpartition(".")[2]
