"""Where the training data is: a table to split, or channels that are ready."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from smtune.errors import shown
from smtune.spec.algorithm import InputMode
from smtune.spec.ranges import Frozen, mistake

Compression = Literal["None", "Gzip"]
Distribution = Literal["FullyReplicated", "ShardedByS3Key"]


class Split(Frozen):
    """Shares of the rows, which add up to 1; `stratify` names a column whose mix each part keeps."""

    train: float = Field(default=0.70, gt=0, lt=1)
    validation: float = Field(default=0.15, gt=0, lt=1)
    test: float = Field(default=0.15, ge=0, lt=1)
    stratify: str | None = None
    seed: int = Field(default=0, ge=0, lt=2**32)

    @model_validator(mode="after")
    def _is_everything(self) -> Self:
        total = self.train + self.validation + self.test
        if not math.isclose(total, 1.0, abs_tol=1e-9):
            raise mistake(f"train, validation and test add up to {total:g}, not 1", "adjust one of the three")
        return self


class Table(Frozen):
    """A CSV file with a header, to be split. The test part is held out: no training job ever sees it."""

    source: str
    label: str = "label"
    split: Split = Split()
    layout: Literal["label-first", "as-is"] | None = None
    """`label-first`: no header and the label in column 0, as the built-in algorithms want it (their default);
    `as-is`: header and columns as in the source (the default of everything else)."""


def _place(uri: str) -> str:
    if "://" in uri and not is_remote(uri):
        raise mistake(f"{shown(uri)} is neither on S3 nor on this machine", "write s3://..., https://... or a path")
    return uri


def is_remote(uri: str) -> bool:
    """Whether a channel's data is on S3 already."""
    return uri.startswith(("s3://", "https://"))


class Channel(Frozen):
    """An input channel: an S3 prefix, or a file or folder here (relative to the spec)."""

    uri: Annotated[str, AfterValidator(_place)]
    content_type: str | None = None
    compression: Compression | None = None
    input_mode: InputMode | None = None
    distribution: Distribution | None = None


def _channel(value: object) -> object:
    return {"uri": value} if isinstance(value, str) else value


ChannelOrUri = Annotated[Channel, BeforeValidator(_channel)]


class Channels(Frozen):
    """Channels by name. `test` is held out for the evaluation after tuning: no training job ever sees it."""

    channels: Mapping[str, ChannelOrUri] = Field(min_length=1)
    test: ChannelOrUri | None = None

    @model_validator(mode="after")
    def _has_one_test(self) -> Self:
        if self.test is not None and "test" in self.channels:
            raise mistake("test stands both beside and among the channels", "keep it beside them to hold it out")
        return self


def _tag(value: object) -> str:
    names = value if isinstance(value, Mapping) else type(value).model_fields if isinstance(value, Frozen) else {}
    return "@channels" if "channels" in names else "@table"


Data = Annotated[Annotated[Table, Tag("@table")] | Annotated[Channels, Tag("@channels")], Discriminator(_tag)]
