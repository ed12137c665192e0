"""The services that the engine answers itself, whoever carries the call: a session in this process, or HTTP."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any, Protocol

from smtune.errors import SmtuneError
from smtune.local.answers import ServiceAnswerError
from smtune.local.api import TuningService
from smtune.local.batch_metrics import BatchMetricService
from smtune.local.cloudwatch import MetricService
from smtune.local.identity import IdentityService
from smtune.local.launcher import Launcher, Workers
from smtune.local.logs import LogService
from smtune.local.settings import Settings

Json = dict[str, Any]


class Service(Protocol):
    """One AWS service."""

    def call(self, operation: str, request: Json, /) -> Json:
        """Answer one call; raises ServiceAnswerError."""


class Engine:
    """SageMaker and what goes with it, by botocore's names of the services. S3 is not among them: it carries bytes."""

    def __init__(self, settings: Settings, workers: Workers | None = None) -> None:
        """`workers` run the tuning jobs: processes of their own, if not given."""
        self.settings = settings
        workers = workers or Launcher(settings)
        tuning = TuningService(settings, workers)
        self.store = tuning.store
        self.services: Mapping[str, Service] = {
            "sagemaker": tuning,
            "sagemaker-metrics": BatchMetricService(self.store),
            "logs": LogService(settings, self.store),
            "cloudwatch": MetricService(self.store, workers.clock.now),
            "sts": IdentityService(),
        }

    def call(self, service: str, operation: str, request: Json) -> Json:
        """Answer one call. Times are seconds since the epoch in requests; in answers datetimes or such seconds.

        Raises ServiceAnswerError.
        """
        if service not in self.services:
            message = f"The local engine has no service {service!r}"
            raise ServiceAnswerError("UnknownOperationException", message)
        try:
            return self.services[service].call(operation, request)
        except ServiceAnswerError:
            raise
        except (OSError, sqlite3.Error, SmtuneError) as error:
            message = f"{type(error).__name__}: {error} (state is in {self.settings.home})"
            raise ServiceAnswerError("InternalFailure", message, status=500) from error
