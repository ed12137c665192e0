"""A real boto3.Session whose `sagemaker`, `s3` and `logs` clients are answered in this process.

botocore asks `before-call` handlers before it opens a connection; one that returns (http response, parsed body) answers
the call. So botocore's own parameter validation, paginators, waiters and exceptions work unchanged, and so does
everything built on them, the SageMaker SDK included. Nothing of such a session ever reaches a network.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import botocore.session

from smtune.local.answers import ServiceAnswerError, answer, refusal
from smtune.local.api import TuningService
from smtune.local.logs import LogService
from smtune.local.objects import ObjectKeyError, object_path, parse_uri
from smtune.local.s3 import ObjectService
from smtune.local.settings import REGION, Settings


class LocalSession(boto3.Session):
    """boto3's session on the local engine."""

    def __init__(self, settings: Settings) -> None:
        # A session of its own: neither the caller's profile nor their credentials are looked at.
        core = botocore.session.Session(session_vars={"profile": (None, None, None, None)})
        core.set_credentials("local", "local")
        super().__init__(botocore_session=core, region_name=REGION)
        self.settings = settings
        self._tuning = TuningService(settings)
        self._objects = ObjectService(settings.objects)
        self._logs = LogService(settings, self._tuning.store)
        self.events.register_first("before-call", self._answer)  # type: ignore[arg-type]  # the stubs forget answers

    def register_programs(self, programs: Mapping[str, Path]) -> None:
        """Say what runs here in the place of training images: image URI -> program."""
        for image, program in programs.items():
            self._tuning.store.register_program(image, str(program.absolute()))

    def path_of(self, uri: str) -> Path:
        """The file or folder that an S3 URI names here."""
        return object_path(self.settings.objects, *parse_uri(uri))

    def knows(self, tuning_job: str) -> bool:
        """Whether a tuning job of this name was created here."""
        return self._tuning.store.tuning_job(tuning_job) is not None

    def knows_training_job(self, training_job: str) -> bool:
        """Whether a training job of this name ran here."""
        return self._tuning.store.training_job(training_job) is not None

    def _answer(self, model: Any, params: dict[str, Any], **_: Any) -> tuple[Any, Any]:
        service, operation = model.service_model.service_name, model.name
        try:
            if service == "sagemaker":
                return answer(self._tuning.call(operation, json.loads(params["body"])))
            if service == "logs":
                return answer(self._logs.call(operation, json.loads(params["body"])))
            if service == "s3":
                return answer(self._objects.call(operation, params))
            message = f"The local engine has no service {service!r}"
            raise ServiceAnswerError("UnknownOperationException", message)
        except ServiceAnswerError as error:
            return refusal(error)
        except ObjectKeyError as error:
            return refusal(ServiceAnswerError("InvalidArgument", str(error)))
        except (OSError, sqlite3.Error) as error:
            message = f"{type(error).__name__}: {error} (state is in {self.settings.home})"
            return refusal(ServiceAnswerError("InternalFailure", message, status=500))
