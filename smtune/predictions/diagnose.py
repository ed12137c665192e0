"""Predictions of a model and answers of people -> a diagnosis."""

from __future__ import annotations

from typing import Unpack

import numpy as np
import pandas as pd

from smtune.diagnosis import Diagnosis, Group, Loss, Measured, Number, diagnose_metrics
from smtune.diagnosis.level import SETS
from smtune.diagnosis.reference import Human
from smtune.diagnosis.setting import Circumstances
from smtune.errors import UsageError
from smtune.predictions.read import Predictions
from smtune.predictions.score import score, standard_error

_VOTERS = 3
_SURE = 1.645
"""Standard errors: one-sided, 5 %."""


def diagnose_predictions(
    predictions: Predictions,
    *,
    metric: str = "error",
    human_error: Human = None,
    baseline_error: Number | None = None,
    **circumstances: Unpack[Circumstances],
) -> Diagnosis:
    """As `diagnose_metrics`, with every value and its uncertainty from the rows.

    Answers of people (`human:LABEL` columns) are human level, unless `human_error` is given: of errors and accuracies
    only. Rows where a person gave no answer are left out for that person.

    Raises:
        UsageError: what the file does not have, or what `diagnose_metrics` refuses.
    """
    values: dict[str, Loss] = {}
    for name in SETS:
        rows = predictions.of(name)
        if len(rows):
            values[name] = score(rows, metric, predictions.source)
    if human_error is None and predictions.people:
        human_error = people(predictions, metric)
    return diagnose_metrics(
        values, metric=metric, human_error=human_error, baseline_error=baseline_error, **circumstances
    )


def people(predictions: Predictions, metric: str) -> list[Group]:
    """Each group's error; that of its majority where three or more answered the same rows and it is shown to be better.

    One or the other: they are of the same rows, and would count twice.
    """
    if metric not in ("error", "accuracy"):
        message = f"people's answers are right or wrong, which {metric} is not: give --human-error as well"
        raise UsageError(message)
    groups = []
    for label, columns in predictions.people.items():
        answers = predictions.frame[columns]
        wrong = answers.ne(predictions.frame["label"], axis=0).where(answers != "")
        known = wrong.dropna(how="all")
        if known.empty:
            message = f"{predictions.source} has no answer of {label}"
            raise UsageError(message)
        vote = _majority(answers, predictions.frame["label"])
        if vote is not None and _is_better(vote, wrong):
            groups.append(Group(f"majority of {len(columns)} {label}", _rate(vote)))
        else:
            groups.append(Group(label, _together(known)))
    return groups


def _majority(answers: pd.DataFrame, labels: pd.Series) -> pd.Series | None:
    """Whether the majority is wrong, of the rows that all of three or more have answered."""
    full = answers[(answers != "").all(axis=1)]
    if answers.shape[1] < _VOTERS or full.empty:
        return None
    return full.mode(axis=1)[0] != labels[full.index]


def _is_better(vote: pd.Series, wrong: pd.DataFrame) -> bool:
    """Whether the majority errs less than its members beyond chance: row by row, as they answered the same ones."""
    lead = wrong.loc[vote.index].to_numpy(float).mean(axis=1) - vote.to_numpy(float)
    return bool(lead.mean() > _SURE * lead.std(ddof=1) / np.sqrt(len(lead))) if len(lead) > 1 else False


def _rate(wrong: pd.Series) -> Measured:
    return Measured(f"{int(wrong.sum()) / len(wrong):.12g}", len(wrong))


def _together(wrong: pd.DataFrame) -> Measured:
    """One rate of several people who answered the same rows: rows are drawn, not answers, for some rows are hard."""
    if wrong.shape[1] == 1:
        return _rate(wrong.iloc[:, 0].astype(bool))
    cells = wrong.to_numpy(float)
    error = standard_error(np.arange(len(cells)).astype(str), lambda picked: float(np.nanmean(cells[picked])))
    return Measured(f"{np.nanmean(cells):.12g}", int(np.isfinite(cells).sum()), standard_error=error)
