"""Two tuning jobs' best models on the same rows, where their own validation rows are not the same."""

from __future__ import annotations

from dataclasses import dataclass

import boto3

from smtune.errors import SmtuneError
from smtune.evaluate import RowSet, definition_of, evaluate, quantity_of
from smtune.results import Best, Calls
from smtune.results.channels import channels_of
from smtune.spec import TuningSpec


@dataclass(frozen=True)
class Contender:
    """A best model, and the spec of its tuning job."""

    spec: TuningSpec
    best: Best


@dataclass(frozen=True)
class Rematch:
    """What the objective is on validation rows of the later job that neither model was trained on."""

    rows: int = 0
    before: float | None = None
    after: float | None = None
    failure: str = ""
    """Why the two cannot be compared so; empty where they were."""

    @property
    def values(self) -> tuple[float, float] | None:
        """Before and after."""
        return None if self.before is None or self.after is None else (self.before, self.after)


def play_rematch(session: boto3.Session, before: Contender, after: Contender) -> Rematch | None:
    """Score both models on the same rows; None where their objectives are of the same rows anyway."""
    calls = Calls(session)
    try:
        known, new = (channels_of(calls, each.best.name) for each in (before, after))
        if known.get("validation") == new.get("validation"):
            return None
        rows = RowSet("validation", new["validation"].uri, without=known["train"].uri)
        scores = [evaluate(session, each.spec, each.best, rows) for each in (before, after)]
        old, young = (score.metrics[_quantity(each)] for score, each in zip(scores, (before, after), strict=True))
    except (SmtuneError, KeyError) as error:
        reason = f"there is no channel {error}" if isinstance(error, KeyError) else str(error)
        return Rematch(failure=reason)
    return Rematch(scores[0].rows, old, young)


def beats(after: Contender | None, before: Contender | None, rematch: Rematch | None = None) -> bool:
    """Whether the later model is better: by the same rows, where both were scored on such, else by the objectives."""
    if after is None or before is None:
        return after is not None
    old, new = (rematch.values if rematch else None) or (before.best.objective, after.best.objective)
    return new > old if definition_of(after.spec, after.best).objective.maximizes else new < old


def _quantity(contender: Contender) -> str:
    metric = definition_of(contender.spec, contender.best).objective.metric
    return f"validation:{quantity_of(metric)}"
