"""One tuning job on a SageMaker that is not there: it has a state, counts what it is asked, lags, throttles, refuses.

It answers behind botocore's `before-call` event, so clients, paginators and errors are botocore's own.
"""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
import botocore.loaders
import botocore.session

Json = dict[str, Any]
BEGIN = 1_790_000_000.0
ACCOUNT = "arn:aws:sagemaker:eu-west-1:111122223333"
OBJECTIVE = "validation:loss"
_LOADER = botocore.loaders.create_loader()
"""Shared: the service's model takes most of a second to read."""


@dataclass
class Answer:
    status_code: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    def __init__(self, code: str, message: str = "no") -> None:
        self.code, self.message = code, message


def time(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, tz=dt.UTC)


@dataclass
class FakeTuning:
    """The service. Change its fields to change what it answers from then on."""

    name: str = "tune"
    status: str = "Completed"
    created: float = BEGIN
    jobs: dict[str, Json] = field(default_factory=dict)
    """Training job -> DescribeTrainingJob's answer."""
    tuned: dict[str, dict[str, str]] = field(default_factory=dict)
    definition_of: dict[str, str] = field(default_factory=dict)
    ranges: Json = field(
        default_factory=lambda: {
            "ContinuousParameterRanges": [{"Name": "eta", "MinValue": "0", "MaxValue": "1"}],
            "IntegerParameterRanges": [{"Name": "depth", "MinValue": "1", "MaxValue": "9"}],
        }
    )
    definitions: list[Json] = field(default_factory=list)
    static: dict[str, str] = field(default_factory=lambda: {"epochs": "60"})
    metrics: tuple[str, ...] = (OBJECTIVE, "train:loss")
    not_indexed: set[str] = field(default_factory=set)
    """Training jobs that Search does not know so far."""
    stale: dict[str, Json] = field(default_factory=dict)
    """Training job -> what Search still says of it."""
    deleted: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    """Operation -> error code."""
    throttled: Counter[str] = field(default_factory=Counter)
    """Operation -> how many calls are still turned away."""
    calls: Counter[str] = field(default_factory=Counter)
    asked_for: Counter[str] = field(default_factory=Counter)
    """Training job -> how often somebody was told its details."""
    points: dict[tuple[str, str], list[tuple[float, float]]] = field(default_factory=dict)
    """CloudWatch: (training job, metric) -> (time, value)."""
    lines: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    """CloudWatch Logs: stream -> (time, message)."""
    data_requests: list[Json] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    page_of_points: int = 100_800
    page_of_lines: int = 10_000

    @property
    def arn(self) -> str:
        return f"{ACCOUNT}:hyper-parameter-tuning-job/{self.name}"

    def session(self) -> boto3.Session:
        core = botocore.session.Session(session_vars={"profile": (None, None, None, None)})
        core.register_component("data_loader", _LOADER)
        core.set_credentials("fake", "fake")
        session = boto3.Session(botocore_session=core, region_name="eu-west-1")
        session.events.register_first("before-call", self._answer)  # type: ignore[arg-type]
        return session

    def add(self, number: int, status: str = "Completed", **changes: Any) -> str:
        """A training job: created a minute after the one before, 10 minutes long."""
        name = f"{self.name}-{number:03d}-{number:08x}"
        start = self.created + 60 * number
        tuned = {"eta": str(number / 1000), "depth": str(1 + number % 9)} | changes.pop("tuned", {})
        tuned = {key: text for key, text in tuned.items() if text is not None}
        static = changes.pop("static", self.static)
        self.tuned[name] = tuned
        is_over = status in {"Completed", "Failed", "Stopped"}
        finals = [{"MetricName": metric, "Value": 1 / number, "Timestamp": time(start)} for metric in self.metrics]
        job = {
            "TrainingJobName": name,
            "TrainingJobArn": f"{ACCOUNT}:training-job/{name}",
            "TuningJobArn": self.arn,
            "TrainingJobStatus": status,
            "SecondaryStatus": status if is_over else "Training",
            "CreationTime": time(start),
            "TrainingStartTime": time(start + 5),
            "LastModifiedTime": time(start + 605),
            "HyperParameters": {**static, **tuned, "_tuning_objective_metric": self.metrics[0]},
            "AlgorithmSpecification": self._algorithm(),
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
            "ModelArtifacts": {"S3ModelArtifacts": f"s3://bucket/{name}/output/model.tar.gz"},
            "FinalMetricDataList": finals if status in {"Completed", "Stopped"} else [],
            "EnableManagedSpotTraining": False,
        }
        ended = {"TrainingEndTime": time(start + 605), "BillableTimeInSeconds": 600, "TrainingTimeInSeconds": 600}
        self.jobs[name] = job | (ended if is_over else {}) | changes
        return name

    def _algorithm(self) -> Json:
        return {
            "TrainingImage": "1.dkr.ecr.eu-west-1.amazonaws.com/train:1",
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": name, "Regex": rf"{name}=(\S+)"} for name in self.metrics],
        }

    def _answer(self, model: Any, params: Json, **_: Any) -> tuple[Answer, Json]:
        name = model.name
        with self.lock:
            self.calls[name] += 1
            is_throttled = self.throttled[name] > 0
            self.throttled[name] -= is_throttled
        try:
            if is_throttled:
                raise RefusedError("ThrottlingException", "Rate exceeded")
            if name in self.refused:
                raise RefusedError(self.refused[name])
            handlers: dict[str, Callable[[Json], Json]] = {
                "DescribeHyperParameterTuningJob": self._describe,
                "DescribeTrainingJob": self._describe_training_job,
                "ListTrainingJobsForHyperParameterTuningJob": self._list,
                "Search": self._search,
                "GetMetricData": self._metric_data,
                "FilterLogEvents": self._log_events,
                "ListTags": lambda _: {"Tags": [{"Key": "team", "Value": "tuning"}]},
            }
            if name not in handlers:
                raise RefusedError("UnknownOperationException")
            parsed = handlers[name](json.loads(params["body"]))
        except RefusedError as error:
            body = {"Error": {"Code": error.code, "Message": error.message}, "ResponseMetadata": {}}
            return Answer(400), body
        return Answer(), {**parsed, "ResponseMetadata": {}}

    def _describe(self, request: Json) -> Json:
        if request["HyperParameterTuningJobName"] != self.name:
            raise RefusedError("ResourceNotFound", "Amazon SageMaker can't find a tuning job with this name")
        states = Counter(job["TrainingJobStatus"] for job in self.jobs.values())
        counted = {
            "Completed": states["Completed"],
            "InProgress": states["InProgress"] + states["Stopping"],
            "NonRetryableError": states["Failed"],
            "RetryableError": 0,
            "Stopped": states["Stopped"],
        }
        config: Json = {
            "Strategy": "Random",
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 500, "MaxParallelTrainingJobs": 9},
        }
        one: Json = {
            "AlgorithmSpecification": self._algorithm(),
            "StaticHyperParameters": {**self.static, "_tuning_objective_metric": self.metrics[0]},
            "RoleArn": "arn:aws:iam::111122223333:role/r",
            "OutputDataConfig": {"S3OutputPath": "s3://bucket"},
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
        }
        if not self.definitions:
            objective = {"Type": "Minimize", "MetricName": self.metrics[0]}
            config |= {"HyperParameterTuningJobObjective": objective, "ParameterRanges": self.ranges}
        done = [name for name, job in self.jobs.items() if job["TrainingJobStatus"] == "Completed"]
        best = min(done, key=lambda name: self.jobs[name]["FinalMetricDataList"][0]["Value"], default=None)
        ended = {"HyperParameterTuningEndTime": time(self.created + 99_999)} if self.status == "Completed" else {}
        return {
            "HyperParameterTuningJobName": self.name,
            "HyperParameterTuningJobArn": self.arn,
            "HyperParameterTuningJobStatus": self.status,
            "CreationTime": time(self.created),
            "HyperParameterTuningJobConfig": config,
            "TrainingJobStatusCounters": counted,
            "ObjectiveStatusCounters": {"Succeeded": 0, "Pending": 0, "Failed": 0},
            **({"TrainingJobDefinitions": [one | each for each in self.definitions]} if self.definitions else {}),
            **({} if self.definitions else {"TrainingJobDefinition": one}),
            **({} if best is None else {"BestTrainingJob": self._summary(best)}),
            **ended,
        }

    def _describe_training_job(self, request: Json) -> Json:
        name = request["TrainingJobName"]
        if name in self.deleted:
            raise RefusedError("ValidationException", "Requested resource not found.")
        self.asked_for[name] += 1
        return self.jobs[name]

    def _list(self, request: Json) -> Json:
        return self._page(request, "TrainingJobSummaries", [self._summary(name) for name in self.jobs])

    def _summary(self, name: str) -> Json:
        job = self.jobs[name]
        kept = ("TrainingJobName", "TrainingJobArn", "TrainingJobStatus", "CreationTime", "TrainingStartTime")
        found = {key: job[key] for key in (*kept, "TrainingEndTime", "FailureReason") if key in job}
        finals = [item for item in job["FinalMetricDataList"] if item["MetricName"] == self.metrics[0]]
        if finals:
            final = {"Type": "Minimize", "MetricName": self.metrics[0], "Value": finals[0]["Value"]}
            found["FinalHyperParameterTuningJobObjectiveMetric"] = final
        if name in self.definition_of:
            found["TrainingJobDefinitionName"] = self.definition_of[name]
        return found | {"TunedHyperParameters": self.tuned[name], "ObjectiveStatus": "Succeeded"}

    def _search(self, request: Json) -> Json:
        assert request["Resource"] == "TrainingJob"
        filters = {item["Name"]: item["Value"] for item in request["SearchExpression"]["Filters"]}
        assert filters["TuningJobArn"] == self.arn
        since = dt.datetime.fromisoformat(filters.get("LastModifiedTime", "1970-01-01T00:00:00")).replace(tzinfo=dt.UTC)
        known = [self.stale.get(name, job) for name, job in self.jobs.items() if name not in self.not_indexed]
        found = [job for job in known if job["LastModifiedTime"] >= since]
        page = self._page(request, "Results", [{"TrainingJob": job} for job in found])
        self.asked_for.update(item["TrainingJob"]["TrainingJobName"] for item in page["Results"])
        return page

    def _page(self, request: Json, key: str, items: list[Json]) -> Json:
        first = int(request.get("NextToken", 0))
        size = request.get("MaxResults", 10)
        assert size <= 100
        more = {"NextToken": str(first + size)} if first + size < len(items) else {}
        return {key: items[first : first + size], **more}

    def _metric_data(self, request: Json) -> Json:
        self.data_requests.append(request)
        queries = request["MetricDataQueries"]
        assert len(queries) <= 500
        start, end = request["StartTime"], request["EndTime"]
        points = []
        for query in queries:
            stat = query["MetricStat"]
            key = (stat["Metric"]["Dimensions"][0]["Value"], stat["Metric"]["MetricName"])
            points += [(query["Id"], at, value) for at, value in self.points.get(key, []) if start <= at < end]
        first = int(request.get("NextToken", 0))
        shown = points[first : first + self.page_of_points]
        results = [
            {
                "Id": query["Id"],
                "StatusCode": "Complete",
                "Timestamps": [time(at) for name, at, _ in shown if name == query["Id"]],
                "Values": [value for name, _, value in shown if name == query["Id"]],
            }
            for query in queries
        ]
        more = first + self.page_of_points
        return {"MetricDataResults": results, **({"NextToken": str(more)} if more < len(points) else {})}

    def _log_events(self, request: Json) -> Json:
        prefix = request["logStreamNamePrefix"]
        events = sorted(
            (round(at * 1000), stream, text)
            for stream, lines in self.lines.items()
            for at, text in lines
            if stream.startswith(prefix) and request["startTime"] <= at * 1000 < request.get("endTime", 9e15)
        )
        first = int(request.get("nextToken", 0))
        more = first + self.page_of_lines
        shown = events[first:more]
        found = [{"timestamp": at, "logStreamName": stream, "message": text} for at, stream, text in shown]
        return {"events": found, **({"nextToken": str(more)} if more < len(events) else {})}
