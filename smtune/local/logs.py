"""The log group `/aws/sagemaker/TrainingJobs` of CloudWatch Logs, from the training jobs' log files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from smtune.local.answers import ServiceAnswerError
from smtune.local.contract import HOST
from smtune.local.settings import Settings
from smtune.local.store import Store
from smtune.metrics import as_logged

GROUP = "/aws/sagemaker/TrainingJobs"
Json = dict[str, Any]
_PAGE = 10_000


class LogService:
    """CloudWatch Logs, as far as training jobs write it: one stream a job, `JOB/algo-1`."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._operations: Mapping[str, Callable[[Json], Json]] = {
            "DescribeLogStreams": self._streams,
            "GetLogEvents": self._events,
        }

    def call(self, operation: str, request: Json) -> Json:
        """Answer one call; raises ServiceAnswerError."""
        handler = self._operations.get(operation)
        if handler is None:
            message = f"The local engine does not answer {operation} so far"
            raise ServiceAnswerError("UnknownOperationException", message)
        if request.get("logGroupName") != GROUP:
            message = f"The specified log group does not exist: only {GROUP} does here."
            raise ServiceAnswerError("ResourceNotFoundException", message)
        return handler(request)

    def _streams(self, request: Json) -> Json:
        name = request.get("logStreamNamePrefix", "").partition("/")[0]
        file = self._file(name)
        return {"logStreams": [{"logStreamName": f"{name}/{HOST}"}] if file and file.is_file() else []}

    def _events(self, request: Json) -> Json:
        file = self._file(request["logStreamName"].partition("/")[0])
        if file is None or not file.is_file():
            raise ServiceAnswerError("ResourceNotFoundException", "The specified log stream does not exist.")
        start = int(request.get("nextToken", "f/0").removeprefix("f/"))
        limit = min(request.get("limit", _PAGE), _PAGE)
        events = [event for number, event in enumerate(_read(file)) if start <= number < start + limit]
        token = f"f/{start + len(events)}"
        return {"events": events, "nextForwardToken": token, "nextBackwardToken": "b/0"}

    def _file(self, name: str) -> Path | None:
        training = self._store.training_job(name)
        return None if training is None else self._settings.log_file(training.tuning_job, training.name)


def _read(file: Path) -> Iterator[Json]:
    with file.open(encoding="utf-8", errors="replace", newline="\n") as lines:
        for line in lines:
            if not line.endswith("\n"):
                return  # still being written
            stamp, _, message = line[:-1].partition(" ")
            milliseconds = round(float(stamp) * 1000)
            yield {"timestamp": milliseconds, "message": as_logged(message), "ingestionTime": milliseconds}
