"""The values and ranges of hyperparameters: plain Python values here, strings only in the service's requests."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    Strict,
    Tag,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from smtune.errors import shown

Scalar = bool | int | float | str
Scale = Literal["auto", "linear", "log", "reverse-log"]


class Frozen(BaseModel):
    """A value: it does not change, takes no unknown keys and converts nothing silently."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def mistake(message: str, fix: str = "") -> PydanticCustomError:
    """An error of a validator: what is wrong, and what to do about it."""
    return PydanticCustomError("smtune", "{message}", {"message": message, "fix": fix})


def _as_written(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    number = handler(value)
    return value if isinstance(value, int) else number


Number = Annotated[float, WrapValidator(_as_written)]
"""A real number that keeps its spelling: 0 is sent as `0`, 0.0 as `0.0`."""


class Continuous(Frozen):
    """A range of real numbers; `min` and `max` are values, never exponents."""

    min: Number = Field(description="The lowest value.", examples=[0.01])
    max: Number = Field(description="The highest value.", examples=[0.5])
    type: Literal["continuous"] | None = Field(
        default=None,
        description="For bounds that look whole: `{min: 0, max: 1, type: continuous}`.",
        examples=["continuous"],
    )
    scale: Scale | None = Field(
        default=None, description="How the range is searched; without it the service decides.", examples=["log"]
    )

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        check_bounds(self.min, self.max)
        if self.scale == "log" and self.min <= 0:
            raise mistake(f"a log scale needs min > 0, not {self.min!r}", "raise min above 0, or use scale: linear")
        if self.scale == "reverse-log" and not 0 <= self.min < self.max < 1:
            message = f"a reverse-log scale needs 0 <= min < max < 1, not {self.min!r} to {self.max!r}"
            raise mistake(message, "keep the range below 1.0, or use another scale")
        return self


class Integer(Frozen):
    """A range of whole numbers, both ends included."""

    min: int = Field(description="The lowest value.", examples=[2])
    max: int = Field(description="The highest value.", examples=[10])
    type: Literal["integer"] | None = Field(
        default=None, description="What bounds without a decimal point mean anyway.", examples=["integer"]
    )
    scale: Scale | None = Field(
        default=None, description="How the range is searched; without it the service decides.", examples=["linear"]
    )

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        check_bounds(self.min, self.max)
        if self.scale == "log" and self.min <= 0:
            raise mistake(
                f"a log scale needs min > 0, not {shown(self.min)}", "raise min above 0, or use scale: linear"
            )
        if self.scale == "reverse-log":
            raise mistake(
                "a reverse-log scale is for continuous ranges only",
                "use scale: linear or log, or write min as 0.0",
            )
        return self


def check_scalar(value: object) -> Scalar:
    """`value` if it can be a hyperparameter's value; raises PydanticCustomError with the fix otherwise."""
    if isinstance(value, float) and not math.isfinite(value):
        raise mistake(f"{value} is not a number the service takes", "give a finite number, or quote it as text")
    if isinstance(value, bool | int | float | str):
        return value
    if value is None:
        raise mistake("the value is missing", "give a value, a range {min: 1, max: 5} or a choice {values: [a, b]}")
    if isinstance(value, list | tuple):
        raise mistake(
            "a list is neither a value nor a range",
            "tune over it with {values: [...]}, or quote it to pass it as text",
        )
    raise mistake(
        f"{type(value).__name__} is not a value",
        "give a number, text, true or false, {min:, max:} or {values:}",
    )


ScalarValue = Annotated[Any, PlainValidator(check_scalar), WithJsonSchema({"type": ["string", "number", "boolean"]})]


class Categorical(Frozen):
    """A choice of values."""

    values: Annotated[tuple[ScalarValue, ...], Strict(False)] = Field(
        description="The values to choose from.", examples=[["gbtree", "dart"]]
    )

    @model_validator(mode="after")
    def _is_a_choice(self) -> Self:
        if not self.values:
            raise mistake("values is empty", "list at least one value, as in values: [gbtree, dart]")
        texts = [encode(value) for value in self.values]
        repeated = sorted({text for text in texts if texts.count(text) > 1})
        if repeated:
            raise mistake(f"values repeats {', '.join(map(shown, repeated))}", "list each value once")
        return self


class Auto(Frozen):
    """A hyperparameter whose range the service chooses (`autotune`)."""

    hint: ScalarValue = Field(
        description="A value the service starts from; it chooses the range (`autotune`).", examples=[0.1]
    )


def check_bounds(low: float, high: float) -> None:
    if low == high:
        raise mistake(
            f"min and max are both {shown(low)}: the service refuses a range of one value",
            f"widen the range, or write the plain value {shown(low)} to keep the hyperparameter static",
        )
    if low > high:
        raise mistake(f"min {shown(low)} is above max {shown(high)}", "swap them")


def kind_of(value: object) -> str:
    """The tag of a hyperparameter as written: integer literals make an integer range, others a continuous one."""
    if isinstance(value, Mapping):
        if "values" in value:
            return "@categorical"
        if "hint" in value:
            return "@auto"
        if value.get("type") in ("continuous", "integer"):
            return f"@{value['type']}"
        bounds = [value[key] for key in ("min", "max") if key in value]
        whole = bounds and all(isinstance(bound, int) and not isinstance(bound, bool) for bound in bounds)
        return "@integer" if whole else "@continuous"
    kinds: dict[type, str] = {
        Continuous: "@continuous",
        Integer: "@integer",
        Categorical: "@categorical",
        Auto: "@auto",
    }
    return kinds.get(type(value), "@static")


Hyperparameter = Annotated[
    Annotated[ScalarValue, Tag("@static")]
    | Annotated[Continuous, Tag("@continuous")]
    | Annotated[Integer, Tag("@integer")]
    | Annotated[Categorical, Tag("@categorical")]
    | Annotated[Auto, Tag("@auto")],
    Discriminator(kind_of),
]
Range = Continuous | Integer | Categorical


def encode(value: Scalar) -> str:
    """A value as the service carries it: text bare, everything else as JSON (`true`, `0.5`)."""
    return value if isinstance(value, str) else json.dumps(value)


def decode(text: str) -> Scalar:
    """The value that `encode` turns into exactly `text`: 5, 0.5 or True where that is lossless, else the text."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    plain = isinstance(value, bool | int | float) and not (isinstance(value, float) and not math.isfinite(value))
    return value if plain and encode(value) == text else text
