"""What the built-in XGBoost's container refuses between hyperparameters that are legal one by one.

The messages are the container's word for word, misspellings included: they are what the service shows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

_GROWERS = ("grow_colmaker", "distcol", "grow_histmaker", "grow_quantile_histmaker")
_TREE_UPDATERS = (*_GROWERS, "grow_skmaker", "sync", "refresh", "prune")


def dependency_complaints(values: Mapping[str, Any], given: Mapping[str, str]) -> list[str]:
    """The complaints about legal `values`, in the container's order: as given, what a rule needs first."""
    ordered = dict.fromkeys(each for name in given for each in (*_DEPENDENCIES.get(name, _NONE)[0], name))
    complaints = []
    for name in ordered:
        needed, rule = _DEPENDENCIES.get(name, _NONE)
        refused = any(other in given and other not in values for other in needed)
        if name in values and not refused:
            complaints.append(rule(values))
    return [complaint for complaint in complaints if complaint]


def _updater(values: Mapping[str, Any]) -> str:
    chosen = values["updater"]
    if values.get("booster") == "gblinear":
        linear = len(chosen) == 1 and chosen[0] in ("shotgun", "coord_descent")
        return "" if linear else "Linear updater should be one of these options: 'shotgun', 'coord_descent'."
    if values.get("process_type") == "update":
        refreshing = all(each in ("refresh", "prune") for each in chosen)
        return "" if refreshing else "process_type 'update' can only be used with updater 'refresh' and 'prune'"
    if not all(each in _TREE_UPDATERS for each in chosen):
        return (
            "Tree updater should be selected from these options: 'grow_colmaker', 'distcol', "
            "'grow_histmaker', 'grow_skmaker', 'grow_quantile_histmaker', 'sync', 'refresh', 'prune', "
            "'shortgun', 'coord_descent'."
        )
    if sum(each in _GROWERS for each in chosen) > 1:
        return (
            "Only one tree grow plugin can be selected. Choose one from thefollowing: 'grow_colmaker', "
            "'distcol', 'grow_histmaker', 'grow_skmaker'"
        )
    return ""


def _monotone(values: Mapping[str, Any]) -> str:
    if values.get("tree_method") in ("exact", "hist"):
        return ""
    return "monotone_constraints can be used only when the tree_method parameter is set to either 'exact' or 'hist'."


def _interaction(values: Mapping[str, Any]) -> str:
    if values.get("tree_method") in ("exact", "hist", "approx"):
        return ""
    return (
        "interaction_constraints can be used only when the tree_method parameter is set to "
        "either 'exact', 'hist' or 'approx'."
    )


def _objective(values: Mapping[str, Any]) -> str:
    if values["objective"] in ("multi:softmax", "multi:softprob") and "num_class" not in values:
        return "Require input for parameter 'num_class' for multi-classification"
    return ""


def _eval_metric(values: Mapping[str, Any]) -> str:
    objective = values.get("objective")
    if objective is None:
        # The container dies of a KeyError here; the words are smtune's.
        return "Missing required hyperparameter: objective (the container needs it to check eval_metric)"
    if "auc" in values["eval_metric"] and not objective.startswith(("binary:", "rank:")):
        return "Metric 'auc' can only be applied for classification and ranking problems."
    if "aft-nloglik" in values["eval_metric"] and objective != "survival:aft":
        return "Metric 'aft-nloglik' can only be applied for 'survival:aft' objective."
    return ""


_Rule = tuple[tuple[str, ...], Callable[[Mapping[str, Any]], str]]
_NONE: _Rule = ((), lambda _: "")
_DEPENDENCIES: Mapping[str, _Rule] = MappingProxyType(
    {
        "updater": (("booster", "process_type"), _updater),
        "monotone_constraints": (("tree_method",), _monotone),
        "interaction_constraints": (("tree_method",), _interaction),
        "objective": (("num_class",), _objective),
        "eval_metric": (("objective",), _eval_metric),
    }
)
"""Each rule, and the other hyperparameters it looks at: it is silent while one of those is illegal itself."""
