"""A planned verification, carried out: one that was asked for anew is remembered until all of it has started."""

from __future__ import annotations

import dataclasses

import boto3

from smtune.patience import Terms
from smtune.retrain import carry
from smtune.retrain.carry import Carry
from smtune.verify.planned import MARK, VerifyPlan


def carry_out(session: boto3.Session, plan: VerifyPlan, how: Carry[VerifyPlan] | None = None) -> VerifyPlan:
    """As `smtune.retrain.carry.carry_out`; raises what that does, and ConfigurationError where no note can be kept."""
    asked, pending = how or Carry(), plan.pending
    if pending is None:
        return carry.carry_out(session, plan, asked)
    if plan.to_start:
        pending.remember(str(plan.attempt))

    def heard(now: VerifyPlan) -> None:
        asked.heard(now)  # first: whoever is interrupted in it finds the same verification again
        if not now.to_start:
            pending.forget()

    return carry.carry_out(session, plan, dataclasses.replace(asked, heard=heard))


def stop_repeats(session: boto3.Session, tuning_job: str, terms: Terms | None = None) -> tuple[str, ...]:
    """Stop every repeat of a tuning job's training jobs that runs, whoever started it; their names.

    What has ended meanwhile is left as it is. Raises ServiceError.
    """
    return carry.stop(session, tuning_job, MARK, terms)
