"""A stand-in for SageMaker, CloudWatch and CloudWatch Logs that holds one finished tuning job, over real HTTP.

    python benchmarks/pull_server.py JOBS METRICS POINTS LATENCY

Prints the port it listens on. Answers each call after LATENCY seconds, any number at a time. GET /calls gives how
often each operation was called since the last time, as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]
NAME = "tune"
ACCOUNT = "arn:aws:sagemaker:us-east-1:123456789012"
ARN = f"{ACCOUNT}:hyper-parameter-tuning-job/{NAME}"
MINUTE = 60
_EVENTS = 10_000
_DAY = 86_400


class TuningJob:
    """The tuning job: every answer is computed from the numbers of jobs, metrics and points."""

    def __init__(self, jobs: int, metrics: int, points: int) -> None:
        self.names = [f"{NAME}-{number:03d}-{number:08x}" for number in range(1, jobs + 1)]
        self.metrics = [f"validation:m{number}" for number in range(metrics)]
        self.points = points
        self.numbers = {name: number for number, name in enumerate(self.names)}
        # Two days ago, on a whole minute: CloudWatch still has each minute.
        self.begin = int(time.time() - 2 * _DAY) // MINUTE * MINUTE
        # Made once: on a machine of two cores a server that computes would be measured instead of its callers.
        self.curves = {(number, index): self.curve(number, index) for number in range(jobs) for index in range(metrics)}
        self.jobs = [json.dumps({"TrainingJob": self.training_job(number)}) for number in range(jobs)]
        self.answers: dict[str, Callable[[Json], Json | str]] = {
            "DescribeHyperParameterTuningJob": lambda _: self.description(),
            "DescribeTrainingJob": lambda request: self.training_job(self.numbers[request["TrainingJobName"]]),
            "ListTrainingJobsForHyperParameterTuningJob": lambda r: self.page(r, "TrainingJobSummaries", self.summary),
            "Search": self.search,
            "GetMetricData": self.metric_data,
            "GetMetricStatistics": self.metric_statistics,
            "FilterLogEvents": self.log_events,
        }

    def start(self, number: int) -> int:
        return self.begin + MINUTE * number

    def value(self, number: int, metric: int, point: int) -> float:
        return 1 / (1 + point) + metric + number / len(self.names)

    def definition(self) -> Json:
        metrics = [{"Name": name, "Regex": rf"{name}=(\S+)"} for name in self.metrics]
        image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/train:1"
        return {"TrainingImage": image, "TrainingInputMode": "File", "MetricDefinitions": metrics}

    def times(self, number: int) -> Json:
        start = self.start(number)
        return {
            "CreationTime": start - MINUTE,
            "TrainingStartTime": start,
            "TrainingEndTime": start + MINUTE * self.points,
        }

    def tuned(self, number: int) -> Json:
        return {"eta": str(0.01 + number / len(self.names)), "max_depth": str(3 + number % 7)}

    def description(self) -> Json:
        ranges = {
            "ContinuousParameterRanges": [{"Name": "eta", "MinValue": "0", "MaxValue": "2"}],
            "IntegerParameterRanges": [{"Name": "max_depth", "MinValue": "3", "MaxValue": "10"}],
        }
        return {
            "HyperParameterTuningJobName": NAME,
            "HyperParameterTuningJobArn": ARN,
            "HyperParameterTuningJobStatus": "Completed",
            "CreationTime": self.begin,
            "HyperParameterTuningJobConfig": {
                "Strategy": "Bayesian",
                "ResourceLimits": {"MaxNumberOfTrainingJobs": len(self.names), "MaxParallelTrainingJobs": 10},
                "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": self.metrics[0]},
                "ParameterRanges": ranges,
            },
            "TrainingJobDefinition": {
                "AlgorithmSpecification": self.definition(),
                "StaticHyperParameters": {"num_round": str(self.points)},
                "RoleArn": "arn:aws:iam::123456789012:role/r",
                "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
                "StoppingCondition": {"MaxRuntimeInSeconds": _DAY},
            },
            "TrainingJobStatusCounters": {"Completed": len(self.names), "InProgress": 0, "Stopped": 0},
            "ObjectiveStatusCounters": {"Succeeded": len(self.names), "Pending": 0, "Failed": 0},
        }

    def training_job(self, number: int) -> Json:
        start, name = self.start(number), self.names[number]
        states = ("Starting", "Downloading", "Training", "Uploading", "Completed")
        end = start + MINUTE * self.points
        return self.times(number) | {
            "TrainingJobName": name,
            "TrainingJobArn": f"{ACCOUNT}:training-job/{name}",
            "TuningJobArn": ARN,
            "TrainingJobStatus": "Completed",
            "SecondaryStatus": "Completed",
            "LastModifiedTime": end,
            "HyperParameters": self.tuned(number)
            | {"_tuning_objective_metric": self.metrics[0], "num_round": str(self.points)},
            "AlgorithmSpecification": self.definition(),
            "RoleArn": "arn:aws:iam::123456789012:role/r",
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
            "StoppingCondition": {"MaxRuntimeInSeconds": _DAY},
            "ModelArtifacts": {"S3ModelArtifacts": f"s3://bucket/out/{name}/output/model.tar.gz"},
            "BillableTimeInSeconds": MINUTE * self.points,
            "TrainingTimeInSeconds": MINUTE * self.points,
            "SecondaryStatusTransitions": [
                {"Status": state, "StartTime": start, "EndTime": end, "StatusMessage": state} for state in states
            ],
            "FinalMetricDataList": [
                {"MetricName": metric, "Value": self.value(number, index, self.points - 1), "Timestamp": end}
                for index, metric in enumerate(self.metrics)
            ],
        }

    def summary(self, number: int) -> Json:
        final = {"MetricName": self.metrics[0], "Value": self.value(number, 0, self.points - 1)}
        return self.times(number) | {
            "TrainingJobName": self.names[number],
            "TrainingJobArn": f"{ACCOUNT}:training-job/{self.names[number]}",
            "TrainingJobStatus": "Completed",
            "TunedHyperParameters": self.tuned(number),
            "FinalHyperParameterTuningJobObjectiveMetric": final,
            "ObjectiveStatus": "Succeeded",
        }

    def page(self, request: Json, key: str, item: Callable[[int], Json]) -> Json:
        first = int(request.get("NextToken") or 0)
        last = min(len(self.names), first + request.get("MaxResults", 10))
        more = {"NextToken": str(last)} if last < len(self.names) else {}
        return {key: [item(number) for number in range(first, last)]} | more

    def search(self, request: Json) -> str:
        first = int(request.get("NextToken") or 0)
        last = min(len(self.names), first + request["MaxResults"])
        more = f', "NextToken": "{last}"' if last < len(self.names) else ""
        return f'{{"Results": [{", ".join(self.jobs[first:last])}]{more}}}'

    def curve(self, number: int, index: int) -> str:
        times = [self.start(number) + MINUTE * point for point in range(self.points)]
        values = [self.value(number, index, point) for point in range(self.points)]
        return f'"StatusCode": "Complete", "Timestamps": {json.dumps(times)}, "Values": {json.dumps(values)}'

    def metric_data(self, request: Json) -> str:
        results = []
        for query in request["MetricDataQueries"]:
            metric = query["MetricStat"]["Metric"]
            key = self.numbers[metric["Dimensions"][0]["Value"]], self.metrics.index(metric["MetricName"])
            results.append(f'{{"Id": "{query["Id"]}", {self.curves[key]}}}')
        return f'{{"MetricDataResults": [{", ".join(results)}], "Messages": []}}'

    def metric_statistics(self, request: Json) -> Json:
        number = self.numbers[request["Dimensions"][0]["Value"]]
        index, start = self.metrics.index(request["MetricName"]), self.start(number)
        points = [
            {"Timestamp": start + MINUTE * point, "Average": self.value(number, index, point), "Unit": "None"}
            for point in range(self.points)
        ]
        return {"Label": request["MetricName"], "Datapoints": points}

    def log_events(self, request: Json) -> Json:
        first = int(request.get("nextToken") or 0)
        last = min(len(self.names) * self.points, first + _EVENTS)
        more = {"nextToken": str(last)} if last < len(self.names) * self.points else {}
        return {"events": [self.event(place) for place in range(first, last)]} | more

    def event(self, place: int) -> Json:
        number, point = divmod(place, self.points)
        values = (f"{name}={self.value(number, index, point)}" for index, name in enumerate(self.metrics))
        milliseconds = (self.start(number) + MINUTE * point) * 1000
        return {
            "logStreamName": f"{self.names[number]}/algo-1-1",
            "timestamp": milliseconds,
            "message": f"epoch {point} {' '.join(values)}",
            "ingestionTime": milliseconds,
            "eventId": str(place),
        }


def handler(job: TuningJob, latency: float) -> type[BaseHTTPRequestHandler]:
    """Answers the services' JSON protocols from `job`."""
    calls: Counter[str] = Counter()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body go out in one packet; TCP would wait for the first one's receipt otherwise.
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
            operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
            calls[operation] += 1
            begin = time.perf_counter()
            if operation in job.answers:
                status, answer = 200, job.answers[operation](request)
            else:
                status, answer = 400, {"__type": "UnknownOperationException"}
            body = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
            time.sleep(max(0.0, latency - (time.perf_counter() - begin)))
            self.reply(status, body)

        def do_GET(self) -> None:
            body = json.dumps(calls).encode()
            calls.clear()
            self.reply(200, body)

        def reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


def main() -> None:
    jobs, metrics, points = map(int, sys.argv[1:4])
    job = TuningJob(jobs, metrics, points)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler(job, float(sys.argv[4]))) as server:
        server.daemon_threads = True
        print(server.server_port, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
