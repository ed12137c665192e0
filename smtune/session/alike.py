"""A session that trains as a tuning job was trained."""

from __future__ import annotations

import boto3

from smtune.local.session import LocalSession


def trained_alike(session: boto3.Session, tuning_job: str) -> boto3.Session:
    """On this machine with the job's own runner (processes or containers), whatever is configured now."""
    if not isinstance(session, LocalSession):
        return session
    job = session.engine.store.tuning_job(tuning_job)
    if job is None or job.runner == session.settings.runner:
        return session
    return LocalSession(session.settings.run_by(job.runner))
