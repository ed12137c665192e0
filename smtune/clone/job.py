"""A tuning job's name -> the spec that would make it again, whoever launched it."""

from __future__ import annotations

import dataclasses
from typing import Any

import boto3

from smtune.clone.algorithm import algorithm_comments
from smtune.clone.defaults import default_comments
from smtune.clone.kept import OWN_TAGS, with_kept
from smtune.clone.origin import launched_by
from smtune.clone.running import PATIENCE, TAGS, Running, look_up
from smtune.clone.write import Clone, clone_request, region_of
from smtune.patience import Line, Terms
from smtune.request.description import Normalized


def clone_job(session: boto3.Session, name: str, *, region: str | None = None, terms: Terms | None = None) -> Clone:
    """The spec of the tuning job `name`: nothing that the service says of it is lost.

    `region`: whose images of built-in algorithms to call by name; None takes that of the job. Raises ServiceError where
    there is no such job, SpecError for an answer that is none, ConfigurationError without credentials.
    """
    return clone_running(session, look_up(session, name, terms), region=region, terms=terms)


def clone_running(
    session: boto3.Session, job: Running, *, region: str | None = None, terms: Terms | None = None
) -> Clone:
    """`clone_job` of one that has been looked up."""
    asked = _without_own_tags(job.normalized())
    clone = clone_request(asked, region or region_of(asked.request) or job.region)
    plain: dict[str, Any] = clone.spec.model_dump(exclude_defaults=True)
    missing = (f"{TAGS} are missing here ({job.no_tags}): add them by hand",) if job.no_tags else ()
    comments = (
        f"clone of {job.name} ({job.status}), {launched_by(job)}",
        *missing,
        *clone.comments,
        *algorithm_comments(session, asked.request, terms),
        *default_comments(plain),
    )
    clone = dataclasses.replace(clone, comments=comments)
    return _titled(with_kept(clone, job, asked.request, Line(session, terms or PATIENCE)), comments[0])


def _titled(clone: Clone, title: str) -> Clone:
    rest = tuple(sentence for sentence in clone.comments if sentence != title)
    return dataclasses.replace(clone, comments=(title, *rest))


def _without_own_tags(job: Normalized) -> Normalized:
    """Without the tags that a launch writes: they are about that launch."""
    tags = job.request.get("Tags", [])
    own = [tag["Key"] for tag in tags if tag["Key"] in OWN_TAGS]
    rest = {key: value for key, value in job.request.items() if key != "Tags"}
    others = [tag for tag in tags if tag["Key"] not in OWN_TAGS]
    kept = {what: why for what, why in job.left_out.items() if what != TAGS}
    left_out = {**kept, **{f"tag {key}": "a launch writes its own" for key in own}}
    return Normalized({**rest, "Tags": others} if others else rest, left_out)
