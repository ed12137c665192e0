"""What is shown of values that may be secrets: the names, and that something is hidden."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from smtune.compare import Difference
from smtune.secrecy import hide, longest_first, secret_values, secrets_in


def conceal(values: Mapping[str, Any]) -> dict[str, Any]:
    """Environment variables or tags, by name, without the values of secrets."""
    hidden = {name: longest_first(secrets_in(name, str(value))) for name, value in values.items()}
    return {name: hide(str(value), hidden[name]) if hidden[name] else value for name, value in values.items()}


def without_secrets(request: Mapping[str, Any]) -> dict[str, Any]:
    """A request, or a service's answer, that may be shown."""
    hidden = secret_values(request)
    return {key: _shown(value, hidden) for key, value in request.items()}


def discreet(found: Iterable[Difference], *requests: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Differences between requests without the secrets that stand in these."""
    hidden = tuple(value for request in requests for value in secret_values(request))
    return tuple(
        dataclasses.replace(item, before=_shown(item.before, hidden), after=_shown(item.after, hidden))
        for item in found
    )


def _shown(value: Any, hidden: tuple[str, ...]) -> Any:
    if isinstance(value, Mapping):
        return {key: _shown(inner, hidden) for key, inner in value.items()}
    if isinstance(value, list):
        return [_shown(inner, hidden) for inner in value]
    return hide(value, hidden) if isinstance(value, str) else value
