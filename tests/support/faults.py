"""What goes wrong between a client and AWS, injected into any boto3 session: the local engine's, moto's, one over HTTP.

    clock = FakeClock()
    faults = Faults(session, clock)            # before the session makes its clients: they copy its event handlers
    faults.throttle("sagemaker.*", rate=2)     # a token bucket: 2 calls a second, the rest ThrottlingException
    faults.fail("CreateHyperParameterTuningJob", INTERNAL, at=[1, 2])   # its first two calls
    faults.cut("s3.PutObject", at=[3])         # the connection cannot be made: the service has seen nothing
    faults.lose("Create*", at=[1])             # the service has done it, its answer never arrives
    faults.delay("Describe*", seconds=5)       # clock.sleep before the call
    faults.expire(after=7)                     # from the 8th call on ExpiredTokenException; faults.renew() ends it
    faults.crash(4, "before")                  # Killed "before" or "after" the 4th call of all, and at all that follow
    faults.lag(looks=2)                        # the first two looks at a tuning job after its creation miss it
    faults.interrupt_spot()                    # each training job is first seen Interrupted, then Starting again
    faults.clear()                             # from here on nothing goes wrong

Operations are shell patterns over `Operation` or `service.Operation` with botocore's names of the services. Every call
is counted, those that fail, too: `faults.calls["Search"]`, and in order `faults.log` ("sagemaker.Search"). `at` counts
the calls of that pattern from 1, from the moment the fault was injected; without `at` it is every call.

botocore's own retries are below this: an injected error reaches the caller at once, as the last of its attempts would.
A `FakeClock` is `now` and `sleep` for code that takes them; `clock.slept` lists the seconds.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal, Protocol

import boto3
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from smtune.local.answers import ServiceAnswerError, refusal

Answer = tuple[Any, Any]
_URL = "https://faults.example"
_CREATE = "CreateHyperParameterTuningJob"
_NAME = "HyperParameterTuningJobName"


class Killed(BaseException):
    """The process died here, as far as the code under test can tell."""


class Clock(Protocol):
    """Seconds since the epoch, and waiting."""

    def now(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


class RealClock:
    """The machine's."""

    now = staticmethod(time.time)
    sleep = staticmethod(time.sleep)


@dataclass
class FakeClock:
    """Stands still until somebody sleeps."""

    time: float = 1_800_000_000.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


@dataclass(frozen=True)
class Refusal:
    """An error answer of the service."""

    code: str
    message: str = "injected by a test"
    status: int = 400

    def answer(self) -> Answer:
        return refusal(ServiceAnswerError(self.code, self.message, status=self.status))


THROTTLED = Refusal("ThrottlingException", "Rate exceeded")
INTERNAL = Refusal("InternalFailure", "The request processing has failed because of an unknown error.", 500)
UNAVAILABLE = Refusal("ServiceUnavailable", "Please reduce your request rate.", 503)
DENIED = Refusal("AccessDeniedException", "User is not authorized to perform this action")
EXPIRED = Refusal("ExpiredTokenException", "The security token included in the request is expired")
EXPIRED_S3 = Refusal("ExpiredToken", "The provided token has expired.")


@dataclass(frozen=True)
class Call:
    """One call of a client."""

    service: str
    operation: str
    params: Any
    """As the caller gave them."""

    def fits(self, pattern: str) -> bool:
        return any(fnmatchcase(name, pattern) for name in (self.operation, f"{self.service}.{self.operation}"))


