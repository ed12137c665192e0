"""A SageMaker tuning service for one test: real boto3 clients, training jobs that are played, a clock that stands."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self, Unpack
from unittest import mock

import boto3

from smtune.local.answers import ServiceAnswerError
from smtune.local.session import LocalSession
from smtune.local.settings import SCRIPTED, Settings
from smtune.local.stage import Stage
from smtune.testing.faults import Faults
from smtune.testing.scripts import NAMES, Parts, Prompter, Words

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_THROTTLING = "ThrottlingException"


class LocalService:
    """Answers through `session` what SageMaker, S3, CloudWatch, CloudWatch Logs and STS would.

    Nothing is trained: each training job goes as `script` says, in the time of a clock that stands still until
    `advance` or `finish` moves it. Nothing is sent to a network.
    """

    def __init__(self, folder: str | Path, *, start: dt.datetime = START, seed: int = 0) -> None:
        """Keep everything below `folder`. `start`: the clock's time; `seed` chooses the curves that nobody wrote."""
        settings = Settings(Path(folder).absolute(), sandbox=False, runner=SCRIPTED)
        self._prompter = Prompter(seed)
        self._stage = Stage(settings, self._prompter, start.timestamp())
        self._session = LocalSession(settings, self._stage)
        self._faults = Faults(self._session.engine, self._session.events)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the files."""
        self._stage.close()
        self._session.engine.store.close()

    @property
    def session(self) -> boto3.Session:
        """For whatever takes a boto3.Session: your code, the SageMaker SDK, smtune."""
        return self._session

    # how training jobs go

    def script(self, *, number: int | None = None, attempt: int | None = None, **parts: Unpack[Parts]) -> None:
        """Say how training jobs go that start from now on. Each part is a value, or a function of hyperparameters.

        `curve`: the objective's values while it trains, or the one at its end. `seconds`: how long it trains (60).
        `metrics`: values of other metrics, by name. `lines`: what it prints besides; with `lines` and no curve the
        objective is what the metric definitions' regexes read in them. `fails`: its failure reason, or None; one that
        begins with `InternalServerError` is retried by a RetryStrategy. `interrupted`: seconds of training after which
        its spot instances are taken away, for `away` seconds (60). `startup`: seconds until it has instances (0).
        `model`: files of its model artifact, name -> text.

        With `number` (from 1) only that training job of each tuning job is meant, with `attempt` only that attempt.
        What was said last holds, part by part; a curve that nobody says is a random one, the same at each run.
        """
        unknown = parts.keys() - set(NAMES)
        if unknown or not parts:
            message = (
                f"script() takes {', '.join(NAMES)}, number and attempt, not {', '.join(sorted(unknown)) or 'nothing'}"
            )
            raise TypeError(message)
        self._prompter.say(Words(dict(parts), number, attempt))

    # calls that go wrong

    def throttle(self, operation: str, times: int = 1) -> None:
        """The next `times` tries of `operation` are throttled; boto3 repeats them as it does on AWS.

        `operation`: `DescribeTrainingJob`, say, of SageMaker; another service's as `logs:GetLogEvents`.
        """
        self.fail(operation, _THROTTLING, "Rate exceeded", times)

    def fail(self, operation: str, code: str, message: str = "", times: int = 1, *, status: int = 400) -> None:
        """The next `times` tries of `operation` get an error of this code and HTTP status."""
        self._faults.add(operation, ServiceAnswerError(code, message, status=status), times)

    def calls(self, operation: str) -> list[dict[str, Any]]:
        """The parameters of each call of an operation so far; those that boto3 repeats by itself count once."""
        return self._faults.calls(operation)

    # the clock

    @property
    def now(self) -> dt.datetime:
        """The service's time, in UTC."""
        return dt.datetime.fromtimestamp(self._stage.clock.now(), tz=dt.UTC)

    def advance(self, seconds: float) -> None:
        """Move the clock; everything that is to happen in that time happens, each thing at its own moment."""
        self._stage.advance(seconds)

    def finish(self) -> None:
        """Move the clock to the end of the last tuning job that runs."""
        self._stage.finish()

    @contextmanager
    def sleeping(self) -> Iterator[None]:
        """While inside, `time.sleep` of this thread moves the clock instead: a loop that polls comes to its end."""
        sleep, own = time.sleep, threading.get_ident()

        def pass_time(seconds: float) -> None:
            if threading.get_ident() == own:
                self.advance(seconds)
            else:
                sleep(seconds)

        with mock.patch("time.sleep", pass_time):
            yield
