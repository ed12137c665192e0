"""A finished tuning job -> its best configuration on parts of its rows: what would more rows bring?"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import boto3

from smtune.growth.judge import judge
from smtune.growth.model import Growth
from smtune.growth.options import GrowthOptions
from smtune.growth.place import place_parts
from smtune.growth.plan import growth_plan
from smtune.growth.planned import MARK, GrowthPlan, Training
from smtune.growth.text import sentences
from smtune.patience import Terms
from smtune.retrain import carry
from smtune.retrain.carry import Carry
from smtune.retrain.model import Interval


@dataclass(frozen=True)
class Grown:
    """Trainings on parts of the rows, and what they say."""

    plan: GrowthPlan
    growth: Growth

    @property
    def sentences(self) -> tuple[str, ...]:
        """The verdict and what goes with it, for people."""
        return sentences(self.growth, self.plan.measure, self.plan.source.rows)

    def to_dict(self) -> dict[str, Any]:
        """As JSON: the shape of `smtune data curve -o json`."""
        found = self.growth
        return {
            **plan_dict(self.plan),
            "verdict": found.kind,
            "reason": found.reason,
            "sizes": [dataclasses.asdict(size) for size in found.sizes],
            "curve": None if found.curve is None else dataclasses.asdict(found.curve),
            "predictions": [
                {**dataclasses.asdict(each), "loss": _plain(each.loss), "gain": _plain(each.gain)}
                for each in found.predictions
            ],
            "material_gain": found.material,
            "training_limit": found.training,
            "text": list(self.sentences),
        }


def grow(
    session: boto3.Session,
    tuning_job: str,
    options: GrowthOptions | None = None,
    how: Carry[GrowthPlan] | None = None,
) -> Grown:
    """Train the best configuration of a finished tuning job on parts of its own rows, and extrapolate.

    Each training job's name stands for its rows and its seed, so this may be interrupted anywhere and called again.
    Raises what `growth_plan` and `carry_out` raise.
    """
    with growth_plan(session, tuning_job, options) as plan:
        return grown(carry_out(session, plan, how))


def carry_out(session: boto3.Session, plan: GrowthPlan, how: Carry[GrowthPlan] | None = None) -> GrowthPlan:
    """Put the parts on S3 and train what is missing; raises what `smtune.retrain.carry.carry_out` raises."""
    place_parts(session, plan)
    return carry.carry_out(session, plan, how)


def stop_trainings(session: boto3.Session, tuning_job: str, terms: Terms | None = None) -> tuple[str, ...]:
    """Stop every training job of a learning curve of this tuning job that runs; their names. Raises ServiceError."""
    return carry.stop(session, tuning_job, MARK, terms)


def grown(plan: GrowthPlan) -> Grown:
    """What the trainings say so far."""
    return Grown(plan, judge(plan.points, floored=plan.measure.is_floored, target=plan.target))


def plan_dict(plan: GrowthPlan) -> dict[str, Any]:
    """A plan as JSON, without requests: those may hold secrets."""
    return {
        "schema_version": 1,
        "tuning_job_name": plan.tuning_job,
        "training_job_name": plan.configuration.training_job,
        "hyperparameters": dict(plan.configuration.hyperparameters),
        "metric": plan.measure.metric,
        "train_metric": plan.measure.train_metric,
        "loss": plan.measure.label,
        "target": plan.target,
        "rows": plan.source.rows,
        "channel": plan.channel,
        "parts": plan.prefix,
        "seed_hyperparameter": plan.seed_hyperparameter,
        "parallel": plan.parallel,
        "to_start": len(plan.to_start),
        "billable_seconds": plan.seconds,
        "cost": _rounded(plan.money),
        "spent": _rounded(plan.spent),
        "currency": plan.currency,
        "is_over": plan.is_over,
        "trainings": [_training(plan, each) for each in plan.trainings],
        "notes": list(plan.notes),
    }


def _training(plan: GrowthPlan, training: Training) -> dict[str, Any]:
    repeat = training.repeat
    return {
        "training_job_name": repeat.training_job,
        "rows": training.rows,
        "share": training.share,
        "number": repeat.number,
        "seed": repeat.seed,
        "data": None if training.part is None else plan.place(training.part),
        "status": repeat.status,
        "value": repeat.value,
        "training": plan.measure.training(repeat.metrics),
        "validation": plan.measure.validation(repeat.metrics),
        "seconds": repeat.seconds,
        "failure_reason": repeat.reason,
    }


def _plain(value: Interval) -> dict[str, float]:
    return value.to_dict()


def _rounded(money: float | None) -> float | None:
    return None if money is None else round(money, 6)
