"""What differs between the peers, said in one place each."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import boto3

from smtune.local.notes import notes as local_notes
from smtune.local.session import LocalSession

if TYPE_CHECKING:
    from smtune.plan import Plan


def announce(session: boto3.Session, plan: Plan) -> tuple[str, ...]:
    """What a user should know before `plan` runs in `session`: what it will not honour, and why."""
    return local_notes(plan.request, session.settings.runner) if isinstance(session, LocalSession) else ()


def register_programs(session: boto3.Session, programs: Mapping[str, Path]) -> None:
    """Tell the local engine what stands for which image; AWS has the images themselves."""
    if isinstance(session, LocalSession):
        session.register_programs(programs)


def locate(session: boto3.Session, uri: str) -> str:
    """Where an S3 URI can be opened: a path on this machine for the local engine and for an archive, else the URI."""
    if isinstance(session, LocalSession) and uri:
        return str(session.path_of(uri))
    if is_archived(session) and uri:
        path: Path = session.path_of(uri)  # type: ignore[attr-defined]  # an archive's has it
        return str(path) if path.is_file() else uri
    return uri


def is_archived(session: boto3.Session) -> bool:
    """Whether a session reads an archive."""
    module = sys.modules.get("smtune.archive.session")  # nobody has such a session before it is imported
    return module is not None and isinstance(session, module.ArchiveSession)


def is_local(session: boto3.Session) -> bool:
    """Whether a session is this machine's."""
    return isinstance(session, LocalSession)
