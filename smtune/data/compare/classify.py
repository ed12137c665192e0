"""A classifier two-sample test: can a model tell rows of A from rows of B that it has not seen?

Lopez-Paz and Oquab, Revisiting Classifier Two-Sample Tests (2017). A model learns on one half of the rows and is judged
on the other, by the rank-sum test of its scores: given the model these rows are independent, so the p-value of one half
is right whatever the model. Out-of-fold scores of all folds taken as one sample are not independent, for the rows that
one model is judged by are those that the next one learns from; their p-value is too small. So here the z-scores of
several halves are averaged: each is standard normal where nothing differs, and their mean varies no more than one does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from smtune.data.compare.features import Features, Floats
from smtune.data.compare.model import Reliance

_REPEATS = 5
_MOST_SHUFFLES = 400
_LEAST_DROP = 0.005
_SHOWN = 10
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Judged:
    model: Any
    held: Rows
    auc: float
    z: float


@dataclass(frozen=True)
class Told:
    """How well the models told A from B."""

    auc: float
    p: float
    features: Features
    judged: tuple[_Judged, ...]


def tell_apart(features: Features, seed: int) -> Told:
    """Fit and judge a model on either half of the rows, several times."""
    from scipy import stats

    halves = enumerate(_halves(features.is_b, seed))
    judged = tuple(_judge(features, rows, held, seed + number) for number, (rows, held) in halves)
    z = float(np.mean([each.z for each in judged]))
    return Told(float(np.mean([each.auc for each in judged])), float(stats.norm.sf(z)), features, judged)


def _halves(is_b: Rows, seed: int) -> Iterator[tuple[Rows, Rows]]:
    from sklearn.model_selection import RepeatedStratifiedKFold

    folds = RepeatedStratifiedKFold(n_splits=2, n_repeats=_REPEATS, random_state=seed)
    yield from folds.split(np.zeros(len(is_b)), is_b)


def _judge(features: Features, rows: Rows, held: Rows, seed: int) -> _Judged:
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        max_iter=30,
        learning_rate=0.15,
        max_leaf_nodes=12,
        min_samples_leaf=10,
        early_stopping=False,
        categorical_features=np.array(features.is_class) if any(features.is_class) else None,
        random_state=seed % 2**32,
    )
    model.fit(features.matrix[rows], features.is_b[rows])
    auc, z = rank_sum(features.is_b[held], model.decision_function(features.matrix[held]))
    return _Judged(model, held, auc, z)


def rank_sum(is_b: Rows, scores: Floats) -> tuple[float, float]:
    """The AUC, and the z-score of Mann and Whitney's test, ties taken into account."""
    from scipy import stats

    ranks, ties = stats.rankdata(scores), np.unique(scores, return_counts=True)[1].astype(float)
    many, few, total = float(is_b.sum()), float(len(is_b) - is_b.sum()), float(len(is_b))
    auc = (float(ranks[is_b == 1].sum()) - many * (many + 1) / 2) / (many * few)
    variance = ((total + 1) - float((ties**3 - ties).sum()) / (total * (total - 1))) / (12 * many * few)
    return auc, (auc - 0.5) / variance**0.5 if variance > 0 else 0.0


def find_reliance(told: Told, seed: int) -> tuple[Reliance, ...]:
    """The columns whose shuffled values cost the models most, on rows that these have not seen."""
    features, random = told.features, np.random.default_rng(seed)
    bundles = features.bundles()
    judged = told.judged[: max(1, min(4, _MOST_SHUFFLES // len(bundles)))]
    drops = np.array([[_drop(features, each, bundle, random) for each in judged] for bundle in bundles]).mean(axis=1)
    least = max(_LEAST_DROP, (told.auc - 0.5) / 20)
    order = [int(index) for index in np.argsort(-drops, kind="stable") if drops[index] >= least]
    names = features.columns
    return tuple(
        Reliance(names[bundles[index][0]], float(drops[index]), tuple(names[each] for each in bundles[index][1:]))
        for index in order[:_SHOWN]
    )


def _drop(features: Features, judged: _Judged, bundle: list[int], random: np.random.Generator) -> float:
    shuffled = features.matrix[judged.held]
    places = [place for place, owner in enumerate(features.owner) if owner in bundle]
    shuffled[:, places] = shuffled[random.permutation(len(shuffled))][:, places]
    auc, _ = rank_sum(features.is_b[judged.held], judged.model.decision_function(shuffled))
    return judged.auc - auc
