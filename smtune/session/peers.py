"""What differs between the peers, said in one place each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import boto3

from smtune.archive import ArchiveSession
from smtune.local.notes import notes as local_notes
from smtune.local.session import LocalSession
from smtune.plan import Plan


def announce(session: boto3.Session, plan: Plan) -> tuple[str, ...]:
    """What a user should know before `plan` runs in `session`: what it will not honour, and why."""
    return local_notes(plan.request) if isinstance(session, LocalSession) else ()


def register_programs(session: boto3.Session, programs: Mapping[str, Path]) -> None:
    """Tell the local engine what stands for which image; AWS has the images themselves."""
    if isinstance(session, LocalSession):
        session.register_programs(programs)


def locate(session: boto3.Session, uri: str) -> str:
    """Where an S3 URI can be opened: a path on this machine for the local engine and for an archive, else the URI."""
    if isinstance(session, LocalSession) and uri:
        return str(session.path_of(uri))
    if isinstance(session, ArchiveSession) and uri and session.path_of(uri).is_file():
        return str(session.path_of(uri))
    return uri


def is_archived(session: boto3.Session) -> bool:
    """Whether a session reads an archive."""
    return isinstance(session, ArchiveSession)


def is_local(session: boto3.Session) -> bool:
    """Whether a session is this machine's."""
    return isinstance(session, LocalSession)
