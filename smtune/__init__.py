"""smtune: one YAML file describes a SageMaker tuning job; run it on AWS or here, and learn what to do next.

The names below are loaded when they are first used, so importing smtune costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "Best": "smtune.results",
    "CompareSettings": "smtune.data.compare",
    "DataComparison": "smtune.data.compare",
    "DataFinding": "smtune.data.check",
    "Diagnosis": "smtune.diagnosis",
    "Group": "smtune.diagnosis",
    "LoopOptions": "smtune.loop",
    "Known": "smtune.examine",
    "Measured": "smtune.diagnosis",
    "Plan": "smtune.plan",
    "Progress": "smtune.progress",
    "Report": "smtune.run",
    "ReportData": "smtune.reporting",
    "Site": "smtune.request",
    "SmtuneError": "smtune.errors",
    "SpecError": "smtune.errors",
    "Suggestions": "smtune.suggest",
    "Triage": "smtune.triage",
    "TuningJob": "smtune.job",
    "TuningSpec": "smtune.spec",
    "WaitOptions": "smtune.progress",
    "ArchiveSession": "smtune.archive.session",
    "Trials": "smtune.results",
    "archive_job": "smtune.archive.write",
    "best_training_job": "smtune.results",
    "build_tuner": "smtune.sdk",
    "check_data": "smtune.data.check",
    "compare_data": "smtune.data.compare",
    "clone_job": "smtune.clone.job",
    "connect": "smtune.session",
    "curves": "smtune.results",
    "delete": "smtune.control",
    "diagnose": "smtune.diagnosis",
    "diagnose_metrics": "smtune.diagnosis",
    "diagnose_predictions": "smtune.predictions",
    "dump_spec": "smtune.spec",
    "extend_job": "smtune.revise.job",
    "find_problems": "smtune.validate",
    "from_description": "smtune.request",
    "from_request": "smtune.request",
    "gather_report": "smtune.reporting",
    "grow": "smtune.growth",
    "history_of": "smtune.recall",
    "launch": "smtune.job",
    "learning_curves": "smtune.results",
    "load_spec": "smtune.spec",
    "refine": "smtune.revise",
    "refine_job": "smtune.revise.job",
    "pull": "smtune.results",
    "read_predictions": "smtune.predictions",
    "report": "smtune.run",
    "run_rounds": "smtune.loop",
    "start": "smtune.run",
    "stop": "smtune.control",
    "study": "smtune.history",
    "to_request": "smtune.request",
    "training_jobs": "smtune.results",
    "UploadSettings": "smtune.data.upload.settings",
    "upload": "smtune.data.upload.snapshot",
    "verify_best": "smtune.verify",
    "wait": "smtune.progress",
    "watch": "smtune.progress",
    "why": "smtune.triage",
}
__all__ = [*sorted(_HOMES), "__version__"]  # noqa: PLE0604  every key is a name


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    message = f"module 'smtune' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return __all__
