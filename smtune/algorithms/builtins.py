"""Questions about SageMaker's built-in algorithms: what they take, what they report, what is wrong with a spec's."""

from smtune.algorithms.builtin_checks import (
    Complaint,
    Severity,
    TunedRange,
    complaints,
    objective_complaint,
)
from smtune.algorithms.builtin_table import (
    BuiltIn,
    Channel,
    Direction,
    Kind,
    Metric,
    Parameter,
    builtin,
    builtin_names,
)

__all__ = [
    "BuiltIn",
    "Channel",
    "Complaint",
    "Direction",
    "Kind",
    "Metric",
    "Parameter",
    "Severity",
    "TunedRange",
    "builtin",
    "builtin_names",
    "complaints",
    "objective_complaint",
]
