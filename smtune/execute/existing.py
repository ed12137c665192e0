"""The tuning job of a name, if there is one, and how it differs from what was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import boto3

from smtune.clone.running import Running, look_up
from smtune.compare import Difference, differences
from smtune.errors import ServiceError
from smtune.patience import Terms, trouble_of
from smtune.rules.discreet import discreet


def find_job(session: boto3.Session, name: str, terms: Terms | None = None) -> Running | None:
    """The job called `name`, or None; one that was just created is looked for as long as the grace of `terms`.

    Raises ServiceError for any other refusal, ConfigurationError.
    """
    try:
        return look_up(session, name, terms)
    except ServiceError as error:
        trouble = trouble_of(error, worked=True)
        if trouble is not None and trouble.kind == "missing":
            return None
        raise


def changes(there: Running, asked: Mapping[str, Any]) -> tuple[Difference, ...]:
    """What is otherwise than in the request that was sent: `before` is what was asked for, `after` what is there.

    What the service fills in where nothing was asked for is no change; tags that may not be read are none. Secrets are
    hidden.
    """
    if there.no_tags:
        asked = {key: value for key, value in asked.items() if key != "Tags"}
    request = there.normalized().request
    found = (item for item in differences(asked, request) if item.kind != "added")
    return discreet(found, asked, request)
