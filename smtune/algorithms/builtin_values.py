"""Whether a hyperparameter's text is a value that its table takes."""

from __future__ import annotations

import math

from smtune.algorithms.builtin_table import Parameter
from smtune.errors import shown

_BOOLEANS = ("true", "false", "1", "0")


def value_complaint(parameter: Parameter, text: str) -> tuple[str, str] | None:
    """What is wrong with one value, and the fix; None where nothing is, or where the documents do not say."""
    if text in parameter.choices or parameter.kind == "text":
        return None
    if parameter.kind == "boolean":
        return None if text.lower() in _BOOLEANS else _no_choice(text, ("true", "false", *parameter.choices))
    if parameter.kind == "categorical":
        return _no_choice(text, parameter.choices)
    return _number_complaint(parameter, text)


def inside(interval: str, value: float) -> bool:
    """Whether a number lies in an interval such as `(0, 1]`; not-a-number lies in none."""
    low, high = (float(end) for end in interval[1:-1].split(","))
    above = value >= low if interval.startswith("[") else value > low
    below = value <= high if interval.endswith("]") else value < high
    return above and below


def _no_choice(text: str, choices: tuple[str, ...]) -> tuple[str, str]:
    return f"{shown(text)} is not a choice", f"valid here: {', '.join(choice for choice in choices if choice)}"


def _number_complaint(parameter: Parameter, text: str) -> tuple[str, str] | None:
    whole = parameter.kind == "integer"
    words = "".join(f", or {word}" for word in parameter.choices if word)
    wanted = ("a whole number" if whole else "a number") + (f" in {parameter.legal}" if parameter.legal else "")
    value = _read(text)
    if value is None:
        return f"{shown(text)} is not a number", f"write {wanted}{words}"
    if whole and not value.is_integer():
        return f"{text} is not a whole number", f"write {wanted}{words}"
    if parameter.legal and not inside(parameter.legal, value):
        return f"{text} is not in {parameter.legal}", f"write {wanted}{words}"
    return None


def _read(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return None if math.isnan(value) else value
