"""Where the training data is: a table to split, or channels that are ready."""

from __future__ import annotations

import math
import os.path
import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    SerializerFunctionWrapHandler,
    Strict,
    Tag,
    model_serializer,
    model_validator,
)

from smtune.errors import shown
from smtune.spec.algorithm import InputMode
from smtune.spec.ranges import Frozen, mistake

Compression = Literal["None", "Gzip"]
Distribution = Literal["FullyReplicated", "ShardedByS3Key"]
DataType = Literal["ManifestFile", "AugmentedManifestFile", "Converse"]

_ONE_OBJECT = ("ManifestFile", "AugmentedManifestFile")
_LATER_KEYS = ("train_dev", "group", "time")
_LIKE_S3 = re.compile(r"(?i)s3(:|//)|https?(:|//)")


class Split(Frozen):
    """Shares of the rows, which add up to 1, and what decides where a row goes: chance, groups or time."""

    train: float = Field(default=0.70, gt=0, lt=1, description="Share of the rows to learn from.", examples=[0.7])
    validation: float = Field(default=0.15, gt=0, lt=1, description="Share to tune on.", examples=[0.15])
    test: float = Field(
        default=0.15, ge=0, lt=1, description="Share held out: no training job sees it.", examples=[0.15]
    )
    train_dev: float = Field(
        default=0,
        ge=0,
        lt=1,
        description="With `time`: share drawn by chance from the training period and held out. It tells variance from "
        "a data mismatch, for `validation` is of another period.",
        examples=[0.1],
    )
    stratify: str | None = Field(
        default=None, description="A column whose mix every part keeps, usually the label.", examples=["label"]
    )
    group: str | None = Field(
        default=None,
        description="A column whose equal values stay in one part, as a patient's rows or a speaker's. "
        "No feature: the `label-first` layout leaves it out.",
        examples=["patient"],
    )
    time: str | None = Field(
        default=None,
        description="A column of numbers or ISO 8601 dates: the oldest rows train, the newest test. "
        "No feature: the `label-first` layout leaves it out.",
        examples=["day"],
    )
    seed: int = Field(default=0, ge=0, lt=2**32, description="The same seed gives the same parts.", examples=[7])

    @model_serializer(mode="wrap")
    def _dump(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # Data has the name it had before these keys came, so that a launch finds what was uploaded then.
        return {name: value for name, value in dump(self).items() if name not in _LATER_KEYS or value not in (None, 0)}

    @property
    def shares(self) -> dict[str, float]:
        """The share of the rows that each part is to have, by its name; the part without one is left out."""
        named = {name: getattr(self, name) for name in ("train", "train_dev", "validation", "test")}
        return {name: share for name, share in named.items() if share > 0}

    @model_validator(mode="after")
    def _has_one_order(self) -> Self:
        beside = "group" if self.group is not None else "stratify" if self.stratify is not None else None
        if self.time is not None and beside is not None:
            raise mistake(f"time decides where each row goes, so {beside} cannot", f"keep either time or {beside}")
        if self.train_dev > 0 and self.time is None:
            fix = "leave train_dev out, or name the column of time"
            raise mistake("train_dev tells nothing that validation does not, which is drawn like train too", fix)
        return self

    @model_validator(mode="after")
    def _is_everything(self) -> Self:
        total = sum(self.shares.values())
        if not math.isclose(total, 1.0, abs_tol=1e-9):
            names = ["train", "train_dev", "validation"] if self.train_dev else ["train", "validation"]
            raise mistake(f"{', '.join(names)} and test add up to {total:.12g}, not 1", "adjust one of them")
        return self


class Table(Frozen):
    """A CSV file with a header, to be split. The test part is held out: no training job ever sees it."""

    source: str = Field(description="A CSV file with a header.", examples=["data/breast_cancer.csv"])
    label: str = Field(default="label", description="The column to predict.", examples=["label"])
    split: Split = Field(
        default=Split(), description="Shares of train, validation and test.", examples=[{"train": 0.7}]
    )
    layout: Literal["label-first", "as-is"] | None = Field(
        default=None,
        description="`label-first`: no header, the label in column 0, as the built-in algorithms want it (their "
        "default). `as-is`: header and columns as in the source (the default of everything else).",
        examples=["as-is"],
    )

    @property
    def is_one_pool(self) -> bool:
        """Whether validation and test are drawn at random from the same rows; newer rows are another pool."""
        return self.split.time is None

    @model_validator(mode="after")
    def _predicts_something_else(self) -> Self:
        for key in ("group", "time"):
            if getattr(self.split, key) == self.label:
                raise mistake(f"split.{key} is the label, {shown(self.label)}", "name another column, or leave it out")
        return self


def _place(uri: str) -> str:
    if _LIKE_S3.match(uri) and not is_remote(uri):
        raise mistake(f"{shown(uri)} is neither on S3 nor on this machine", "write it as s3://bucket/prefix")
    if "://" in uri and not is_remote(uri):
        raise mistake(f"{shown(uri)} is neither on S3 nor on this machine", "write s3://..., https://... or a path")
    return uri


def is_remote(uri: str) -> bool:
    """Whether a channel's data is on S3 already."""
    return uri.startswith(("s3://", "https://"))


class FileSystem(Frozen):
    """A folder of an Amazon EFS or FSx for Lustre file system."""

    id: str = Field(description="The file system's id.", examples=["fs-0a1b2c3d"])
    type: Literal["EFS", "FSxLustre"] = Field(description="Its kind.", examples=["EFS"])
    path: str = Field(description="The folder in it.", examples=["/data/train"])
    access: Literal["rw", "ro"] = Field(description="`ro`: read only. `rw`: written too.", examples=["ro"])


class Channel(Frozen):
    """An input channel: an S3 prefix, a file or folder here (relative to the spec), a file system or a dataset."""

    uri: Annotated[str, AfterValidator(_place)] | None = Field(
        default=None, description="An S3 prefix, or a file or folder here.", examples=["s3://my-bucket/train"]
    )
    file_system: FileSystem | None = Field(
        default=None,
        description="A file system to mount, instead of `uri`.",
        examples=[{"id": "fs-0a1b2c3d", "type": "EFS", "path": "/train", "access": "ro"}],
    )
    dataset: str | None = Field(
        default=None,
        description="ARN of a dataset resource, instead of `uri`.",
        examples=["arn:aws:sagemaker:us-east-1:123456789012:hub-content/mine/DataSet/train/1.0.0"],
    )
    content_type: str | None = Field(default=None, description="Media type of the data.", examples=["text/csv"])
    compression: Compression | None = Field(default=None, description="How it is compressed.", examples=["Gzip"])
    input_mode: InputMode | None = Field(
        default=None, description="How it reaches the container; else as the algorithm says.", examples=["FastFile"]
    )
    distribution: Distribution | None = Field(
        default=None, description="All of it on every instance, or a share each.", examples=["ShardedByS3Key"]
    )
    data_type: DataType | None = Field(
        default=None, description="What `uri` names, if not a prefix.", examples=["AugmentedManifestFile"]
    )
    attributes: Annotated[tuple[str, ...], Strict(False)] = Field(
        default=(), description="Attributes of an augmented manifest to pass on.", examples=[["source-ref", "label"]]
    )
    groups: Annotated[tuple[str, ...], Strict(False)] = Field(
        default=(), description="The instance groups that read it.", examples=[["workers"]]
    )
    record_wrapper: Literal["None", "RecordIO"] | None = Field(
        default=None, description="Wrap the records of a pipe.", examples=["RecordIO"]
    )
    shuffle_seed: int | None = Field(
        default=None, description="Shuffle the order of files or lines in every epoch.", examples=[7]
    )
    hub_content: str | None = Field(
        default=None,
        description="ARN of the hub content that gives access to `uri`.",
        examples=["arn:aws:sagemaker:us-east-1:123456789012:hub-content/mine/Model/m/1.0.0"],
    )
    accept_eula: bool | None = Field(default=None, description="Accept the model's licence.", examples=[True])

    @model_validator(mode="after")
    def _has_one_place(self) -> Self:
        if sum(place is not None for place in (self.uri, self.file_system, self.dataset)) != 1:
            raise mistake("a channel has exactly one of uri, file_system and dataset", "write uri: s3://...")
        return self

    @property
    def here(self) -> str | None:
        """The file or folder of this machine that holds the data; None where it is elsewhere already."""
        return None if self.uri is None or is_remote(self.uri) else self.uri


def _channel(value: object) -> object:
    return {"uri": value} if isinstance(value, str) else value


ChannelOrUri = Annotated[Channel, BeforeValidator(_channel)]


class Channels(Frozen):
    """Channels by name. `test` and `train_dev` are held out for after the tuning: no training job ever sees them."""

    channels: Mapping[str, ChannelOrUri] = Field(
        min_length=1,
        description="Name: an S3 prefix, a file or folder here, or the keys below.",
        examples=[{"train": "s3://my-bucket/train", "validation": "s3://my-bucket/validation"}],
    )
    test: ChannelOrUri | None = Field(
        default=None, description="Held out for the evaluation after tuning.", examples=["s3://my-bucket/test"]
    )
    train_dev: ChannelOrUri | None = Field(
        default=None,
        description="Rows like those of `train`, held out: they tell variance from a data mismatch where `validation` "
        "is drawn from elsewhere.",
        examples=["s3://my-bucket/train-dev"],
    )

    @property
    def held_out(self) -> dict[str, Channel]:
        """What no training job sees, by the name of the set."""
        named = {"train_dev": self.train_dev, "test": self.test}
        return {name: channel for name, channel in named.items() if channel is not None}

    @model_validator(mode="after")
    def _has_one_of_each(self) -> Self:
        for name in self.held_out:
            if name in self.channels:
                raise mistake(f"{name} stands both beside and among the channels", "keep it beside them to hold it out")
        return self

    @model_validator(mode="after")
    def _holds_out(self) -> Self:
        refuse_seen(self.held_out, self.channels)
        return self


def refuse_seen(held_out: Mapping[str, Channel], channels: Mapping[str, Channel]) -> None:
    """Raise for a set whose rows are in a channel, or that has rows of one."""
    for name, held in held_out.items():
        for other, channel in channels.items():
            if _reads(channel, held):
                said = f"channel {shown(other)} reads {held.uri}, too"
                raise mistake(f"{name} is not held out: {said}", _apart(channel, held))
            if _reads(held, channel):
                said = f"{held.uri} has what channel {shown(other)} reads, too: {channel.uri}"
                raise mistake(f"{name} is not held out: {said}", _apart(held, channel))


def _reads(outer: Channel, inner: Channel) -> bool:
    """Whether the files of `inner` are among those of `outer`.

    S3 takes a uri for the beginning of keys: `s3://b/train` reads `s3://b/train-dev` too. A manifest is one object.
    """
    a, b = outer.uri, inner.uri
    if a is None or b is None or is_remote(a) != is_remote(b):
        return False
    if not is_remote(a):
        return _below(b).is_relative_to(_below(a))
    return a == b if outer.data_type in _ONE_OBJECT else _keyed(b).startswith(_keyed(a))


def _below(path: str) -> PurePath:
    """As if the spec's folder, which is not known here, were deep down: so `..` is not in `.`."""
    return PurePath(os.path.normpath(f"{'/_' * 64}/{path}" if not path.startswith("/") else path))


def _keyed(uri: str) -> str:
    """A whole bucket ends with a slash: the names of others may begin with its name."""
    return uri if "/" in uri.partition("://")[2] else f"{uri}/"


def _apart(outer: Channel, inner: Channel) -> str:
    slashed = f"{(outer.uri or '').rstrip('/')}/"
    is_inside = not is_remote(slashed) or f"{inner.uri}/".startswith(slashed)
    return "name another place for one of them" if is_inside else f"write {slashed}"


def _tag(value: object) -> str:
    names = value if isinstance(value, Mapping) else type(value).model_fields if isinstance(value, Frozen) else {}
    return "@channels" if "channels" in names else "@table"


Data = Annotated[Annotated[Table, Tag("@table")] | Annotated[Channels, Tag("@channels")], Discriminator(_tag)]
