"""A real boto3.Session that is answered from an archive: whoever reads a tuning job need not know that it is one.

Like the local engine it answers botocore's `before-call` event. What would change something is refused.
"""

from __future__ import annotations

import errno
import hashlib
from pathlib import Path
from typing import Any

import boto3
import botocore.session

from smtune.archive.answers import ArchivedJob
from smtune.archive.kept import kept_files
from smtune.archive.logs import ArchivedLogs
from smtune.archive.manifest import (
    BROKEN,
    CURVES,
    FILE,
    OBJECTS,
    TAGS,
    TRAINING_JOBS,
    TUNING_JOB,
    unusable,
    verify_files,
)
from smtune.archive.points import ArchivedCurves
from smtune.local.answers import ServiceAnswerError, answer, refusal
from smtune.local.objects import ObjectKeyError, object_path, parse_uri
from smtune.local.s3 import ObjectService
from smtune.local.wire import off_wire, on_wire

_PARAMETERS = "smtune_parameters"
_READING = ("GetObject", "HeadObject", "ListObjectsV2")
_MISSING = 404


class ArchiveSession(boto3.Session):
    """boto3's session on one archived tuning job; raises SpecError for a folder that has none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        verify_files(folder, (TUNING_JOB, TRAINING_JOBS, TAGS, CURVES))
        try:
            self._job = ArchivedJob(folder)
            kept = kept_files(self._job.tags)
        except BROKEN as error:
            raise unusable(folder, f"its files are damaged: {error!r}") from None
        verify_files(folder, optional=kept)
        core = botocore.session.Session(session_vars={"profile": (None, None, None, None)})
        core.set_credentials("archive", "archive")
        super().__init__(botocore_session=core, region_name=self._job.region)
        self._services: dict[str, Any] = {
            "sagemaker": self._job,
            "logs": ArchivedLogs(folder),
            "cloudwatch": ArchivedCurves(folder),
        }
        self._objects = ObjectService(folder / OBJECTS)
        # What is kept on disk of one archive is not that of another, nor of the job itself.
        name = hashlib.sha256((folder / FILE).read_bytes()).hexdigest()[:16]
        self._endpoint = f"https://{name}.archive.invalid"
        self.events.register_last("before-parameter-build", _remember)
        self.events.register_last("before-call", self._answer)  # type: ignore[arg-type]  # the stubs forget answers

    def client(self, service_name: Any, *args: Any, **options: Any) -> Any:
        """boto3's client; its endpoint says which archive it reads."""
        options.setdefault("endpoint_url", self._endpoint)
        return super().client(service_name, *args, **options)

    def path_of(self, uri: str) -> Path:
        """The file of an S3 URI in the archive; a model is only there where models were archived."""
        return object_path(self.folder / OBJECTS, *parse_uri(uri))

    def _answer(self, model: Any, params: dict[str, Any], **_: Any) -> tuple[Any, Any]:
        service, operation = model.service_model.service_name, model.name
        try:
            if service == "s3" and operation in _READING:
                return answer(self._read_objects(operation, params))
            if service == "sts" and operation == "GetCallerIdentity":
                return answer({"Account": self._job.account, "Arn": self._job.arn, "UserId": "archive"})
            if service not in self._services:
                message = f"An archive cannot do {service} {operation}: it is only for reading"
                raise ServiceAnswerError("AccessDeniedException", message, status=403)
            request = on_wire(model.input_shape, params["context"].get(_PARAMETERS, {}))
            return answer(off_wire(model.output_shape, self._services[service].call(operation, request)))
        except ServiceAnswerError as error:
            return refusal(error)
        except ObjectKeyError as error:
            return refusal(ServiceAnswerError("InvalidArgument", str(error)))

    def _read_objects(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        """S3's answer; nobody should take what was not archived for what was never there."""
        try:
            found = self._objects.call(operation, params)
        except ServiceAnswerError as error:
            if error.status != _MISSING:
                raise
            found = {}
        except OSError as error:
            if error.errno != errno.ENAMETOOLONG:  # a key may be longer than any file's name
                raise
            found = {}
        if not found or found.get("KeyCount") == 0:
            asked = params["context"][_PARAMETERS]
            uri = f"s3://{asked['Bucket']}/{asked.get('Key', asked.get('Prefix', ''))}"
            message = f"the archive has no {uri} (models are in it with --models, rows of data never)"
            raise ServiceAnswerError("NotArchived", message, status=_MISSING)
        return found


def _remember(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    """Keep what the caller gave, whatever protocol botocore will write it in."""
    context[_PARAMETERS] = params
