"""CreateHyperParameterTuningJob, which may be interrupted, repeated and refused for a moment, and still happens once.

The name is the key: the service takes it once. Whoever cannot know whether a call arrived asks what is there.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import boto3
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as UnreachableError

from smtune.errors import ServiceError
from smtune.execute.existing import Existing, find_job

_TAKEN = "ResourceInUse"
_SOON_RIGHT = (
    "could not assume role",
    "no identity-based policy allows the s3:listbucket action",
    "access denied when describing algorithm",
    "no s3 objects found",
)
"""What the service says of a role or of data that has just been made; Terraform's AWS provider retries these, too."""
_BUSY = ("ThrottlingException", "Throttling", "TooManyRequestsException", "ServiceUnavailable", "InternalFailure")
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 20.0


@dataclass(frozen=True)
class Patience:
    """How long a refusal that passes by itself is waited for; clock and sleep are passed in for tests."""

    seconds: float = 120.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def pauses(self) -> Iterator[float]:
        """Growing pauses, each a little different, until the time is over."""
        end, pause = self.clock() + self.seconds, _FIRST_PAUSE
        while self.clock() + pause < end:
            yield pause * random.uniform(0.8, 1.2)  # noqa: S311  spreads the load, hides nothing
            pause = min(pause * 2, _LONGEST_PAUSE)


def create_job(session: boto3.Session, request: Mapping[str, Any], patience: Patience) -> Existing:
    """Create the job unless it is there; the job as the service knows it. Raises what botocore raises.

    `is_new` is false where the very first call was answered with "name in use": somebody else was faster.
    """
    client: Any = session.client("sagemaker")
    name = str(request["HyperParameterTuningJobName"])
    pauses = patience.pauses()
    is_first = True
    while True:
        refused: Exception | None = None
        try:
            client.create_hyper_parameter_tuning_job(**request)
        except ClientError as error:
            if not _passes(error):
                raise
            refused = error
        except (UnreachableError, HTTPClientError) as error:
            refused = error  # nobody knows whether it arrived
        found = None if refused and not _may_be_there(refused) else _settled(session, name, patience, refused)
        if found is not None:
            return replace(found, is_new=not (is_first and _is_somebody_elses(refused)))
        is_first = False
        pause = next(pauses, None)
        if pause is None:
            raise refused or _unseen(name, patience)
        patience.sleep(pause)


def _settled(session: boto3.Session, name: str, patience: Patience, refused: Exception | None) -> Existing | None:
    """The job; after an answer that it was created a look that finds nothing is a look too early."""
    found = find_job(session, name)
    pauses = patience.pauses() if refused is None else iter(())
    while found is None and (pause := next(pauses, None)) is not None:
        patience.sleep(pause)
        found = find_job(session, name)
    return found


def _is_somebody_elses(refused: Exception | None) -> bool:
    """Whether a first call found the name in use; botocore's own retries may have met what it had created itself."""
    if not isinstance(refused, ClientError) or refused.response["Error"]["Code"] != _TAKEN:
        return False
    return refused.response["ResponseMetadata"].get("RetryAttempts", 0) == 0


def _unseen(name: str, patience: Patience) -> ServiceError:
    message = f"{name} was created, but the service has not shown it for {patience.seconds:.0f} s: run it again later"
    return ServiceError("ResourceNotFound", message)


def _passes(error: ClientError) -> bool:
    details = error.response["Error"]
    message = details["Message"].lower()
    return details["Code"] in (_TAKEN, *_BUSY) or any(words in message for words in _SOON_RIGHT)


def _may_be_there(error: Exception) -> bool:
    return not isinstance(error, ClientError) or error.response["Error"]["Code"] in (_TAKEN, *_BUSY)
