"""The metric definitions that the service fills in for a built-in algorithm with an image of its own.

A request for such an algorithm names no regular expression. The lines are `#quality_metric: host=algo-1, test msd
<loss>=0.5`, as AWS's own notebooks and describe calls show them; an objective that is better when smaller is a `loss`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from smtune.algorithms.builtin_table import builtin

LINE = "#quality_metric: host="
_FAMILIES = ("kmeans", "knn", "linear-learner")
_PARAMETERISED: Mapping[str, str] = MappingProxyType(
    {
        "binary_f_beta": r"binary_f_\S+",
        "macro_f_beta": r"macro_f_\S+",
        "multiclass_top_k_accuracy": r"multiclass_top_k_accuracy_\S+",
        "objective_loss": r"\S+_objective",
    }
)
"""Metrics whose name in the log holds a number, or the loss."""


def quality_definitions(name: str) -> list[dict[str, str]]:
    """Names and regexes of every metric of `kmeans`, `knn` or `linear-learner`; none for another algorithm."""
    table = builtin(name) if name in _FAMILIES else None
    found = []
    for metric in table.metrics.values() if table else ():
        data, _, short = metric.name.partition(":")
        kind = "loss" if metric.direction == "Minimize" else "score"
        epoch = r"epoch=\S+, " if short == "objective_loss" and data != "test" else ""
        printed = _PARAMETERISED.get(short, short)
        found.append({"Name": metric.name, "Regex": rf"{LINE}\S+, {epoch}{data} {printed} <{kind}>=(\S+)"})
    return found
