"""boto3's errors -> smtune's, in one place: what the service said, its code, and what to do."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConfigParseError,
    CredentialRetrievalError,
    InvalidConfigError,
    InvalidRegionError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
from botocore.parsers import ResponseParserError

from smtune.errors import ConfigurationError, Problem, ServiceError, SpecError
from smtune.secrecy import hide

_LONGEST = 500
_CREDENTIALS = (
    NoCredentialsError,
    PartialCredentialsError,
    NoRegionError,
    ProfileNotFound,
    InvalidRegionError,
    ConfigParseError,
    InvalidConfigError,
    CredentialRetrievalError,
    SSOError,
    TokenRetrievalError,
)


@contextmanager
def translated() -> Iterator[None]:
    """Turn what botocore raises inside into ServiceError, SpecError or ConfigurationError."""
    try:
        yield
    except ClientError as error:
        details = error.response.get("Error", {})
        raise ServiceError(details.get("Code") or "Unknown", details.get("Message") or str(error)) from error
    except ParamValidationError as error:
        problem = Problem(0, 0, "", str(error.kwargs.get("report", error)))
        raise SpecError((problem,), source="request") from error
    except _CREDENTIALS as error:
        said = str(error).rstrip(".")
        message = f"{said}. Configure AWS (aws configure, AWS_PROFILE, AWS_REGION), or use this machine: --local"
        raise ConfigurationError(message) from error
    except ResponseParserError as error:
        message = f"the answer is not AWS's: is there a proxy or another server at this address? ({error})"
        raise ServiceError("UnreadableAnswer", " ".join(message.split())[:_LONGEST]) from error
    except BotoCoreError as error:
        why = dead_end(error)
        message = hide(str(error), ())  # it names the endpoint in full
        raise ServiceError(type(error).__name__, f"{message}: {why}" if why else message) from error


def dead_end(error: BaseException) -> str | None:
    """Why a connection cannot be made at all; None where it was slow or broke, which may be otherwise the next time."""
    seen: list[BaseException] = []
    causes: list[Any] = [error]
    while causes:
        cause = causes.pop()
        if not isinstance(cause, BaseException) or cause in seen:
            continue
        if isinstance(cause, ConnectionRefusedError):
            return "nothing listens there (is the address right, and the service up?)"
        if isinstance(cause, socket.gaierror) and cause.errno == socket.EAI_NONAME:
            return "there is no host of this name"
        seen.append(cause)
        causes += [cause.__cause__, cause.__context__, getattr(cause, "kwargs", {}).get("error")]
    return None
