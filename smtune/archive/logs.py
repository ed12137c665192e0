"""CloudWatch Logs on an archive: one stream a training job."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from smtune.archive.manifest import BROKEN, LOGS, unusable
from smtune.local.answers import ServiceAnswerError
from smtune.local.log_pages import filtered, page_of

Json = dict[str, Any]
_HOST = "algo-1"


class ArchivedLogs:
    """What the archived training jobs printed, or the end of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / LOGS
        self._operations: Mapping[str, Callable[[Json], Json]] = {
            "DescribeLogStreams": self._streams,
            "GetLogEvents": self._events,
            "FilterLogEvents": self._filter,
        }

    def call(self, operation: str, request: Json) -> Json:
        """Answer one call; raises ServiceAnswerError."""
        if operation not in self._operations:
            message = f"An archive cannot do {operation}: it is only for reading"
            raise ServiceAnswerError("AccessDeniedException", message, status=403)
        return self._operations[operation](request)

    def _streams(self, request: Json) -> Json:
        prefix = request.get("logStreamNamePrefix", "")
        return {"logStreams": [{"logStreamName": name} for name in self._names() if name.startswith(prefix)]}

    def _events(self, request: Json) -> Json:
        name = str(request["logStreamName"])
        if name not in self._names():
            message = "The specified log stream does not exist: the archive has logs of failed jobs, or --logs"
            raise ServiceAnswerError("ResourceNotFoundException", message)
        page = page_of(self._whole(name), request)
        tokens = {"nextForwardToken": f"f/{page.end}", "nextBackwardToken": f"b/{page.start}"}
        return {"events": list(page.events), **tokens}

    def _filter(self, request: Json) -> Json:
        prefix, start, end = request.get("logStreamNamePrefix", ""), request.get("startTime", 0), request.get("endTime")
        names = [name for name in self._names() if name.startswith(prefix)]
        found = [
            event | {"logStreamName": name, "eventId": f"{name}/{number}"}
            for name in names
            for number, event in enumerate(self._whole(name))
            if start <= event["timestamp"] and (end is None or event["timestamp"] < end)
        ]
        return filtered(found, names, request)

    def read(self) -> dict[str, list[Json]]:
        """Every stream's events."""
        return {name: self._read(name) for name in self._names()}

    def _names(self) -> list[str]:
        files = sorted(self._folder.glob("*.log")) if self._folder.is_dir() else []
        return [f"{file.stem}/{_HOST}" for file in files]

    def _whole(self, name: str) -> list[Json]:
        """A stream's events; raises SpecError where its file was changed after the import."""
        try:
            return self._read(name)
        except BROKEN as error:
            raise unusable(self._folder.parent, f"the log of {name} is damaged: {error!r}") from None

    def _read(self, name: str) -> list[Json]:
        file = self._folder / f"{name.partition('/')[0]}.log"
        # Nothing else than \n ends a line: what a program prints may have form feeds, returns and the like in it.
        lines = file.read_bytes().decode("utf-8").split("\n")[:-1]
        pairs = (line.split(" ", 1) for line in lines)
        return [{"timestamp": int(stamp), "message": message, "ingestionTime": int(stamp)} for stamp, message in pairs]
