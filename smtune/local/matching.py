"""SageMaker's search expressions: filters, nested filters and subexpressions, matched against a record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from smtune.local.answers import ServiceAnswerError

Json = Mapping[str, Any]
_MOST_PARTS = 50
_ORDERINGS = {
    "GreaterThan": lambda one, other: one > other,
    "GreaterThanOrEqualTo": lambda one, other: one >= other,
    "LessThan": lambda one, other: one < other,
    "LessThanOrEqualTo": lambda one, other: one <= other,
}
_PARTS = ("Filters", "NestedFilters", "SubExpressions")


@dataclass(frozen=True)
class SearchProperties:
    """What a search may name: the members of the resource's shape, and below `Metrics`, `HyperParameters`, `Tags`."""

    names: frozenset[str]

    def check(self, expression: Json, sort_by: str | None) -> None:
        """Raise ServiceAnswerError for an expression that is too large or names what the resource has not."""
        if _count(expression) > _MOST_PARTS:
            message = f"A search expression may hold at most {_MOST_PARTS} filters, nested filters and subexpressions"
            raise ServiceAnswerError("ValidationException", message)
        for name in [*named_properties(expression), *([sort_by] if sort_by else [])]:
            if name.partition(".")[0] not in self.names | {"Metrics"}:
                raise ServiceAnswerError("ValidationException", f"Unknown property name: {name}")


def matches(expression: Json, record: Json) -> bool:
    """Whether a record satisfies a SearchExpression; an empty one is satisfied by all."""
    results = [_holds(item, record) for item in expression.get("Filters", ())]
    results += [_holds_nested(item, record) for item in expression.get("NestedFilters", ())]
    results += [matches(item, record) for item in expression.get("SubExpressions", ())]
    return any(results) if expression.get("Operator") == "Or" and results else all(results)


def required_value(expression: Json, name: str) -> str | None:
    """The one value of a property that every match has; None where the expression does not say it like that."""
    if expression.get("Operator") == "Or":
        return None
    filters = (item for item in expression.get("Filters", ()) if item["Name"] == name)
    return next((item.get("Value") for item in filters if item.get("Operator", "Equals") == "Equals"), None)


def property_value(record: Json, name: str) -> Any:
    """The value of a dotted property; of a list of structures the values of all; None where there is none."""
    kind, _, rest = name.partition(".")
    if not rest:
        return record.get(name)
    if kind == "Metrics" and rest:
        found = record.get("FinalMetricDataList", ())
        return next((item["Value"] for item in found if item["MetricName"] == rest), None)
    if kind == "Tags" and rest:
        return next((item["Value"] for item in record.get("Tags", ()) if item["Key"] == rest), None)
    if kind == "HyperParameters" and rest:
        return record.get("HyperParameters", {}).get(rest)
    return _descend(record, name.split("."))


def _descend(value: Any, parts: Sequence[str]) -> Any:
    for index, part in enumerate(parts):
        if isinstance(value, list):
            return [_descend(item, parts[index:]) for item in value] or None
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _holds_nested(nested: Json, record: Json) -> bool:
    """Whether one item of the list satisfies every filter."""
    path = nested["NestedPropertyName"]
    items = property_value(record, path) or ()
    filters = [{**item, "Name": item["Name"].removeprefix(f"{path}.")} for item in nested["Filters"]]
    return any(all(_holds(item, one) for item in filters) for one in items)


def _holds(condition: Json, record: Json) -> bool:
    found = property_value(record, condition["Name"])
    operator: str = condition.get("Operator", "Equals")
    if operator in {"Exists", "NotExists"}:
        return (found is not None) == (operator == "Exists")
    values = found if isinstance(found, list) else [found]
    if operator == "NotEquals":
        return not any(_compare("Equals", item, condition["Value"]) for item in values)
    return any(_compare(operator, item, condition.get("Value", "")) for item in values if item is not None)


def _compare(operator: str, found: Any, text: str) -> bool:
    if operator == "Contains":
        return text in str(found)
    if operator == "In":
        return str(found) in [item.strip() for item in text.split(",")]
    one, other = _alike(found, text)
    if operator == "Equals":
        return bool(one == other)
    if isinstance(one, str):
        raise ServiceAnswerError("ValidationException", f"The operator {operator} is not supported for text properties")
    return bool(_ORDERINGS[operator](one, other))


def _alike(found: Any, text: str) -> tuple[Any, Any]:
    """Both sides of a comparison in one type: times, truth values, numbers, or else text."""
    if isinstance(found, dt.datetime):
        try:
            stamp = dt.datetime.fromisoformat(text)
        except ValueError:
            message = f"{text} is not a time such as 2026-01-31T12:00:00"
            raise ServiceAnswerError("ValidationException", message) from None
        return found, stamp if stamp.tzinfo else stamp.replace(tzinfo=dt.UTC)
    if isinstance(found, bool):
        return found, text.lower() == "true"
    try:
        return float(found), float(text)
    except (TypeError, ValueError):
        return str(found), text


def _count(expression: Json) -> int:
    own = sum(len(expression.get(part, ())) for part in _PARTS)
    return own + sum(_count(item) for item in expression.get("SubExpressions", ()))


def named_properties(expression: Json) -> list[str]:
    """The properties that an expression looks at."""
    names = [item["Name"] for item in expression.get("Filters", ())]
    names += [item["NestedPropertyName"] for item in expression.get("NestedFilters", ())]
    return names + [name for item in expression.get("SubExpressions", ()) for name in named_properties(item)]
