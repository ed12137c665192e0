"""AWS and this machine are peers behind one seam, a boto3.Session. This is the only module that knows both."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import boto3
from botocore.config import Config

from smtune.errors import ConfigurationError
from smtune.local.notes import notes as local_notes
from smtune.local.session import LocalSession
from smtune.local.settings import ACCOUNT, REGION, Settings
from smtune.plan import Plan
from smtune.request import Site
from smtune.service import translated

Target = Literal["aws", "local"]
_RETRIES = Config(retries={"mode": "adaptive", "max_attempts": 10}, connect_timeout=10, read_timeout=60)


def connect(target: Target) -> boto3.Session:
    """A session on AWS (your usual profile and region) or on the local engine (state in SMTUNE_HOME).

    Raises ConfigurationError when AWS has no region here.
    """
    if target == "local":
        return LocalSession(Settings.from_environment())
    with translated():
        # The AWS CLI reads AWS_REGION, boto3 only AWS_DEFAULT_REGION.
        session = boto3.Session(region_name=os.environ.get("AWS_REGION"))
        session._session.set_default_client_config(_RETRIES)  # boto3 has no public way to set it for a session
    if not session.region_name:
        message = "no AWS region: set AWS_REGION, or use this machine: --local"
        raise ConfigurationError(message)
    return session


def find_session(job: str, target: Target | None = None) -> boto3.Session:
    """The session that knows a tuning or training job: this machine's if the job ran here, else AWS."""
    if target is not None:
        return connect(target)
    local = LocalSession(Settings.from_environment())
    return local if local.knows(job) or local.knows_training_job(job) else connect("aws")


def site_of(session: boto3.Session) -> Site:
    """Region and account of a session."""
    if isinstance(session, LocalSession):
        return Site(region=REGION, account=ACCOUNT)
    with translated():
        account = session.client("sts").get_caller_identity()["Account"]
    return Site(region=session.region_name or REGION, account=account)


def announce(session: boto3.Session, plan: Plan) -> tuple[str, ...]:
    """What a user should know before `plan` runs in `session`: what it will not honour, and why."""
    return local_notes(plan.request) if isinstance(session, LocalSession) else ()


def register_programs(session: boto3.Session, programs: Mapping[str, Path]) -> None:
    """Tell the local engine what stands for which image; AWS has the images themselves."""
    if isinstance(session, LocalSession):
        session.register_programs(programs)


def locate(session: boto3.Session, uri: str) -> str:
    """Where an S3 URI can be opened: a path on this machine for the local engine, else the URI."""
    return str(session.path_of(uri)) if isinstance(session, LocalSession) and uri else uri


def is_local(session: boto3.Session) -> bool:
    """Whether a session is this machine's."""
    return isinstance(session, LocalSession)
