"""The log group `/aws/sagemaker/TrainingJobs` of CloudWatch Logs, from the training jobs' log files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

from smtune.local.answers import ServiceAnswerError
from smtune.local.contract import HOST
from smtune.local.log_file import LogFile
from smtune.local.log_pages import MOST_EVENTS, filtered, offset_of, position_of
from smtune.local.log_pattern import LogPattern
from smtune.local.settings import ACCOUNT, REGION, Settings
from smtune.local.store import Store

GROUP = "/aws/sagemaker/TrainingJobs"
Json = dict[str, Any]
_GROUP_ARN = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{GROUP}"
_STREAMS_PAGE = 50


class LogService:
    """CloudWatch Logs, as far as training jobs write it: one stream a job, `JOB/algo-1`."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._operations: Mapping[str, Callable[[Json], Json]] = {
            "DescribeLogStreams": self._streams,
            "GetLogEvents": self._events,
            "FilterLogEvents": self._filter,
        }

    def call(self, operation: str, request: Json) -> Json:
        """Answer one call; raises ServiceAnswerError."""
        handler = self._operations.get(operation)
        if handler is None:
            message = f"The local engine does not answer {operation} so far"
            raise ServiceAnswerError("UnknownOperationException", message)
        group = request.get("logGroupName", request.get("logGroupIdentifier", ""))
        if group not in {GROUP, _GROUP_ARN, f"{_GROUP_ARN}:*"}:
            message = f"The specified log group does not exist: only {GROUP} does here."
            raise ServiceAnswerError("ResourceNotFoundException", message)
        return handler(request)

    def _streams(self, request: Json) -> Json:
        """Sorted by name, or by the last event; the prefix only goes with the name, as on the service."""
        by_time = request.get("orderBy") == "LastEventTime"
        if by_time and "logStreamNamePrefix" in request:
            message = "Cannot order by LastEventTime with a logStreamNamePrefix."
            raise ServiceAnswerError("InvalidParameterException", message)
        found = self._files(request.get("logStreamNamePrefix", ""))
        start, downwards = offset_of(request), request.get("descending", False)
        end = start + request.get("limit", _STREAMS_PAGE)
        if by_time:  # only their events say the time, so all have to be read
            streams = [_stream(name, file) for name, file in found.items()]
            streams.sort(key=lambda item: item.get("lastEventTimestamp", 0), reverse=downwards)
            page = streams[start:end]
        else:
            page = [_stream(name, found[name]) for name in sorted(found, reverse=downwards)[start:end]]
        return {"logStreams": page, **({"nextToken": str(end)} if end < len(found) else {})}

    def _events(self, request: Json) -> Json:
        name = request["logStreamName"]
        file = self._files(name).get(name)
        if file is None:
            raise ServiceAnswerError("ResourceNotFoundException", "The specified log stream does not exist.")
        first, last = request.get("startTime", 0), request.get("endTime", float("inf"))
        limit = min(request.get("limit", MOST_EVENTS), MOST_EVENTS)
        log = LogFile(file)
        direction, place = position_of(request, log.size)
        turn = log.page_after if direction == "f" else log.page_before
        page = turn(place, limit, lambda event: first <= event["timestamp"] < last)
        return {
            "events": page.events,
            "nextForwardToken": f"f/{page.end:056d}/s",
            "nextBackwardToken": f"b/{page.start:056d}/s",
        }

    def _filter(self, request: Json) -> Json:
        """Events of many streams by time. Unlike GetLogEvents's, `endTime` itself is included."""
        if "logStreamNames" in request and "logStreamNamePrefix" in request:
            message = "Give logStreamNames or logStreamNamePrefix, not both."
            raise ServiceAnswerError("InvalidParameterException", message)
        files = self._files(request.get("logStreamNamePrefix", ""))
        names = request.get("logStreamNames", list(files))
        unknown = next((name for name in names if name not in files), None)
        if unknown is not None:
            message = f"The specified log stream does not exist: {unknown}"
            raise ServiceAnswerError("ResourceNotFoundException", message)
        pattern = LogPattern.parse(request.get("filterPattern", ""))
        first, last = request.get("startTime", 0), request.get("endTime", float("inf"))
        found = [
            {
                "logStreamName": name,
                **event,
                "eventId": f"{event['timestamp']:020d}{crc32(name.encode()):010d}{number:026d}",
            }
            for name in names
            for number, event in enumerate(LogFile(files[name]).events())
            if first <= event["timestamp"] <= last and pattern.matches(event["message"])
        ]
        return filtered(found, names, request)

    def _files(self, prefix: str) -> dict[str, Path]:
        """Stream -> its file, by name; without looking at every training job where the prefix names one."""
        job, slash, _ = prefix.partition("/")
        if slash:
            training = self._store.training_job(job)
            places = {} if training is None else {training.name: training.tuning_job}
        else:
            places = {entry.name: entry.tuning_job for entry in self._store.all_entries()}
        files = {f"{name}/{HOST}": self._settings.log_file(owner, name) for name, owner in places.items()}
        return {name: file for name, file in files.items() if name.startswith(prefix) and file.is_file()}


def _stream(name: str, file: Path) -> Json:
    stream: Json = {
        "logStreamName": name,
        "creationTime": round(file.stat().st_ctime * 1000),
        "arn": f"{_GROUP_ARN}:log-stream:{name}",
        "storedBytes": 0,  # the service reports nothing else here since 2019
    }
    ends = LogFile(file).ends()
    if ends is not None:
        first, last = ends
        stream |= {"creationTime": first, "firstEventTimestamp": first}
        stream |= {"lastEventTimestamp": last, "lastIngestionTime": last}
    return stream
