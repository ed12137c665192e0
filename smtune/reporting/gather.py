"""A tuning job, wherever it is -> all that its report tells: `gather_report(session, job) -> ReportData`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import boto3

from smtune.clone.running import look_up
from smtune.errors import SmtuneError
from smtune.estimate import PriceTable, load_prices
from smtune.reporting.axes import axes_of
from smtune.reporting.ladder import ladder_of
from smtune.reporting.learning import chosen_jobs, learning_curves, metrics_of, pair_of
from smtune.reporting.lessons import bars_of, lessons_of, sentences_of
from smtune.reporting.model import Curve, Other, ReportData
from smtune.reporting.origin import origin_of
from smtune.reporting.rows import rows_of
from smtune.results import Calls, Trials, pull
from smtune.results.cost import region_of, spending
from smtune.results.side_by_side import side_by_side
from smtune.run import report
from smtune.session import is_local
from smtune.triage import why

Place = tuple[boto3.Session, str]
"""A tuning job's name, and the session that knows it."""


def gather_report(
    session: boto3.Session,
    tuning_job: str,
    others: Sequence[Place] = (),
    *,
    prices: PriceTable | None = None,
) -> ReportData:
    """Everything that the report of a tuning job tells, whatever its status.

    `others` are compared with it. The training jobs are read once, a call for 100 of them, and their curves;
    the best model is scored on the held-out rows, on this machine. What cannot be read beside the training jobs is a
    note, not an error. Raises ServiceError where there is no such job, ConfigurationError.
    """
    calls, notes, table = Calls(session), list[str](), prices or load_prices()
    trials = pull(session, tuning_job, calls=calls)
    outcome = report(session, tuning_job)
    notes += outcome.notes
    rows = rows_of(trials)
    ladder = None if outcome.diagnosis is None else ladder_of(outcome.diagnosis)
    running, lessons = look_up(session, tuning_job), lessons_of(session, trials)
    if running.no_tags:
        notes.append(f"the job's tags could not be read ({running.no_tags}): who launched it is not known")
    goals = {each.metric for each in trials.algorithms}
    if len(goals) > 1:
        notes.append(f"several objectives in one job: {', '.join(sorted(goals))} cannot be compared with each other")
    pulled = [trials, *(pull(*place) for place in others)]
    data = ReportData(
        outcome=outcome,
        rows=rows,
        axes=axes_of(trials.description, rows),
        curves=(),
        ladder=ladder,
        importance=bars_of(lessons),
        lessons=sentences_of(lessons),
        spending=spending(trials, table.tariff(region_of(trials))),
        triage=why(session, tuning_job),
        origin=origin_of(trials.description, running.tags),
        is_local=is_local(session),
        comparison=side_by_side(pulled, table) if others else None,
        others=tuple(_other(each) for each in pulled[1:]),
    )
    return replace(data, curves=_curves(calls, trials, data, notes), notes=tuple(notes))


def _other(trials: Trials) -> Other:
    return Other(trials.name, tuple(row.objective if row.status != "Failed" else None for row in rows_of(trials)))


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
