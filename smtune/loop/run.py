"""The loop: one round after another. Every launch is one that is found again, so a loop that was cut off goes on."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import boto3

from smtune.advise import Advice, seek_advice
from smtune.errors import SpecError
from smtune.estimate import Budget, load_prices, parse_budget, within_budget
from smtune.launching import launch_spec
from smtune.loop.model import LoopOptions, Round
from smtune.loop.rematch import Rematch, beats, play_rematch
from smtune.request import to_request
from smtune.results import pull
from smtune.results.cost import region_of, spending
from smtune.session import is_local
from smtune.spec import TuningSpec
from smtune.suggest import Suggestion

_ENDED = ("Completed", "Stopped")


def run_rounds(
    session: boto3.Session, spec: TuningSpec, folder: Path, options: LoopOptions | None = None
) -> Iterator[Round]:
    """Tune `spec`, whose paths are relative to `folder`; diagnose; apply the first suggestion; and so on.

    A round that is no better than the best so far is taken back: the best one's next suggestion is tried instead.
    Raises SpecError, ConfigurationError, ServiceError, as a launch does; what has been yielded stands.
    """
    options = options or LoopOptions()
    purse = _Purse(session, options.budget)
    best: Round | None = None
    tried: set[str] = set()
    applied: Suggestion | None = None
    for number in range(1, options.rounds + 1):
        found = _one(session, spec, folder, options, purse)
        purse.pay(found.job)
        found = replace(found, rematch=_rematch(session, best, found))
        is_best = best is None or beats(found.contender, best.contender, found.rematch)
        found = replace(found, number=number, applied=applied, is_best=is_best, spent=purse.spent)
        if is_best:
            best, tried = found, set()
        assert best is not None  # noqa: S101  the first round is the best so far
        found = _with_next(found, best, tried, is_last=number == options.rounds)
        refusal = purse.refuses(found.next.spec) if found.next and found.next.spec else ""
        found = replace(found, next=None, basis=None, ends=refusal) if refusal else found
        yield found
        if found.next is None or found.next.spec is None:
            return
        applied, spec = found.next, found.next.spec
        tried.add(applied.title)


def _one(session: boto3.Session, spec: TuningSpec, folder: Path, options: LoopOptions, purse: _Purse) -> Round:
    launched = launch_spec(session, purse.within(spec), folder, options.circumstances)
    progress = options.wait(session, launched.name)
    advice = seek_advice(session, launched.name, spec=spec) if progress.status in _ENDED else None
    return Round(0, spec, launched.name, progress, advice)


def _rematch(session: boto3.Session, best: Round | None, found: Round) -> Rematch | None:
    """Both models on the same rows, where the round changed what validation is."""
    before, after = (each.contender if each else None for each in (best, found))
    if before is None or after is None or before.spec.data == after.spec.data:
        return None
    return play_rematch(session, before, after)


def _with_next(found: Round, best: Round, tried: set[str], *, is_last: bool) -> Round:
    """The round with what comes after it, or with why nothing does."""
    ends = _why_over(found, best.advice) or ("the rounds are used" if is_last else "")
    if ends:
        return replace(found, ends=ends)
    assert best.advice is not None  # noqa: S101  else it is over
    left = [each for each in best.advice.suggestions.entries if each.is_applicable and each.title not in tried]
    if not left:
        return replace(found, ends="no spec can say what is left to do: see the suggestions")
    return replace(found, next=left[0], basis=best.advice.suggestions)


def _why_over(found: Round, advice: Advice | None) -> str:
    if found.advice is None:
        return f"the tuning job ended as {found.progress.status}"
    if advice is None or advice.best is None:
        return "no training job has an objective"
    diagnosis = advice.examination.diagnosis
    if diagnosis is None or diagnosis.findings:
        return ""
    if any(gap.verdict == "not enough evidence" for gap in diagnosis.gaps):
        return "nothing material is shown; what is open takes more rows to tell"
    return "nothing material is left"


@dataclass
class _Purse:
    """What the rounds have cost, where they cost something."""

    session: boto3.Session
    budget: Budget | None
    spent: float | None = 0.0
    region: str = ""
    """Of the tuning jobs."""

    def refuses(self, spec: TuningSpec) -> str:
        """Why there is no money for a tuning job of this spec; empty where there is, or where none is asked for."""
        if self.budget is None or is_local(self.session):
            return ""
        if self.spent is None:
            return "what it has cost is not known, so the budget cannot be kept"
        left = Budget(max(self.budget.amount - self.spent, 0.0), self.budget.currency)
        try:
            within_budget(to_request(spec), left, load_prices().tariff(self.region))
        except SpecError:
            return f"the budget is used: {left.amount:.2f} {left.currency} of it do not pay for a training job"
        return ""

    def within(self, spec: TuningSpec) -> TuningSpec:
        """The spec with no more to spend than is left; its own limit stands where it is lower."""
        if self.budget is None or is_local(self.session):
            return spec
        own = parse_budget(spec.limits.budget) if spec.limits.budget else Budget(math.inf, self.budget.currency)
        if own.currency != self.budget.currency:
            return spec  # which cannot be launched: its budget is not in the currency of the prices
        amount = min(self.budget.amount - (self.spent or 0.0), own.amount)
        limits = spec.limits.model_copy(update={"budget": f"{amount:.2f} {self.budget.currency}"})
        return spec.model_copy(update={"limits": limits})

    def pay(self, job: str) -> None:
        """Add what a tuning job has cost; without a price nothing is known any more."""
        if is_local(self.session):
            return
        trials = pull(self.session, job)
        self.region = region_of(trials)
        money = [each.money for each in spending(trials, load_prices().tariff(self.region)).jobs]
        known = [each for each in money if each is not None]
        self.spent = None if self.spent is None or len(known) < len(money) else self.spent + sum(known)
