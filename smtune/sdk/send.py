"""A spec -> a tuning job under a given name: the one place where a tuner launches."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import boto3

from smtune.launching import Circumstances, ready
from smtune.launching.spec import carry_out
from smtune.session import configuration_of, site_of
from smtune.spec import TuningSpec


@dataclass(frozen=True)
class Order:
    """What a tuner launches."""

    spec: TuningSpec
    folder: Path
    """What the spec's paths are relative to."""
    name: str
    """The tuning job's."""
    bucket: str | None = None
    key_prefix: str | None = None
    """Where data and code go, if the SDK's session names it."""


def send(session: boto3.Session, order: Order) -> tuple[str, ...]:
    """Upload what the spec names and create its tuning job; returns notes on what is otherwise than the spec says.

    Raises SpecError, ConfigurationError, ServiceError; JobError where a job of this name asks for something else.
    """
    configuration = configuration_of(session)
    site = site_of(session, configuration)
    bucket, prefix = order.bucket or site.bucket, order.key_prefix or site.key_prefix
    circumstances = Circumstances(configuration, dataclasses.replace(site, bucket=bucket, key_prefix=prefix))
    with ready(session, order.spec, order.folder, circumstances) as it:
        launched = carry_out(session, it, order.name)
    found = ("a job of this name asks for exactly this: nothing was sent",) if launched.outcome == "found" else ()
    changed = tuple(f"the service has {item.path} otherwise than asked" for item in launched.changes)
    return (*found, *launched.notes, *changed)
