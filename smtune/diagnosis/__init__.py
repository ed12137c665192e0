"""Bias, variance or data mismatch? From a handful of error rates to a verdict and the next step.

Pure: no files, no network, no third-party library. `smtune.diagnosis.text.render` turns a diagnosis to text.
"""

from __future__ import annotations

from smtune.diagnosis.metrics import diagnose_metrics
from smtune.diagnosis.model import Diagnosis, Errors, Finding, Gap, Hint, Level, Remedy
from smtune.diagnosis.quantity import Number
from smtune.diagnosis.rates import diagnose

__all__ = [
    "Diagnosis",
    "Errors",
    "Finding",
    "Gap",
    "Hint",
    "Level",
    "Number",
    "Remedy",
    "diagnose",
    "diagnose_metrics",
]
