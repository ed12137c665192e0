"""CloudWatch's GetMetricData on an archive: the points that were archived, whatever period is asked for."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from smtune.archive.manifest import CURVES
from smtune.local.answers import ServiceAnswerError

Json = dict[str, Any]


class ArchivedCurves:
    """The learning curves of the archived training jobs."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / CURVES
        self._points: dict[tuple[str, str], list[tuple[float, float]]] | None = None

    def call(self, operation: str, request: Json) -> Json:
        """Answer one call; raises ServiceAnswerError."""
        if operation != "GetMetricData":
            message = f"An archive cannot do {operation}: its curves are read with GetMetricData"
            raise ServiceAnswerError("AccessDeniedException", message, status=403)
        results = []
        for query in request["MetricDataQueries"]:
            metric = query["MetricStat"]["Metric"]
            job = next((item["Value"] for item in metric["Dimensions"] if item["Name"] == "TrainingJobName"), "")
            points = self.read().get((job, metric["MetricName"]), [])
            times, values = [time for time, _ in points], [value for _, value in points]
            results.append({"Id": query["Id"], "StatusCode": "Complete", "Timestamps": times, "Values": values})
        return {"MetricDataResults": results, "Messages": []}

    def read(self) -> dict[tuple[str, str], list[tuple[float, float]]]:
        """(training job, metric) -> (seconds since the epoch, value) each."""
        if self._points is None:
            found = defaultdict(list)
            data = json.loads(self._file.read_bytes())
            columns = (data[name] for name in ("training_job", "metric", "milliseconds", "value"))
            for job, metric, milliseconds, value in zip(*columns, strict=True):
                found[job, metric].append((milliseconds / 1000, float(value)))
            self._points = dict(found)
        return self._points
