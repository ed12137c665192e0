"""Planned training jobs, carried out exactly once: created as there is room, and looked at."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, Self, TypeVar

import boto3

from smtune.errors import ServiceError
from smtune.patience import Line, Terms, pace_of
from smtune.results import pull
from smtune.retrain.look import look_at
from smtune.retrain.model import NOT_STARTED, Repeat
from smtune.retrain.request import repeated

LONGEST = 30 * 86_400.0
_TAKEN = "ResourceInUse"
_FULL = ("ResourceLimitExceeded",)
_ENDED = ("ValidationException",)
_UNSEEN = 120.0
"""Seconds after which a training job that was created must be seen."""


class Retraining(Protocol):
    """What is to be trained, and what is there of it."""

    @property
    def arn(self) -> str:
        """The tuning job's."""

    @property
    def parallel(self) -> int:
        """Training jobs at once."""

    @property
    def requests(self) -> Mapping[str, Mapping[str, Any]]:
        """Training job -> its CreateTrainingJob request."""

    @property
    def repeats(self) -> tuple[Repeat, ...]:
        """In the order in which they start."""

    @property
    def to_start(self) -> tuple[Repeat, ...]:
        """Those that nobody has created."""

    @property
    def is_over(self) -> bool:
        """Whether all of them are."""

    def with_repeats(self, repeats: Mapping[str, Repeat]) -> Self:
        """The same with what is known of the repeats now."""


Plan = TypeVar("Plan", bound=Retraining)


def _ignore(_: Any) -> None:
    return None


@dataclass(frozen=True)
class Carry(Generic[Plan]):
    """How a plan is carried out."""

    wait: bool = True
    """Whether to stay until all repeats are over; else only what there is room for is started."""
    timeout: float = LONGEST
    """Seconds."""
    heard: Callable[[Plan], None] = _ignore
    """Gets the plan at the beginning, and after every look that found something new."""
    terms: Terms = field(default_factory=Terms)


def carry_out(session: boto3.Session, plan: Plan, how: Carry[Plan] | None = None) -> Plan:
    """Train what is missing of `plan`; the plan as it is then, not over where the time was up or nobody waits.

    May be interrupted anywhere: the names stand for the repeats, so whoever plans and carries out again finds what is
    there. Raises ServiceError, WaitTimeoutError where there was no answer to the end.
    """
    return _Round(session, plan, how or Carry()).run()


class _Round(Generic[Plan]):
    """One process's part in it."""

    def __init__(self, session: boto3.Session, plan: Plan, how: Carry[Plan]) -> None:
        self.plan, self.how = plan, how
        self.clock = how.terms.clock
        self.end = self.clock() + how.timeout
        self.line = Line(session, dataclasses.replace(how.terms, grace=0.0), deadline=self.end if how.wait else None)
        self.created: dict[str, float] = {}

    def run(self) -> Plan:
        self.how.heard(self.plan)
        pace, looks = pace_of(self.plan.arn), 0
        while True:
            self._start()
            if not self.how.wait or self.plan.is_over or self.clock() >= self.end:
                return self.plan
            self.how.terms.sleep(min(pace.pause(looks), max(0.0, self.end - self.clock())))
            looks += 1
            self._look()

    def _start(self) -> None:
        """Create repeats while there is room; one that the service has no room for is for the next time."""
        room = self.plan.parallel - sum(repeat.is_running for repeat in self.plan.repeats)
        for repeat in self.plan.to_start[: max(0, room)]:
            try:
                self._create(repeat)
            except ServiceError as error:
                if error.code not in _FULL or not any(each.is_running for each in self.plan.repeats):
                    raise
                return

    def _create(self, repeat: Repeat) -> None:
        request: dict[str, Any] = dict(self.plan.requests[repeat.training_job])
        try:
            self.line.call("sagemaker", "create_training_job", **request)
        except ServiceError as error:
            if error.code != _TAKEN:
                raise
            # By a call whose answer was lost, or by another process that does the same.
        self.created[repeat.training_job] = self.clock()
        self._learn({repeat.training_job: dataclasses.replace(repeat, status="InProgress")})

    def _look(self) -> None:
        found = dict(self._looked())
        if found:
            self._learn(found)

    def _looked(self) -> Iterator[tuple[str, Repeat]]:
        for repeat in self.plan.repeats:
            if not repeat.is_running:
                continue
            asked = dataclasses.replace(repeat, status=NOT_STARTED)
            now = look_at(self.line, asked, self.plan.requests[repeat.training_job])
            since = self.clock() - self.created.get(repeat.training_job, self.clock() - _UNSEEN)
            if now.status == NOT_STARTED and since >= _UNSEEN:
                message = f"{repeat.training_job} was created and is not there: run it again"
                raise ServiceError("ResourceNotFound", message)
            if now.status not in (NOT_STARTED, repeat.status):
                yield repeat.training_job, now

    def _learn(self, found: dict[str, Repeat]) -> None:
        self.plan = self.plan.with_repeats(found)
        self.how.heard(self.plan)


def stop(session: boto3.Session, tuning_job: str, mark: str, terms: Terms | None = None) -> tuple[str, ...]:
    """Stop every repeat with this mark of a tuning job's training jobs, whoever started it; their names.

    What has ended meanwhile is left as it is. Raises ServiceError.
    """
    line = Line(session, terms or Terms(patience=120.0))
    originals = [record.name for record in pull(session, tuning_job).records]
    running = [name for name in _running(line, tuning_job) if repeated(mark, name, originals)]
    return tuple(name for name in running if _stop(line, name))


def _running(line: Line, tuning_job: str) -> Iterator[str]:
    request: dict[str, Any] = {"NameContains": tuning_job, "StatusEquals": "InProgress"}
    while True:
        page = line.call("sagemaker", "list_training_jobs", **request)
        yield from (item["TrainingJobName"] for item in page.get("TrainingJobSummaries", ()))
        if not page.get("NextToken"):
            return
        request["NextToken"] = page["NextToken"]


def _stop(line: Line, name: str) -> bool:
    try:
        line.call("sagemaker", "stop_training_job", TrainingJobName=name)
    except ServiceError as error:
        if error.code not in _ENDED:
            raise
        return False
    return True
