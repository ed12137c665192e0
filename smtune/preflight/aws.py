"""Questions to AWS: each with a time limit, each refusal with the permission that is missing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from smtune.errors import ConfigurationError, ServiceError, SpecError
from smtune.preflight.check import Check
from smtune.preflight.policy import grant
from smtune.service import translated

# Adaptive as the session's own retries, so that throttling slows us down; fewer, as somebody waits for the answer.
_LIMITS = Config(connect_timeout=5, read_timeout=20, retries={"mode": "adaptive", "max_attempts": 5})
_DENIED = {
    "403",
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthorizationErrorException",
    "Forbidden",
    "UnauthorizedOperation",
}
_LOGINS = ("AssumeRole", "AssumeRoleWithWebIdentity", "CreateToken", "GetRoleCredentials")
"""What boto3 calls by itself to get credentials, before it calls what it was asked to."""
_PREFIXES = {"service-quotas": "servicequotas"}
_PERMISSIONS = {
    ("s3", "get_bucket_encryption"): "s3:GetEncryptionConfiguration",
    ("s3", "get_public_access_block"): "s3:GetBucketPublicAccessBlock",
    ("s3", "head_bucket"): "s3:ListBucket",
    ("s3", "head_object"): "s3:GetObject",
    ("s3", "list_objects_v2"): "s3:ListBucket",
}
"""Where the permission is not called like the operation."""


class DeniedError(ServiceError):
    """AWS does not let these credentials ask."""

    def __init__(self, code: str, message: str, permission: str) -> None:
        super().__init__(code, message)
        self.permission = permission
        """As IAM spells it, as `iam:GetRole`."""


class Aws:
    """One session, asked by several threads. An answer is asked for once."""

    def __init__(self, session: boto3.Session, region: str) -> None:
        self.session = session
        self.region = region
        self.caller = ""
        """The ARN of whoever asks, once it is known."""
        self._clients = dict[tuple[str, str], Any]()
        self._answers = dict[str, Mapping[str, Any]]()
        self._lock = threading.Lock()

    def client(self, service: str, region: str | None = None) -> Any:
        """The client of a service; made once, as a session may not make two at a time."""
        place = (service, region or self.region)
        with self._lock, translated():
            if place not in self._clients:
                self._clients[place] = self.session.client(service, region_name=place[1], config=_LIMITS)
            return self._clients[place]

    def ask(self, service: str, operation: str, *, region: str | None = None, **parameters: Any) -> Mapping[str, Any]:
        """The answer to one question; raises DeniedError, ServiceError, ConfigurationError."""
        key = f"{service} {operation} {region} {sorted(parameters.items())!r}"
        if key not in self._answers:
            client = self.client(service, region)
            with _named(self._permission(service, operation)):
                answer: Mapping[str, Any] = getattr(client, operation)(**parameters)
            if "Body" in answer:  # a stream is read once
                return answer
            self._answers[key] = answer
        return self._answers[key]

    def pages(self, service: str, operation: str, *, most: int, **parameters: Any) -> Iterator[Mapping[str, Any]]:
        """The first `most` pages of an answer."""
        client = self.client(service)
        with _named(self._permission(service, operation)):
            for number, page in enumerate(client.get_paginator(operation).paginate(**parameters), start=1):
                yield page
                if number == most:
                    return

    def refused(self, name: str, error: DeniedError, about: str = "") -> Check:
        """The check that could not be made: what is missing, and what grants it (on the ARN `about`, or on all)."""
        place = f" on {about}" if about else ""
        fix = grant(self.caller, {(about or "*",): (error.permission,)})
        return Check(name, "unknown", f"not looked at: {error.permission}{place} is missing", fix)

    def found(self, name: str, look: Callable[[], Iterable[Check] | Check], about: str = "") -> Iterator[Check]:
        """What `look` finds. Where AWS refuses, or what is asked about cannot be, that is a check called `name`."""
        try:
            found = look()
            yield from [found] if isinstance(found, Check) else found
        except DeniedError as error:
            yield self.refused(name, error, about)
        except (ServiceError, ConfigurationError) as error:
            yield Check(name, "unknown", f"not looked at: {error}")
        except SpecError as error:
            yield Check(name, "unknown", f"not looked at: {error.problems[0].message}")

    def _permission(self, service: str, operation: str) -> str:
        name = self.client(service).meta.method_to_api_mapping[operation]
        return _PERMISSIONS.get((service, operation), f"{_PREFIXES.get(service, service)}:{name}")


@contextmanager
def _named(permission: str) -> Iterator[None]:
    """boto3's errors as ours; a refusal says which permission is missing."""
    try:
        with translated():
            yield
    except ServiceError as error:
        if isinstance(error.__cause__, ClientError) and error.__cause__.operation_name in _LOGINS:
            message = f"AWS gives no credentials: {error}"
            raise ConfigurationError(message) from error.__cause__
        if error.code not in _DENIED:
            raise
        raise DeniedError(error.code, str(error).partition(": ")[2], permission) from error.__cause__
