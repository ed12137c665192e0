"""smtune: one YAML file describes a SageMaker tuning job; run it on AWS or here, and learn what to do next.

The names below are loaded when they are first used, so importing smtune costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "Best": "smtune.results",
    "Diagnosis": "smtune.diagnosis",
    "Plan": "smtune.plan",
    "Progress": "smtune.progress",
    "Report": "smtune.run",
    "Site": "smtune.request",
    "SmtuneError": "smtune.errors",
    "SpecError": "smtune.errors",
    "TuningSpec": "smtune.spec",
    "best_training_job": "smtune.results",
    "connect": "smtune.session",
    "diagnose": "smtune.diagnosis",
    "diagnose_metrics": "smtune.diagnosis",
    "dump_spec": "smtune.spec",
    "find_problems": "smtune.validate",
    "from_description": "smtune.request",
    "from_request": "smtune.request",
    "learning_curves": "smtune.results",
    "load_spec": "smtune.spec",
    "report": "smtune.run",
    "start": "smtune.run",
    "stop": "smtune.control",
    "to_request": "smtune.request",
    "training_jobs": "smtune.results",
    "watch": "smtune.progress",
}
__all__ = [*sorted(_HOMES), "__version__"]  # noqa: PLE0604  every key is a name


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    message = f"module 'smtune' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return __all__
