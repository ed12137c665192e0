"""For test suites: a SageMaker tuning service without an account, without training, and with a clock of its own.

In pytest ask for the fixture `smtune_local`. The names below are loaded when they are first used: pytest imports this
package at its start, whether or not a test needs it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "LocalService": "smtune.testing.service",
    "Hyperparameters": "smtune.testing.scripts",
    "ScriptError": "smtune.local.stage",
}
__all__ = [*_HOMES]  # noqa: PLE0604  every key is a name


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    message = f"module 'smtune.testing' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return __all__
