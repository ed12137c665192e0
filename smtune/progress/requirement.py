"""What a script requires of a tuning job: `objective >= 0.9`, `failed == 0`, `'test loss' < 0.2`. Parsed by hand."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from smtune.errors import UsageError, shown

WORDS = ("objective", "completed", "failed", "stopped", "elapsed")
"""What every tuning job has; anything else is a metric of the best training job. `elapsed` is in seconds."""
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}
_FORM = "write NAME, one of >= <= > < == !=, and a number, as in 'objective >= 0.9' or 'validation:error <= 0.05'"
_QUOTES = "'\""


@dataclass(frozen=True)
class Requirement:
    """One comparison with a number."""

    text: str
    name: str
    is_metric: bool
    """Whether `name` is a metric of the best training job, and not one of the words."""
    comparison: str
    bound: float

    def check(self, values: Mapping[str, float | None], metrics: Mapping[str, float]) -> Check:
        """Whether it holds; what is not known does not."""
        value = (metrics if self.is_metric else values).get(self.name)
        if value is not None and math.isnan(value):
            return Check(self, None, holds=False, note="it is not a number")
        if value is None:
            return Check(self, None, holds=False, note="there is none")
        return Check(self, value, holds=_COMPARE[self.comparison](value, self.bound))


@dataclass(frozen=True)
class Check:
    """A requirement and what came of it."""

    requirement: Requirement
    value: float | None
    holds: bool
    note: str = ""

    @property
    def finding(self) -> str:
        """As in `it is 0.87`."""
        return self.note or f"it is {self.value:.6g}"

    @property
    def sentence(self) -> str:
        """As in `objective >= 0.9: it is 0.87`."""
        return f"{self.requirement.text}: {self.finding}"

    def to_dict(self) -> dict[str, Any]:
        finite = self.value is not None and math.isfinite(self.value)
        return {"require": self.requirement.text, "value": self.value if finite else None, "holds": self.holds}


def parse_requirement(text: str) -> Requirement:
    """`NAME OPERATOR NUMBER`; a NAME in quotes is a metric, whatever it is. Raises UsageError."""
    name, rest, is_quoted = _name(text)
    comparison = next((sign for sign in _COMPARE if rest.startswith(sign)), None)
    if comparison is None:
        found = f"after {name!r} comes {shown(rest)}, which is no comparison" if rest else "there is no comparison"
        raise _wrong(text, "one = is an assignment: compare with ==" if rest.startswith("=") else found)
    number = rest[len(comparison) :].strip()
    try:
        # Python would read 1_000 as a number; here it is more likely a slip.
        bound = float(number.replace("_", "?"))
    except ValueError:
        raise _wrong(text, _not_a_number(number, comparison)) from None
    if not math.isfinite(bound):
        raise _wrong(text, f"{number} is not a number to compare with")
    return Requirement(text.strip(), name, is_quoted or name not in WORDS, comparison, bound)


def refuse_unknown_metrics(requirements: Collection[Requirement], defined: Collection[str]) -> None:
    """Raise UsageError where a requirement names a metric that no training job can have; `defined`: those it can."""
    for item in requirements:
        if item.is_metric and item.name not in defined:
            raise _wrong(item.text, f"there is no metric {item.name!r}; the job has {', '.join(sorted(defined))}")


def _name(text: str) -> tuple[str, str, bool]:
    """The name, what follows it, and whether the name was in quotes."""
    plain = text.strip()
    if not plain:
        raise _wrong(text, "it is empty")
    if plain[0] in _QUOTES:
        name, mark, rest = plain[1:].partition(plain[0])
        if not mark:
            raise _wrong(text, f"the quote {plain[0]} is not closed")
        return name, rest.strip(), True
    end = min((at for at in map(plain.find, "<>=!") if at >= 0), default=len(plain))
    name = plain[:end].strip()
    if not name:
        raise _wrong(text, "no name stands before the comparison")
    if len(name.split()) > 1:
        raise _wrong(text, f"a metric's name with spaces takes quotes: \"'{name}' >= 0.9\"")
    return name, plain[end:], False


def _not_a_number(number: str, comparison: str) -> str:
    if " and " in number or " or " in number or "," in number:
        return "one comparison each: give --require again for another"
    if number.startswith("="):
        return f"no space within an operator: {comparison}="
    if number.endswith("%"):
        return "a percentage is a plain number here, as 0.9 for 90 %"
    return f"{shown(number)} is not a number" if number else f"no number stands after {comparison}"


def _wrong(text: str, why: str) -> UsageError:
    return UsageError(f"--require {shown(text)}: {why}. {_FORM[0].upper()}{_FORM[1:]}")
