"""Which errors asking again can help, and what a person is told meanwhile."""

from __future__ import annotations

import pytest

from smtune.errors import ConfigurationError, ServiceError, SpecError, UsageError
from smtune.patience import trouble_of


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ThrottlingException", "throttled"),
        ("TooManyRequestsException", "throttled"),
        ("EndpointConnectionError", "unreachable"),
        ("ReadTimeoutError", "unreachable"),
        ("InternalFailure", "broken"),
        ("ServiceUnavailable", "broken"),
        ("ExpiredToken", "expired"),
        ("ExpiredTokenException", "expired"),
        ("RequestExpired", "expired"),
        ("UnrecognizedClientException", "expired"),
        ("UnauthorizedSSOTokenError", "expired"),
        ("ResourceNotFound", "missing"),
    ],
)
def test_an_error_that_passes_is_a_trouble(code: str, kind: str) -> None:
    trouble = trouble_of(ServiceError(code, "words of the service"), worked=True)
    assert trouble is not None
    assert trouble.kind == kind


def test_a_training_job_that_is_not_there_is_a_validation_error_to_the_service() -> None:
    trouble = trouble_of(ServiceError("ValidationException", "Requested resource not found."), worked=True)
    assert trouble is not None
    assert trouble.kind == "missing"


def test_expired_credentials_say_what_refreshes_them() -> None:
    trouble = trouble_of(ServiceError("ExpiredTokenException", "old"), worked=True)
    assert trouble is not None
    assert "aws sso login" in trouble.sentence
    assert "ExpiredTokenException" in trouble.sentence


@pytest.mark.parametrize("code", ["UnrecognizedClientException", "ExpiredToken"])
def test_credentials_that_never_worked_are_wrong_and_not_waited_for(code: str) -> None:
    assert trouble_of(ServiceError(code, "no"), worked=False) is None


def test_credentials_that_are_gone_after_they_worked_are_waited_for() -> None:
    error = ConfigurationError("Unable to locate credentials")
    assert trouble_of(error, worked=False) is None
    trouble = trouble_of(error, worked=True)
    assert trouble is not None
    assert trouble.kind == "expired"


@pytest.mark.parametrize(
    "error",
    [
        ServiceError("AccessDeniedException", "not authorized"),
        ServiceError("ValidationException", "1 validation error detected"),
        UsageError("no"),
        SpecError(()),
    ],
)
def test_what_stays_wrong_is_no_trouble(error: Exception) -> None:
    assert trouble_of(error, worked=True) is None  # type: ignore[arg-type]
