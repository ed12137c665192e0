"""A tuning job's name -> its next spec: refined, or extended with more training jobs."""

from __future__ import annotations

import dataclasses

import boto3

from smtune.clone import Clone
from smtune.clone.job import clone_running
from smtune.clone.running import look_up
from smtune.errors import SpecError
from smtune.patience import Terms
from smtune.results import training_jobs
from smtune.revise.extend import ExtendOptions, extend, with_wait
from smtune.revise.model import RefineOptions, Revision
from smtune.revise.parents import find_family
from smtune.revise.refine import refine
from smtune.revise.trials import trials_of
from smtune.statuses import TERMINAL

_OF_CLONES = ("left out: ", "the service's defaults", "retries: ")


def refine_job(
    session: boto3.Session, name: str, options: RefineOptions | None = None, *, terms: Terms | None = None
) -> Revision:
    """The next round of the tuning job `name`, whoever launched it, by its training jobs so far.

    Raises ServiceError where there is no such job, JobError while no training job has an objective.
    """
    job = look_up(session, name, terms)
    clone = clone_running(session, job, terms=terms)
    revision = refine(clone.spec, trials_of(training_jobs(session, name)), options)
    running = () if job.status in TERMINAL else (f"{name} is {job.status}: there is more to come",)
    return dataclasses.replace(revision, notes=(*_told(clone), *revision.notes, *running))


def extend_job(session: boto3.Session, name: str, options: ExtendOptions, *, terms: Terms | None = None) -> Revision:
    """A child of the tuning job `name` that learns from it and from its parents: `extend`.

    Raises ServiceError where there is no such job, SpecError with the rules that forbid it and what to do.
    """
    job = look_up(session, name, terms)
    clone = clone_running(session, job, terms=terms)
    site = dataclasses.replace(clone.site, account=job.account or clone.site.account)
    try:
        revision = extend(clone.spec, find_family(session, job, terms), options, site)
    except SpecError as error:
        raise with_wait(error, name) from None
    return dataclasses.replace(revision, notes=(*_told(clone), *revision.notes))


def _told(clone: Clone) -> tuple[str, ...]:
    """What a clone says that matters to the next spec, too."""
    return tuple(sentence for sentence in clone.comments if not sentence.startswith(_OF_CLONES))
