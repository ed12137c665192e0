"""A spec -> its tuning job: the one that stands for its request, or another of the same."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import boto3

from smtune.execute import Launched, LaunchOptions, Pending, launch
from smtune.execute.existing import find_job
from smtune.launching.ready import Circumstances, Ready, ready
from smtune.naming import unique_job_name
from smtune.session import is_local, register_programs
from smtune.spec import TuningSpec


def launch_spec(
    session: boto3.Session,
    spec: TuningSpec,
    folder: Path,
    circumstances: Circumstances | None = None,
) -> Launched:
    """Launch `spec`, whose paths are relative to `folder`, unless the same has been launched before.

    Raises SpecError, ConfigurationError, ServiceError. Interrupted anywhere, the next call finishes it.
    """
    with ready(session, spec, folder, circumstances) as it:
        return carry_out(session, it, it.name())


def launch_again(
    session: boto3.Session,
    spec: TuningSpec,
    folder: Path,
    circumstances: Circumstances | None = None,
) -> Launched:
    """Launch `spec` even if the same has been launched before; interrupted, the next call finishes that launch.

    The memory of a launch under way is a file below XDG_STATE_HOME.
    """
    with ready(session, spec, folder, circumstances) as it:
        pending = Pending.of(f"{it.site.account}/{it.site.region}", it.name())
        name = pending.name() or _free_name(session, it)
        pending.remember(name)
        launched = carry_out(session, it, name)
        pending.forget()
        return launched


def launch_fresh(
    session: boto3.Session, spec: TuningSpec, folder: Path, circumstances: Circumstances | None = None
) -> Launched:
    """Launch `spec` under a name that nobody else has."""
    with ready(session, spec, folder, circumstances) as it:
        return carry_out(session, it, unique_job_name(spec.name))


def carry_out(session: boto3.Session, it: Ready, name: str) -> Launched:
    """Launch what is ready, as `name`."""
    register_programs(session, it.prepared.programs)
    options = LaunchOptions(
        uploads=it.uploads, report=it.report, check=it.check, create_bucket=_may_create_bucket(session, it)
    )
    launched = launch(session, it.plan(name), options)
    return dataclasses.replace(launched, notes=(*it.notes, *launched.notes), rows=it.prepared.rows)


def _may_create_bucket(session: boto3.Session, it: Ready) -> bool:
    return it.site.bucket is None and not is_local(session)


def _free_name(session: boto3.Session, it: Ready) -> str:
    """The first name of this request that no job has."""
    attempt = 0
    while find_job(session, it.name(attempt)) is not None:
        attempt += 1
    return it.name(attempt)
