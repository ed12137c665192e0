"""A real boto3.Session whose clients are answered in this process: `sagemaker`, `s3`, `logs`, `cloudwatch`, `sts`.

botocore asks `before-call` handlers before it opens a connection; one that returns (http response, parsed body) answers
the call. So botocore's own parameter validation, paginators, waiters and exceptions work unchanged, and so does
everything built on them, the SageMaker SDK included. Nothing of such a session ever reaches a network.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import botocore.session

from smtune.clients import ClientSession
from smtune.local.answers import ServiceAnswerError, answer, refusal
from smtune.local.engine import Engine
from smtune.local.launcher import Workers
from smtune.local.objects import ObjectKeyError, object_path, parse_uri
from smtune.local.s3 import ObjectService
from smtune.local.settings import REGION, Settings
from smtune.local.wire import off_wire, on_wire

BY_WIRE = "smtune_by_wire"
"""In a call's context: it is answered where it would be sent (`before-send`), so that botocore repeats what it may."""
_PARAMETERS = "smtune_parameters"


class LocalSession(ClientSession):
    """boto3's session on the local engine."""

    def __init__(self, settings: Settings, workers: Workers | None = None) -> None:
        """`workers` run the tuning jobs: processes of their own, if not given."""
        # A session of its own: neither the caller's profile nor their credentials are looked at.
        core = botocore.session.Session(session_vars={"profile": (None, None, None, None)})
        core.set_credentials("local", "local")
        super().__init__(botocore_session=core, region_name=REGION)
        self.settings = settings
        self.engine = Engine(settings, workers)
        self._objects = ObjectService(settings.objects)
        self.events.register_last("before-parameter-build", _remember)
        self.events.register_last("before-call", self._answer)  # type: ignore[arg-type]  # the stubs forget answers

    def register_programs(self, programs: Mapping[str, Path]) -> None:
        """Say what runs here in the place of training images: image URI -> program."""
        for image, program in programs.items():
            self.engine.store.register_program(image, str(program.absolute()))

    def path_of(self, uri: str) -> Path:
        """The file or folder that an S3 URI names here."""
        return object_path(self.settings.objects, *parse_uri(uri))

    def knows(self, tuning_job: str) -> bool:
        """Whether a tuning job of this name was created here."""
        return self.engine.store.tuning_job(tuning_job) is not None

    def knows_training_job(self, training_job: str) -> bool:
        """Whether a training job of this name ran here."""
        return self.engine.store.training_job(training_job) is not None

    def _answer(self, model: Any, params: dict[str, Any], **_: Any) -> tuple[Any, Any] | None:
        if BY_WIRE in params["context"]:
            return None
        service, operation = model.service_model.service_name, model.name
        try:
            if service == "s3":
                return answer(self._objects.call(operation, params))
            request = on_wire(model.input_shape, params["context"].get(_PARAMETERS, {}))
            return answer(off_wire(model.output_shape, self.engine.call(service, operation, request)))
        except ServiceAnswerError as error:
            return refusal(error)
        except ObjectKeyError as error:
            return refusal(ServiceAnswerError("InvalidArgument", str(error)))
        except OSError as error:
            message = f"{type(error).__name__}: {error} (state is in {self.settings.home})"
            return refusal(ServiceAnswerError("InternalFailure", message, status=500))


def _remember(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    """Keep what the caller gave, whatever protocol botocore will write it in."""
    context[_PARAMETERS] = params
