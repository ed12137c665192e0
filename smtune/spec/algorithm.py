"""Which algorithm a training job runs: a built-in one, an image, an algorithm resource or a script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from smtune.spec.ranges import Frozen, mistake

InputMode = Literal["File", "Pipe", "FastFile"]


def _version_text(value: object) -> object:
    if isinstance(value, int | float):
        raise mistake(
            f"version {value!r} is read as a number, so 2.10 would become 2.1",
            'put it in quotes, as in version: "1.7-1"',
        )
    return value


Version = Annotated[str, BeforeValidator(_version_text)]


class BuiltIn(Frozen):
    """One of SageMaker's built-in algorithms."""

    builtin: str = Field(description="A built-in algorithm of SageMaker.", examples=["xgboost"])
    version: Version = Field(description="Its version. Quote what looks like a number.", examples=["1.7-1"])


class Image(Frozen):
    """A training image of one's own. `program` is what the local engine runs in its place (a path)."""

    image: str = Field(
        description="A training image of your own.",
        examples=["123456789012.dkr.ecr.us-east-1.amazonaws.com/my-training:1"],
    )
    program: str | None = Field(
        default=None, description="What the local engine runs in the place of the image.", examples=["train.py"]
    )
    input_mode: InputMode = Field(default="File", description="How data reaches the container.", examples=["FastFile"])


class Resource(Frozen):
    """An algorithm resource or an AWS Marketplace subscription."""

    arn: str = Field(
        description="An algorithm resource or a Marketplace subscription.",
        examples=["arn:aws:sagemaker:us-east-1:123456789012:algorithm/mine"],
    )
    input_mode: InputMode = Field(default="File", description="How data reaches the algorithm.", examples=["FastFile"])


class ScriptSource(Frozen):
    """A script-mode training script: `entry_point` lies in `source_dir` (relative to the spec)."""

    framework: str = Field(description="`scikit-learn` or `pytorch`.", examples=["scikit-learn"])
    version: Version = Field(description="The framework's version. Quote what looks like a number.", examples=["1.2-1"])
    entry_point: str = Field(description="The script, within `source_dir`.", examples=["train.py"])
    source_dir: str = Field(
        default=".",
        description="The folder that is packed. Caches, environments, keys and archives are left out.",
        examples=["src"],
    )
    image: str | None = Field(
        default=None,
        description="An image to use instead of the framework's.",
        examples=["123456789012.dkr.ecr.us-east-1.amazonaws.com/my-torch:2"],
    )


class Script(Frozen):
    """A script run by one of the framework containers."""

    script: ScriptSource = Field(
        description="A script for a framework container.",
        examples=[{"framework": "scikit-learn", "version": "1.2-1", "entry_point": "train.py"}],
    )


ALGORITHMS = ("builtin", "image", "arn", "script")
"""The key that says which kind of algorithm it is."""


def _tag(value: object) -> str | None:
    if isinstance(value, Mapping):
        return next((f"@{key}" for key in ALGORITHMS if key in value), None)
    types = {BuiltIn: "@builtin", Image: "@image", Resource: "@arn", Script: "@script"}
    return types.get(type(value))  # type: ignore[call-overload,no-any-return]


Algorithm = Annotated[
    Annotated[BuiltIn, Tag("@builtin")]
    | Annotated[Image, Tag("@image")]
    | Annotated[Resource, Tag("@arn")]
    | Annotated[Script, Tag("@script")],
    Discriminator(_tag),
]
