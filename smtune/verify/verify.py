"""A finished tuning job -> its best configurations, retrained: which of them is really the best, and what was luck."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3

from smtune.retrain.carry import Carry
from smtune.retrain.model import Configuration, Interval, Repeat
from smtune.verify.jobs import carry_out
from smtune.verify.judge import judge
from smtune.verify.model import Judgement
from smtune.verify.plan import plan_verification
from smtune.verify.planned import VerifyOptions, VerifyPlan
from smtune.verify.text import sentences


@dataclass(frozen=True)
class Verified:
    """Repeats, and what they say."""

    plan: VerifyPlan
    judgement: Judgement

    @property
    def sentences(self) -> tuple[str, ...]:
        """The verdict and what goes with it, for people."""
        return sentences(self.judgement, self.plan.configurations)

    def to_dict(self) -> dict[str, Any]:
        """As JSON: the shape of `smtune verify-best -o json`."""
        found = self.judgement
        return {
            **plan_dict(self.plan),
            "verdict": found.kind,
            "best": found.best,
            "cannot_be_told_apart": list(found.tied),
            "repeats_needed": found.needed,
            "method": found.method,
            "noise_sd": found.noise,
            "expected": _plain(found.expected),
            "lead": None
            if found.lead is None
            else {
                "original": found.lead.original,
                "retrained": _plain(found.lead.retrained),
                "luck": _plain(found.lead.luck),
            },
            "standings": [
                {
                    **dataclasses.asdict(item),
                    **{name: _plain(getattr(item, name)) for name in ("mean", "behind", "luck")},
                }
                for item in found.standings
            ],
            "text": list(self.sentences),
        }


def verify_best(
    session: boto3.Session, tuning_job: str, options: VerifyOptions | None = None, how: Carry[VerifyPlan] | None = None
) -> Verified:
    """Retrain the best configurations of a finished tuning job with other seeds, everything else unchanged.

    Each repeat is a training job whose name stands for it, so this may be interrupted anywhere and called again.
    Raises what `plan_verification` and `carry_out` raise.
    """
    return verified(carry_out(session, plan_verification(session, tuning_job, options), how))


def verified(plan: VerifyPlan) -> Verified:
    """What the repeats say so far."""
    found = judge(plan.configurations, is_maximized=plan.is_maximized, seeds_shared=plan.seeds_shared)
    return Verified(plan, found)


def plan_dict(plan: VerifyPlan) -> dict[str, Any]:
    """A plan as JSON, without requests: those may hold secrets."""
    return {
        "schema_version": 1,
        "tuning_job_name": plan.tuning_job,
        "metric": plan.metric,
        "direction": "Maximize" if plan.is_maximized else "Minimize",
        "attempt": plan.attempt,
        "parallel": plan.parallel,
        "to_start": len(plan.to_start),
        "billable_seconds": plan.seconds,
        "cost": None if plan.money is None else round(plan.money, 6),
        "currency": plan.currency,
        "is_over": plan.is_over,
        "configurations": [_configuration(item, plan.seeds) for item in plan.configurations],
        "notes": list(plan.notes),
    }


def _configuration(item: Configuration, seeds: Mapping[str, str | None]) -> dict[str, Any]:
    return {
        "rank": item.rank,
        "training_job_name": item.training_job,
        "definition": item.definition or None,
        "hyperparameters": dict(item.hyperparameters),
        "original": item.original,
        "seed_hyperparameter": seeds[item.training_job],
        "repeats": [_repeat(repeat) for repeat in item.repeats],
    }


def _repeat(repeat: Repeat) -> dict[str, Any]:
    return {
        "training_job_name": repeat.training_job,
        "number": repeat.number,
        "seed": repeat.seed,
        "status": repeat.status,
        "value": repeat.value,
        "seconds": repeat.seconds,
        "failure_reason": repeat.reason,
    }


def _plain(value: Interval | None) -> dict[str, float] | None:
    return None if value is None else value.to_dict()
