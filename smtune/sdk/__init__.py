"""A spec as objects of the SageMaker Python SDK (V3), for notebooks and SageMaker Studio.

The SDK takes seconds to import, so a name below is loaded when it is first used: `import smtune.sdk` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "SpecTuner": "smtune.sdk.tuner",
    "build_tuner": "smtune.sdk.build",
}
__all__ = [*sorted(_HOMES)]  # noqa: PLE0604  every key is a name


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    message = f"module 'smtune.sdk' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return __all__
