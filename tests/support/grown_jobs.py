"""A tuning job on a played service, whose training jobs learn from the rows of their train channel."""

from __future__ import annotations

import copy
from typing import Any

from smtune.testing.service import LocalService

ROWS = 400
TRAIN = "".join(f"{number % 2},{number}\n" for number in range(ROWS))


def channel(name: str, uri: str, **more: Any) -> dict[str, Any]:
    place = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": place}, "ContentType": "text/csv", **more}


REQUEST: dict[str, Any] = {
    "HyperParameterTuningJobName": "toy",
    "HyperParameterTuningJobConfig": {
        "Strategy": "Grid",
        "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "validation:error"},
        "ResourceLimits": {"MaxNumberOfTrainingJobs": 2, "MaxParallelTrainingJobs": 1},
        "ParameterRanges": {"CategoricalParameterRanges": [{"Name": "kind", "Values": ["0", "1"]}]},
    },
    "TrainingJobDefinition": {
        "StaticHyperParameters": {"seed": "1"},
        "AlgorithmSpecification": {
            "TrainingImage": "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1",
            "TrainingInputMode": "File",
            "MetricDefinitions": [
                {"Name": "validation:error", "Regex": "v=(\\S+)"},
                {"Name": "train:error", "Regex": "t=(\\S+)"},
            ],
        },
        "InputDataConfig": [channel("train", "s3://bucket/in/train"), channel("validation", "s3://bucket/in/other")],
        "RoleArn": "arn:aws:iam::123456789012:role/R",
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        "Environment": {"API_TOKEN": "hush-hush"},
    },
}


class Peer:
    """The played service and its S3; training jobs learn from the rows of their train channel."""

    def __init__(self, service: LocalService) -> None:
        self.service, self.session = service, service.session
        self.s3: Any = self.session.client("s3")
        self.s3.create_bucket(Bucket="bucket")
        self.put("in/train/rows.csv", TRAIN)
        self.b = 0.05
        service.script(curve=lambda _: 0.1 + self.b * (self.rows_of(-1) / ROWS) ** -0.5 + self.noise())
        service.script(metrics={"train:error": 0.01})

    def put(self, key: str, text: str) -> None:
        self.s3.put_object(Bucket="bucket", Key=key, Body=text.encode())

    def created(self) -> list[dict[str, Any]]:
        return self.service.calls("CreateTrainingJob")

    def uri(self, place: int) -> str:
        return str(self.created()[place]["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"])

    def lines(self, uri: str) -> list[str]:
        """Those of all objects below a prefix."""
        prefix = uri.removeprefix("s3://bucket/")
        keys = [item["Key"] for item in self.s3.list_objects_v2(Bucket="bucket", Prefix=prefix)["Contents"]]
        bodies = [self.s3.get_object(Bucket="bucket", Key=key)["Body"].read().decode() for key in keys]
        return "".join(bodies).splitlines()

    def rows_of(self, place: int) -> int:
        return len(self.lines(self.uri(place))) if self.created() else ROWS

    def noise(self) -> float:
        return 0.0005 * (len(self.created()) * 7 % 5 - 2)

    def tune(self, **changes: Any) -> None:
        request = copy.deepcopy(REQUEST)
        tags = changes.pop("Tags", None)
        config = request["HyperParameterTuningJobConfig"]
        config |= changes.pop("config", {})
        config["ParameterRanges"] = changes.pop("ParameterRanges", config["ParameterRanges"])
        request["TrainingJobDefinition"] |= changes
        client: Any = self.session.client("sagemaker")
        client.create_hyper_parameter_tuning_job(**request, **({"Tags": tags} if tags else {}))
        self.service.finish()
