"""Hyperparameters of a built-in algorithm as Python values, by the table of its documentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smtune.algorithms.builtins import BuiltIn, Parameter, builtin, complaints
from smtune.local.programs.failures import UserError

OBJECTIVE_METRIC = "_tuning_objective_metric"
_RESERVED = ("_", "sagemaker_")
_TRUE = ("true", "1")


def given_values(name: str, hyperparameters: Mapping[str, str]) -> dict[str, Any]:
    """Every documented hyperparameter that has a value or a default, and the others as they are.

    Words such as `auto` stay words. Raises UserError, with every complaint.
    """
    table = _table(name)
    found = [item for item in complaints(name, hyperparameters, {}) if item.severity == "error"]
    if found:
        lines = (f"{f'{c.hyperparameter}: ' if c.hyperparameter else ''}{c.message}: {c.fix}" for c in found)
        raise UserError("\n".join(lines))
    texts = {each.name: each.default for each in table.parameters.values() if each.default is not None}
    texts |= {given: text for given, text in hyperparameters.items() if not given.startswith(_RESERVED)}
    known = table.parameters
    return {each: _value(known[each], text) if each in known else _guessed(text) for each, text in texts.items()}


def tuned_metric(hyperparameters: Mapping[str, str]) -> str:
    """The objective metric of the tuning job, empty outside one."""
    return hyperparameters.get(OBJECTIVE_METRIC, "")


def unsupported(values: Mapping[str, Any], name: str, *allowed: Any) -> None:
    """Raise UserError where a hyperparameter has a value that this machine's stand-in does not know."""
    if name in values and values[name] not in allowed:
        choices = " or ".join(str(each) for each in allowed)
        message = f"{name}: {values[name]} is not supported on this machine, where it is {choices}"
        raise UserError(message)


def _table(name: str) -> BuiltIn:
    table = builtin(name)
    if table is None:
        message = f"there is no built-in algorithm {name}"
        raise UserError(message)
    return table


def _value(parameter: Parameter, text: str) -> Any:
    if parameter.kind in ("integer", "continuous"):
        try:
            number = float(text)
        except ValueError:
            return text  # a word, such as auto: anything else was complained about
        return int(number) if parameter.kind == "integer" else number
    if parameter.kind == "boolean" and text not in parameter.choices:
        return text.lower() in _TRUE
    return text


def _guessed(text: str) -> Any:
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return {"true": True, "false": False}.get(text.lower(), text)
