"""Which algorithm a training job runs: a built-in one, an image, an algorithm resource or a script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Discriminator, Tag

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

    builtin: str
    version: Version


class Image(Frozen):
    """A training image of one's own. `program` is what the local engine runs in its place (a path)."""

    image: str
    program: str | None = None
    input_mode: InputMode = "File"


class Resource(Frozen):
    """An algorithm resource or an AWS Marketplace subscription."""

    arn: str
    input_mode: InputMode = "File"


class ScriptSource(Frozen):
    """A script-mode training script: `entry_point` lies in `source_dir` (relative to the spec)."""

    framework: str
    version: Version
    entry_point: str
    source_dir: str = "."
    image: str | None = None


class Script(Frozen):
    """A script run by one of the framework containers."""

    script: ScriptSource


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
