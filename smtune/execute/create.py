"""CreateHyperParameterTuningJob, which may be interrupted, repeated and refused for a moment, and still happens once.

The name is the key: the service takes it once. So a call that nobody knows the fate of is made again, and "name in
use" is as good an answer as "created".
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import boto3

from smtune.clone.running import Running
from smtune.errors import ServiceError
from smtune.execute.existing import find_job
from smtune.patience import Line, Terms

_TAKEN = "ResourceInUse"
_SOON_RIGHT = (
    "could not assume role",
    "no identity-based policy allows the s3:listbucket action",
    "access denied when describing algorithm",
    "no s3 objects found",
)
"""What the service says of a role or of data that has just been made; Terraform's AWS provider retries these, too."""
_PAUSE = 5.0


def create_job(session: boto3.Session, request: Mapping[str, Any], terms: Terms) -> tuple[Running, bool]:
    """Create the job unless it is there; the job as the service knows it, and whether this call created it.

    Waits for what passes by itself as long as the patience of `terms`. Raises ServiceError, ConfigurationError.
    """
    is_new = _create(session, request, terms)
    name = str(request["HyperParameterTuningJobName"])
    made = find_job(session, name, dataclasses.replace(terms, grace=terms.patience))
    if made is None:
        message = f"{name} was created, but the service has not shown it for {terms.patience:.0f} s: run it again later"
        raise ServiceError("ResourceNotFound", message)
    return made, is_new


def _create(session: boto3.Session, request: Mapping[str, Any], terms: Terms) -> bool:
    """Whether it was this call that created the job."""
    troubles: list[str] = []
    line = Line(session, dataclasses.replace(terms, tell=troubles.append))
    end = terms.clock() + terms.patience
    while True:
        try:
            line.call("sagemaker", "create_hyper_parameter_tuning_job", **request)
        except ServiceError as error:
            if error.code == _TAKEN:
                # After an answer that was lost, the name may be taken by the very call that it was to.
                return bool(troubles) or _was_repeated(error)
            if not _is_soon_right(error) or terms.clock() + _PAUSE > end:
                raise
            terms.sleep(_PAUSE)
        else:
            return True


def _was_repeated(error: ServiceError) -> bool:
    """Whether botocore had made the call before by itself."""
    response: Any = getattr(error.__cause__, "response", None) or {}
    return bool(response.get("ResponseMetadata", {}).get("RetryAttempts", 0))


def _is_soon_right(error: ServiceError) -> bool:
    return any(words in str(error).lower() for words in _SOON_RIGHT)
