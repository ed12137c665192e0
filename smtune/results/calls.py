"""Calls to the services that survive throttling and faults, from several threads at once, and are counted."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import boto3
from botocore.config import Config

from smtune.errors import ServiceError
from smtune.patience import trouble_of
from smtune.service import translated

Json = dict[str, Any]
Item = TypeVar("Item")
Result = TypeVar("Result")
AT_ONCE = 8
_CONFIG = Config(
    retries={"mode": "adaptive", "max_attempts": 6},
    connect_timeout=10,
    read_timeout=60,
    max_pool_connections=AT_ONCE,
)
_TOKENS = {"logs": "nextToken"}
_TRIES = 8
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 20.0


class Calls:
    """The clients of one session. botocore slows down by itself; what it gives up is tried again, later and later."""

    def __init__(self, session: boto3.Session, sleep: Callable[[float], None] | None = None) -> None:
        self.session = session
        self.made: Counter[str] = Counter()
        """Operation -> how often it was called; what botocore repeats by itself counts once."""
        self._sleep = sleep or time.sleep
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    def client(self, service: str) -> Any:
        """The session's client of a service; made once, because that is slow and no session likes two threads."""
        with self._lock:
            if service not in self._clients:
                with translated():
                    make: Any = self.session.client  # any service, whatever stubs are installed
                    self._clients[service] = make(service, config=_CONFIG)
            return self._clients[service]

    def read_plainly(self, service: str, operation: str) -> None:
        """From now on give this operation's answers as their JSON is: times are numbers (or texts), not datetimes.

        botocore makes a datetime of each point of a curve, which takes longer than the call itself.
        """
        name = operation.title().replace("_", "")
        event = f"before-parse.{self.client(service).meta.service_model.service_id.hyphenize()}.{name}"
        self.client(service).meta.events.register(event, _parse_plainly, unique_id=f"smtune-{event}")

    def ask(self, service: str, operation: str, **request: Any) -> Json:
        """One answer; raises ServiceError where the service refuses, or cannot answer to the end."""
        call = getattr(self.client(service), operation)
        for number in range(_TRIES):
            with self._lock:
                self.made[operation] += 1
            try:
                with translated():
                    answer: Json = call(**request)
            except ServiceError as error:
                trouble = trouble_of(error, worked=False)
                if trouble is None or trouble.kind == "missing" or number == _TRIES - 1:
                    raise
            else:
                return answer
            pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**number)
            self._sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311  many clients must not come back at once
        raise AssertionError  # the last try returns or raises

    def pages(self, service: str, operation: str, **request: Any) -> Iterable[Json]:
        """All answers of an operation that goes on with NextToken (`nextToken` in CloudWatch Logs)."""
        member, token = _TOKENS.get(service, "NextToken"), None
        while True:
            answer = self.ask(service, operation, **request, **({member: token} if token else {}))
            yield answer
            token = answer.get(member)
            if not token:
                return

    @property
    def total(self) -> int:
        return sum(self.made.values())


def side_by_side(ask: Callable[[Item], Result], items: Iterable[Item], at_once: int = AT_ONCE) -> list[Result]:
    """What `ask` returns for each item, in their order, a few at a time; the first error ends it."""
    todo = list(items)
    if len(todo) < 2:
        return [ask(item) for item in todo]
    with ThreadPoolExecutor(min(at_once, len(todo))) as pool:
        futures = [pool.submit(ask, item) for item in todo]
        try:
            return [future.result() for future in futures]
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # after an error or Ctrl-C nothing more is asked


def _parse_plainly(response_dict: Json, customized_response_dict: Json, **_: Any) -> None:
    """Read an answer in JSON in botocore's place; what is an error or in another form is left to botocore."""
    kind = str(response_dict["headers"].get("content-type", ""))
    if response_dict["status_code"] != 200 or "json" not in kind:
        return
    try:
        customized_response_dict.update(json.loads(response_dict["body"]))
    except (ValueError, TypeError):
        return  # cut off, or no object
    response_dict["body"] = b"{}"
