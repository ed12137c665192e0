"""The metric that is measured on training rows, given that on validation rows: `validation:error` -> `train:error`."""

from __future__ import annotations

import re
from collections.abc import Iterable

_VALIDATION = {"validation", "valid", "val", "dev", "eval", "test"}
_TRAINING = {"train", "training", "tr"}
_WORD = re.compile(r"[a-z]+|\d+")


def find_counterpart(metric: str, names: Iterable[str]) -> str | None:
    """Of `names` the one that says the same of training rows: with `train` in its name, or (`loss`) no set at all.

    None where there is none, or where `metric` itself does not say that it is of validation rows.
    """
    words = _words(metric)
    rest = [word for word in words if word not in _VALIDATION]
    if len(rest) == len(words) or not rest:
        return None
    others = [name for name in names if name != metric]
    for name in others:
        found = _words(name)
        if _TRAINING & set(found) and [word for word in found if word not in _TRAINING] == rest:
            return name
    return next((name for name in others if _words(name) == rest), None)


def _words(name: str) -> list[str]:
    return _WORD.findall(re.sub(r"([a-z])([A-Z])", r"\1 \2", name).lower())
