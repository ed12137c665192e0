"""A tuning job, wherever it is -> all that its report tells: `gather_report(session, job) -> ReportData`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import boto3

from smtune.clone.running import Running, look_up
from smtune.errors import ServiceError, SmtuneError
from smtune.estimate import PriceTable, load_prices
from smtune.examine import Known
from smtune.local.settings import ACCOUNT
from smtune.recall import lessons_of
from smtune.reporting.axes import axes_of
from smtune.reporting.ladder import ladder_of
from smtune.reporting.learning import chosen_jobs, learning_curves, metrics_of, pair_of
from smtune.reporting.lessons import bars_of, sentences_of
from smtune.reporting.model import Curve, Ladder, Other, ReportData
from smtune.reporting.origin import origin_of
from smtune.reporting.rows import rows_of
from smtune.results import Calls, Trials, pull
from smtune.results.cost import region_of, spending
from smtune.results.side_by_side import side_by_side
from smtune.run import Report, report
from smtune.secrecy import hide, secret_values
from smtune.triage import Triage, why

Place = tuple[boto3.Session, str]
"""A tuning job's name, and the session that knows it."""


def gather_report(
    session: boto3.Session,
    tuning_job: str,
    others: Sequence[Place] = (),
    *,
    known: Known | None = None,
    prices: PriceTable | None = None,
) -> ReportData:
    """Everything that the report of a tuning job tells, whatever its status.

    `others` are compared with it. `known` is what the caller knows of the job, for the diagnosis: it wins over what the
    job remembers of its spec. Training jobs are read by a call for 100 of them, once if they are over, and so are their
    curves; the best model is scored on the held-out rows, on this machine. What cannot be read beside the training jobs
    is a note, not an error. Raises ServiceError where there is no such job, ConfigurationError, UsageError for what
    `known` has that no loss can be measured against.
    """
    calls, table = Calls(session), prices or load_prices()
    trials = pull(session, tuning_job, calls=calls)
    outcome, running = report(session, tuning_job, known), look_up(session, tuning_job)
    notes = [*outcome.notes, *_remarks(trials, running)]
    rows, lessons = rows_of(trials), lessons_of(session, trials)
    pulled = [trials, *(pull(*place) for place in others)]
    data = ReportData(
        outcome=outcome,
        rows=rows,
        axes=axes_of(trials.description, rows),
        curves=(),
        ladder=_ladder(outcome),
        importance=bars_of(lessons),
        lessons=sentences_of(lessons),
        spending=spending(trials, table.tariff(region_of(trials))),
        triage=_triage(session, tuning_job, notes),
        origin=origin_of(trials.description, running.tags),
        is_local=running.account == ACCOUNT,  # an archive's, too, if it is of a job of some machine
        comparison=side_by_side(pulled, table) if others else None,
        others=tuple(_other(each) for each in pulled[1:]),
    )
    data = replace(data, curves=_curves(calls, trials, data, notes))
    secrets = secret_values(running.description)  # what was pulled has them no more, but an error may say one
    return replace(data, notes=tuple(hide(note, secrets) for note in notes))


def _ladder(outcome: Report) -> Ladder | None:
    rows = tuple(sentence for each in outcome.corroborations for sentence in each.sentences)
    return None if outcome.diagnosis is None else ladder_of(outcome.diagnosis, rows)


def _remarks(trials: Trials, running: Running) -> Iterator[str]:
    if running.no_tags:
        yield f"the job's tags could not be read ({running.no_tags}): who launched it is not known"
    goals = sorted({each.metric for each in trials.algorithms})
    if len(goals) > 1:
        yield f"several objectives in one job: {', '.join(goals)} cannot be compared with each other"


def _triage(session: boto3.Session, tuning_job: str, notes: list[str]) -> Triage | None:
    try:
        return why(session, tuning_job)
    except ServiceError as error:
        notes.append(f"the failures could not be read: {error}")
        return None


def _other(trials: Trials) -> Other:
    return Other(trials.name, tuple(row.result for row in rows_of(trials)))


def _curves(calls: Calls, trials: Trials, data: ReportData, notes: list[str]) -> tuple[Curve, ...]:
    """Those of the best and the median training job, as far as they can be read."""
    chosen = chosen_jobs(data.ranked)
    pair = pair_of(data.ladder.metric if data.ladder else data.metric, metrics_of(trials, chosen))
    if not pair:
        return ()
    try:
        return learning_curves(calls, trials, chosen, pair)
    except SmtuneError as error:
        notes.append(f"no learning curves: {error}")
        return ()
