"""An error of a call -> whether asking again can help, and what a person should know meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from smtune.errors import ConfigurationError, ServiceError, SmtuneError
from smtune.service import dead_end

_THROTTLED = frozenset(
    [
        "BandwidthLimitExceeded",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "Throttled",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    ]
)
_EXPIRED = frozenset(
    [
        "AuthFailure",
        "CredentialRetrievalError",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "InvalidClientTokenIdException",
        "NoAuthTokenError",
        "RequestExpired",
        "SSOError",
        "SSOTokenLoadError",
        "TokenRefreshRequired",
        "TokenRetrievalError",
        "UnauthorizedSSOTokenError",
        "UnrecognizedClient",
        "UnrecognizedClientException",
    ]
)
_UNREACHABLE = frozenset(
    [
        "ConnectTimeoutError",
        "ConnectionClosedError",
        "ConnectionError",
        "EndpointConnectionError",
        "HTTPClientError",
        "IncompleteReadError",
        "ProxyConnectionError",
        "ReadTimeoutError",
        "ResponseStreamingError",
        "SSLError",
    ]
)
_BROKEN = frozenset(
    [
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "InternalServerException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
    ]
)
_MISSING = frozenset({"ResourceNotFound", "ResourceNotFoundException"})
_NOT_FOUND = "Requested resource not found"
_REFRESH = "aws sso login, or new keys in the profile or the credentials file; environment variables cannot change here"


@dataclass(frozen=True)
class Trouble:
    """Why a call was not answered, where asking again can help."""

    kind: str
    """`throttled`, `unreachable`, `broken`, `expired` or `missing`."""
    sentence: str
    """For people: what happened, and what ends it."""


def trouble_of(error: SmtuneError, *, worked: bool) -> Trouble | None:
    """What is behind `error`; None where asking again cannot help.

    `worked`: whether an earlier call with the same credentials was answered. Credentials that never worked are wrong,
    those that did have expired; so with an address that refuses connections.
    """
    if isinstance(error, ConfigurationError):
        return _expired(str(error)) if worked else None
    if not isinstance(error, ServiceError):
        return None
    if error.code in _EXPIRED:
        return _expired(error.code) if worked else None
    if error.code in _THROTTLED:
        return Trouble("throttled", f"AWS asks to slow down ({error.code}); asking less often")
    if error.code in _UNREACHABLE and not worked and dead_end(error):
        return None  # an address where nothing was ever heard is a wrong one
    if error.code in _UNREACHABLE:
        return Trouble("unreachable", f"no connection ({error.code}); trying again")
    if error.code in _BROKEN or _http_status(error) >= 500:
        return Trouble("broken", f"the service has a problem of its own ({error.code}); trying again")
    if error.code in _MISSING or _NOT_FOUND in str(error):
        return Trouble("missing", "not there yet; a job that was just created can take seconds to be seen")
    return None


def _expired(what: str) -> Trouble:
    return Trouble(
        "expired", f"the credentials have expired ({what}). Refresh them: {_REFRESH}. Trying again till then"
    )


def _http_status(error: ServiceError) -> int:
    response: Any = getattr(error.__cause__, "response", None) or {}
    return int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
