"""Bias, variance or data mismatch? From a handful of error rates to a verdict and the next step.

Pure: no files, no network, no third-party library. `smtune.diagnosis.text.render` turns a diagnosis to text.
"""

from __future__ import annotations

from smtune.diagnosis.level import Level
from smtune.diagnosis.measured import Loss, Measured
from smtune.diagnosis.metrics import diagnose_metrics
from smtune.diagnosis.model import Diagnosis, Errors, Finding, Gap, Hint, Remedy, Step
from smtune.diagnosis.quantity import Number
from smtune.diagnosis.rates import diagnose
from smtune.diagnosis.reference import Group

__all__ = [
    "Diagnosis",
    "Errors",
    "Finding",
    "Gap",
    "Group",
    "Hint",
    "Level",
    "Loss",
    "Measured",
    "Number",
    "Remedy",
    "Step",
    "diagnose",
    "diagnose_metrics",
]
