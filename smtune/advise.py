"""A tuning job of a session -> what to do next: its diagnosis, what its training jobs teach, and the next spec."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

import boto3

from smtune.clone.job import clone_running
from smtune.clone.running import look_up
from smtune.errors import UsageError
from smtune.estimate import load_prices
from smtune.examine import Examination, Known, examine
from smtune.recall import lessons_of
from smtune.request import to_request
from smtune.results import Best, Calls, Trials, pull
from smtune.results.cost import region_of, spending
from smtune.results.space import algorithms
from smtune.results.trials import best_of
from smtune.revise.trials import trials_of
from smtune.session import is_local
from smtune.spec import TuningSpec
from smtune.statuses import TERMINAL
from smtune.suggest import Case, Suggestions, suggest
from smtune.suggest.cost import Effort


@dataclass(frozen=True)
class Advice:
    """What is known of a tuning job that is over, and what to do next."""

    best: Best | None
    examination: Examination
    suggestions: Suggestions


def advise(
    session: boto3.Session, name: str, known: Known | None = None, *, spec: TuningSpec | None = None
) -> Suggestions:
    """What to do after the tuning job `name`, whoever launched it. `spec` is what it was launched from, if at hand.

    Raises ServiceError where there is no such job, UsageError for a `spec` that tunes other hyperparameters.
    """
    return seek_advice(session, name, known, spec=spec).suggestions


def seek_advice(
    session: boto3.Session, name: str, known: Known | None = None, *, spec: TuningSpec | None = None
) -> Advice:
    """As `advise`, with what it rests on."""
    job = look_up(session, name)
    trials = pull(session, name)
    if spec is not None:
        _require_same(spec, trials)
    best = best_of(Calls(session), trials.description)
    found = examine(session, trials.description, best, known or Known(), spec)
    running = () if job.status in TERMINAL else (f"{name} is {job.status}: there is more to come",)
    case = Case(
        name=name,
        spec=spec or clone_running(session, job).spec,
        diagnosis=found.diagnosis,
        lessons={each.name: each for each in lessons_of(session, trials)},
        trials=trials_of(trials.frame),
        best=best.definition if best else "",
        effort=_effort(session, trials),
        notes=(*found.notes, *running),
        rows={each.gap: each.sentences for each in found.corroborations},
    )
    return Advice(best, found, suggest(case))


def _require_same(spec: TuningSpec, trials: Trials) -> None:
    """A spec of another tuning job would be changed by what this one's training jobs teach."""
    said, tuned = (
        {name for each in known for name in each.kinds} for known in (algorithms(to_request(spec)), trials.algorithms)
    )
    is_known = said <= tuned if spec.autotune else said == tuned  # Autotune tunes what it was not told, too
    if not is_known:
        message = (
            f"the spec tunes {', '.join(sorted(said)) or 'nothing'}, and {trials.name} tunes "
            f"{', '.join(sorted(tuned)) or 'nothing'}: give the spec that it was launched from"
        )
        raise UsageError(message)


def _effort(session: boto3.Session, trials: Trials) -> Effort | None:
    """What one training job took on average; money only where it cost some."""
    tariff = load_prices().tariff(region_of(trials))
    jobs = [each for each in spending(trials, tariff).jobs if each.status == "Completed" and each.training_seconds]
    if not jobs:
        return None
    money = [each.money for each in jobs if each.money is not None]
    is_priced = len(money) == len(jobs) and not is_local(session)
    seconds = statistics.fmean(each.training_seconds for each in jobs)
    return Effort(seconds, statistics.fmean(money) if is_priced else None, tariff.currency)
