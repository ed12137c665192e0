"""What is wrong with hyperparameters and an objective metric, by an algorithm's table.

What the documents do not say is no error: an algorithm without a table, a hyperparameter without a legal range
and an open algorithm's other hyperparameters pass.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from smtune.algorithms.builtin_table import BuiltIn, Parameter, builtin
from smtune.algorithms.builtin_values import value_complaint
from smtune.spec.explain import nearest

Severity = Literal["error", "warning"]
Given = Mapping[str, "str | TunedRange"]

_LISTED = 12
_RESERVED = ("_", "sagemaker_")
"""How the hyperparameters begin that the service and its containers read, whichever the algorithm."""


@dataclass(frozen=True)
class TunedRange:
    """A range to search: its two ends, or the values of a categorical one, as the request's texts."""

    kind: Literal["Continuous", "Integer", "Categorical"]
    values: tuple[str, ...]


@dataclass(frozen=True)
class Complaint:
    """One thing wrong; `hyperparameter` is empty where it is about none that is given."""

    hyperparameter: str
    message: str
    fix: str
    severity: Severity = "error"


def complaints(name: str, static: Mapping[str, str], ranges: Mapping[str, TunedRange]) -> tuple[Complaint, ...]:
    """Everything wrong with the hyperparameters of the built-in algorithm `name`, as the request has them.

    For XGBoost only what its container does not say itself (`smtune.algorithms.xgboost`): a range of two whole numbers
    where fractions are meant. Nothing for an unknown name.
    """
    table = builtin(name)
    if table is None:
        return ()
    if name == "xgboost":
        known = [(table.parameters[each], tuned) for each, tuned in ranges.items() if each in table.parameters]
        # A wide one may well be meant (AWS's own example has max_delta_step from 0 to 10); 0 to 1 tries two values.
        narrow = [(parameter, tuned) for parameter, tuned in known if _is_narrow(tuned)]
        return tuple(found for parameter, tuned in narrow for found in _whole_numbers(parameter, tuned))
    given: Given = {**static, **ranges}
    return (*_unknown(table, given), *_missing(table, given), *_wrong(table, static, ranges))


def objective_complaint(name: str, metric: str, direction: str) -> Complaint | None:
    """What is wrong with an objective metric; `direction` is `Maximize` or `Minimize`.

    Nothing where the documents name no metric, as for AutoGluon-Tabular.
    """
    table = builtin(name)
    if table is None or not table.metrics:
        return None
    known = table.metrics.get(metric)
    if known is None:
        near = nearest(metric, table.metrics)
        fix = f"did you mean {near}?" if near else f"known: {_listed(table, table.metrics)}"
        return Complaint("", f"{table.title} has no metric {metric!r}", fix)
    if direction != known.direction:
        wanted = known.direction.lower()
        # Where the guide itself has it the other way round, it is a warning only.
        severity: Severity = "warning" if known.note else "error"
        return Complaint("", f"{metric} is to be {wanted}d", f"write objective: {{{wanted}: {metric}}}", severity)
    return None


def _unknown(table: BuiltIn, given: Given) -> Iterator[Complaint]:
    for name in given:
        if name in table.parameters or name.startswith(_RESERVED):
            continue
        near = nearest(name, table.parameters)
        if near:
            severity: Severity = "warning" if table.open else "error"
            yield Complaint(name, f"{table.title} has no hyperparameter {name!r}", f"did you mean {near}?", severity)
        elif not table.open:
            message = f"{table.title} has no hyperparameter {name!r}"
            yield Complaint(name, message, f"remove it; known: {_listed(table, table.parameters)}")


def _missing(table: BuiltIn, given: Given) -> Iterator[Complaint]:
    for parameter in table.parameters.values():
        if parameter.name in given:
            continue
        fix = f"add {parameter.name}: with a value" + (" or a range" if parameter.tunable else "")
        if parameter.note:
            fix += f" ({parameter.note})"
        if parameter.required:
            yield Complaint("", f"{table.title} needs {parameter.name}", fix)
        elif parameter.required_when:
            other, value = parameter.required_when
            if other in given and (not value or given[other] == value):
                case = f"{other}: {value}" if value else other
                yield Complaint("", f"{table.title} needs {parameter.name} with {case}", fix)


def _wrong(table: BuiltIn, static: Mapping[str, str], ranges: Mapping[str, TunedRange]) -> Iterator[Complaint]:
    for name, text in static.items():
        found = value_complaint(table.parameters[name], text) if name in table.parameters else None
        if found:
            yield Complaint(name, *found)
    for name, tuned in ranges.items():
        if name in table.parameters:
            yield from _wrong_range(table, table.parameters[name], tuned)


def _wrong_range(table: BuiltIn, parameter: Parameter, tuned: TunedRange) -> Iterator[Complaint]:
    if not parameter.tunable:
        message = f"{parameter.name} is not among the hyperparameters that {table.title} is documented to tune"
        tunable = [each.name for each in table.parameters.values() if each.tunable]
        fix = f"tunable: {_listed(table, tunable)}" if tunable else "give it a plain value"
        yield Complaint(parameter.name, message, fix, "warning")
    if tuned.kind != "Categorical" and parameter.kind in ("categorical", "boolean"):
        choices = ", ".join(parameter.choices) or "true, false"
        yield Complaint(parameter.name, "a range of numbers, where it takes a choice", f"write {{values: [{choices}]}}")
        return
    if tuned.kind == "Continuous" and parameter.kind == "integer":
        fix = "write both ends without a decimal point, as in {min: 1, max: 10}"
        yield Complaint(parameter.name, "a range of real numbers, where it takes whole ones", fix)
        return
    yield from _whole_numbers(parameter, tuned)
    for message, fix in dict.fromkeys(filter(None, (value_complaint(parameter, text) for text in tuned.values))):
        yield Complaint(parameter.name, message, fix)


def _is_narrow(tuned: TunedRange) -> bool:
    """Whether a range of whole numbers has two values only."""
    try:
        low, high = map(int, tuned.values)
    except ValueError:
        return False
    return tuned.kind == "Integer" and high - low == 1


def _whole_numbers(parameter: Parameter, tuned: TunedRange) -> Iterator[Complaint]:
    if tuned.kind == "Integer" and parameter.kind == "continuous":
        fix = "write an end with a decimal point, as in {min: 1.0, max: 10}, if fractions are meant"
        yield Complaint(parameter.name, "a range of whole numbers, where it takes real ones", fix, "warning")


def _listed(table: BuiltIn, names: Collection[str]) -> str:
    """All the names, or the page that has them where they are too many for a message."""
    return ", ".join(names) if len(names) <= _LISTED else f"see {table.source[0]}"
