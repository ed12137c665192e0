"""A session kept alive: calls that outlast throttling, lost connections, faults of the service, expired credentials.

botocore retries each call for some seconds. This goes on above it for as long as `Terms.patience` says.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3

from smtune.errors import ServiceError, SmtuneError, WaitTimeoutError
from smtune.patience.trouble import Trouble, trouble_of
from smtune.service import translated

HOUR = 3600.0
_FIRST = 2.0
_LONGEST = 60.0
Renew = Callable[[], boto3.Session]


def _silent(_: str) -> None:
    return None


def _sleep(seconds: float) -> None:
    time.sleep(seconds)  # looked up at each call: a test may have put another in its place


@dataclass(frozen=True)
class Terms:
    """How a Line behaves. Clock, sleep and chance are passed in, so that a test takes no time."""

    renew: Renew | None = None
    """Makes a new session, with whatever credentials are there by then."""
    patience: float = HOUR
    """Seconds that one trouble may last."""
    grace: float = 0.0
    """Seconds for which a job that is not found is looked for again: what was just created is seen with a delay."""
    tell: Callable[[str], None] = _silent
    """Gets a sentence when a trouble begins, and one when it is over."""
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = _sleep
    chance: Callable[[], float] = field(default=random.random)
    """A number from 0 to 1."""


class Line:
    """Calls to AWS that are repeated while that can help."""

    def __init__(self, session: boto3.Session, terms: Terms | None = None, *, deadline: float | None = None) -> None:
        self.terms = terms or Terms()
        self.deadline = deadline
        """A time of the terms' clock; past it a call in trouble raises WaitTimeoutError."""
        self._session = session
        self._clients: dict[str, Any] = {}
        self._worked = False

    def call(self, service: str, operation: str, **request: Any) -> Any:
        """The answer to one call, as `session.client(service).operation(**request)`.

        Raises ServiceError or ConfigurationError for what asking again cannot mend or has not within the patience,
        WaitTimeoutError when the deadline passes first.
        """
        began = self.terms.clock()
        told: set[str] = set()
        tries = 0
        while True:
            try:
                answer = self._ask(service, operation, request)
            except SmtuneError as error:
                trouble = trouble_of(error, worked=self._worked)
                if trouble is None:
                    raise
                self._bear(error, trouble, began, told, tries)
                tries += 1
                continue
            self._worked = True
            if told:
                self.terms.tell("the service answers again")
            return answer

    def _ask(self, service: str, operation: str, request: dict[str, Any]) -> Any:
        with translated():
            if service not in self._clients:
                self._clients[service] = self._session.client(service)
            return getattr(self._clients[service], operation)(**request)

    def _bear(self, error: SmtuneError, trouble: Trouble, began: float, told: set[str], tries: int) -> None:
        """Wait before the next try; raises where the time for this trouble is up."""
        now = self.terms.clock()
        missing = trouble.kind == "missing"
        if trouble.kind == "expired" and self.terms.renew is None:
            raise error
        if now - began >= (self.terms.grace if missing else self.terms.patience):
            raise error if missing else _given_up(error, now - began)
        if self.deadline is not None and now >= self.deadline:
            message = f"the wait ended while there was no answer: {error}"
            raise WaitTimeoutError(message) from error
        if trouble.kind not in told:
            self.terms.tell(trouble.sentence)
            told.add(trouble.kind)
        self.terms.sleep(self._pause(now, tries))
        if trouble.kind == "expired":
            self._renew()

    def _pause(self, now: float, tries: int) -> float:
        # At least half: two that were refused together should not come back together, nor at once.
        pause = min(_FIRST * 2.0 ** min(tries, 10), _LONGEST) * (0.5 + 0.5 * self.terms.chance())
        return pause if self.deadline is None else max(0.0, min(pause, self.deadline - now))

    def _renew(self) -> None:
        self._clients = {}
        if self.terms.renew is not None:
            try:
                with translated():
                    self._session = self.terms.renew()
            except SmtuneError as error:
                # No credentials at the moment are the trouble that is being waited out.
                if trouble_of(error, worked=True) is None:
                    raise


def _given_up(error: SmtuneError, seconds: float) -> SmtuneError:
    """The same error, with how long it was borne."""
    sentence = f"{error} (for {round(seconds / 60)} min; a job that runs goes on without this)"
    if isinstance(error, ServiceError):
        given_up = ServiceError(error.code, sentence.removeprefix(f"{error.code}: "))
        given_up.__cause__ = error
        return given_up
    return type(error)(sentence)