class Faults:
    """The faults of one session, and the count of its calls. Threads may share it."""

    def __init__(self, session: boto3.Session, clock: Clock | None = None) -> None:
        self.clock: Clock = clock or RealClock()
        self.calls: Counter[str] = Counter()
        self.log: list[str] = []
        self._before: list[Callable[[Call], Answer | None]] = []
        self._after: list[Callable[[Call, Any], None]] = []
        self._lock = threading.RLock()
        self._expires_after: int | None = None
        events: Any = session.events
        events.register_last("before-parameter-build", self._remember)
        events.register_first("before-call", self._begin)
        events.register_last("after-call", self._end)

    def clear(self) -> None:
        """Take all faults away; the counts stay."""
        self._before, self._after, self._expires_after = [], [], None

    def fail(self, pattern: str, refusal: Refusal, at: Collection[int] | None = None) -> None:
        """Answer with an error; the service does not see the call."""
        self._before.append(_counted(pattern, at, lambda _: refusal.answer()))

    def cut(self, pattern: str, at: Collection[int] | None = None) -> None:
        """No connection: EndpointConnectionError."""

        def raises(_: Call) -> Answer:
            raise EndpointConnectionError(endpoint_url=_URL)

        self._before.append(_counted(pattern, at, raises))

    def lose(self, pattern: str, at: Collection[int] | None = None) -> None:
        """The service does it; the caller gets ReadTimeoutError."""

        def raises(_: Call) -> None:
            raise ReadTimeoutError(endpoint_url=_URL)

        lost = _counted(pattern, at, raises)
        self._after.append(lambda call, _: lost(call))

    def delay(self, pattern: str, seconds: float, at: Collection[int] | None = None) -> None:
        """Let the clock's `sleep` pass before the call."""
        self._before.append(_counted(pattern, at, lambda _: self.clock.sleep(seconds)))

    def throttle(self, pattern: str, rate: float = 2.0, burst: float | None = None) -> None:
        """`rate` calls a second by the clock, `burst` of them (as many as `rate` by default) at once."""
        bucket = _Bucket(rate, rate if burst is None else burst, self.clock)
        self._before.append(_counted(pattern, None, lambda _: None if bucket.take() else THROTTLED.answer()))

    def expire(self, after: int) -> None:
        """Credentials that are good for so many calls more."""
        self._expires_after = len(self.log) + after

    def renew(self) -> None:
        """New credentials."""
        self._expires_after = None

    def crash(self, number: int, when: Literal["before", "after"]) -> None:
        """Raise Killed around the call that is the `number`-th of all that the session has made.

        And at every call from there on, until `clear`: the dead make no calls, whatever their threads try.
        """
        last = number - 1 if when == "before" else number
        self._before.append(lambda _: self._die(last + 1))
        if when == "after":
            self._after.append(lambda *_: self._die(number))

    def lag(self, looks: int) -> None:
        """Eventual consistency: so many Describe or List calls after a Create do not see the tuning job."""
        lagging = _Lagging(looks)
        self._before.append(lagging.describe)
        self._after.append(lagging.listed)

    def interrupt_spot(self) -> None:
        """DescribeTrainingJob: first look Interrupted, second Starting again, then as it is, with that history."""
        self._after.append(_Interruptions().change)

    def _die(self, number: int) -> None:
        if len(self.log) >= number:  # another thread's call may have begun meanwhile
            message = f"killed at call {number}: {self.log[-1]}"
            raise Killed(message)

    def _remember(self, params: Any, context: dict[str, Any], **_: Any) -> None:
        context["faults_params"] = params

    def _begin(self, model: Any, context: dict[str, Any], **_: Any) -> Answer | None:
        call = self._call(model, context)
        with self._lock:
            self.calls[call.operation] += 1
            self.log.append(f"{call.service}.{call.operation}")
            if self._expires_after is not None and len(self.log) > self._expires_after:
                return (EXPIRED_S3 if call.service == "s3" else EXPIRED).answer()
            return next((answer for fault in self._before if (answer := fault(call)) is not None), None)

    def _end(self, model: Any, context: dict[str, Any], parsed: Any, **_: Any) -> None:
        call = self._call(model, context)
        with self._lock:
            for fault in self._after:
                fault(call, parsed)

    def _call(self, model: Any, context: dict[str, Any]) -> Call:
        return Call(model.service_model.service_name, model.name, context.get("faults_params", {}))


def _counted(pattern: str, at: Collection[int] | None, act: Callable[[Call], Any]) -> Callable[[Call], Any]:
    """Act on the calls of a pattern whose number is among `at`."""
    count = 0

    def fault(call: Call) -> Any:
        nonlocal count
        if not call.fits(pattern):
            return None
        count += 1
        return act(call) if at is None or count in at else None

    return fault


class _Bucket:
    def __init__(self, rate: float, burst: float, clock: Clock) -> None:
        self._rate, self._burst, self._clock = rate, max(1.0, burst), clock
        self._tokens, self._seen = self._burst, clock.now()

    def take(self) -> bool:
        now = self._clock.now()
        self._tokens = min(self._burst, self._tokens + (now - self._seen) * self._rate)
        self._seen = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class _Lagging:
    def __init__(self, looks: int) -> None:
        self._looks = looks
        self._left: dict[str, int] = {}

    def describe(self, call: Call) -> Answer | None:
        name = call.params.get(_NAME, "") if isinstance(call.params, dict) else ""
        if call.operation == _CREATE or not self._misses(name):
            return None
        return Refusal("ResourceNotFound", f"Amazon SageMaker can't find a tuning job named {name}").answer()

    def listed(self, call: Call, parsed: Any) -> None:
        if call.operation == _CREATE and "Error" not in parsed:
            self._left[call.params[_NAME]] = self._looks
        key = "HyperParameterTuningJobSummaries"
        if call.operation == "ListHyperParameterTuningJobs" and key in parsed:
            parsed[key] = [item for item in parsed[key] if not self._misses(item[_NAME])]

    def _misses(self, name: str) -> bool:
        left = self._left.get(name, 0)
        self._left[name] = max(0, left - 1)
        return left > 0


class _Interruptions:
    def __init__(self) -> None:
        self._looks: Counter[str] = Counter()

    def change(self, call: Call, parsed: Any) -> None:
        if call.operation != "DescribeTrainingJob" or "Error" in parsed:
            return
        name = parsed["TrainingJobName"]
        self._looks[name] += 1
        real = parsed["SecondaryStatusTransitions"]
        start = real[0]["StartTime"]
        first = [
            {**item, "StartTime": start, "EndTime": start}
            for item in real
            if item["Status"] in ("Starting", "Training")
        ]
        message = "Training job interrupted: the spot instance was reclaimed"
        lost = {"Status": "Interrupted", "StartTime": start, "EndTime": start, "StatusMessage": message}
        history = [*first, lost, *real]
        if self._looks[name] > 2:
            parsed["SecondaryStatusTransitions"] = history
            return
        seen = history[: 2 + self._looks[name]]
        seen[-1] = {key: value for key, value in seen[-1].items() if key != "EndTime"}
        for member in ("TrainingEndTime", "FailureReason", "TrainingTimeInSeconds", "BillableTimeInSeconds"):
            parsed.pop(member, None)
        parsed |= {"TrainingJobStatus": "InProgress", "FinalMetricDataList": [], "SecondaryStatusTransitions": seen}
        parsed["SecondaryStatus"] = seen[-1]["Status"]
