"""An AWS account for tests: moto where moto is real, and state behind `before-call` where it is not. A pytest plugin.

moto has roles, buckets, keys, images and VPCs. IAM's simulation, Service Quotas, training and tuning jobs that run,
whose bucket it is, and refusals are this module's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError
from moto import mock_aws

from smtune.local.answers import HttpResponse
from smtune.preflight import Check

ACCOUNT = "123456789012"
REGION = "us-east-1"
BUCKET = "training-bucket"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/training"
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/mine:1"
_CODES = {("ec2", None): "UnauthorizedOperation", ("s3", "HeadBucket"): "403"}
_PAGE = 100

Json = dict[str, Any]


def trusting(principal: Any = "sagemaker.amazonaws.com", **statement: Any) -> Json:
    """A trust policy of one statement."""
    one = {"Effect": "Allow", "Principal": {"Service": principal}, "Action": "sts:AssumeRole", **statement}
    return {"Version": "2012-10-17", "Statement": [one]}


def definition(**members: Any) -> Json:
    """A training job definition that the account of these tests can run."""
    return {
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        "RoleArn": ROLE,
        "InputDataConfig": [channel("train", f"s3://{BUCKET}/data/train/")],
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        **members,
    }


def channel(name: str, uri: str, kind: str = "S3Prefix", **source: Any) -> Json:
    """A channel of data on S3."""
    return {"ChannelName": name, "DataSource": {"S3DataSource": {"S3DataType": kind, "S3Uri": uri, **source}}}


def tuning_request(*parts: Json, parallel: int = 3, **members: Any) -> Json:
    """A CreateHyperParameterTuningJob request of these definitions, or of the usual one."""
    config = {
        "Strategy": "Bayesian",
        "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "score"},
        "ResourceLimits": {"MaxNumberOfTrainingJobs": 9, "MaxParallelTrainingJobs": parallel},
        "ParameterRanges": {"ContinuousParameterRanges": [{"Name": "x", "MinValue": "0", "MaxValue": "1"}]},
    }
    several = {"TrainingJobDefinitions": list(parts)} if len(parts) > 1 else {}
    one = {} if several else {"TrainingJobDefinition": parts[0] if parts else definition()}
    return {
        "HyperParameterTuningJobName": "job",
        "HyperParameterTuningJobConfig": config,
        **several,
        **one,
        **members,
    }


@dataclass
class Account:
    """The state of the account, and how often each operation was called."""

    session: boto3.Session
    denied: set[str] = field(default_factory=set)
    """Operations that the credentials may not call, as `iam:GetRole`."""
    broken: dict[str, str] = field(default_factory=dict)
    """Operation, as `iam:GetRole` or `iam:GetRole in us-east-1` -> the error code that it answers with."""
    not_allowed: set[str] = field(default_factory=set)
    """Actions that IAM's simulation says no to."""
    forbidden_by_organization: set[str] = field(default_factory=set)
    quotas: dict[str, float] = field(default_factory=dict)
    defaults: dict[str, float] = field(default_factory=dict)
    fixed: set[str] = field(default_factory=set)
    """Quotas that cannot be raised."""
    training_jobs: dict[str, Json] = field(default_factory=dict)
    tuning_jobs: dict[str, Json] = field(default_factory=dict)
    algorithms: dict[str, str] = field(default_factory=dict)
    """SageMaker's algorithm -> its status."""
    foreign_buckets: set[str] = field(default_factory=set)
    regions: dict[str, str] = field(default_factory=dict)
    """Region -> its opt-in status, where it has one: moto takes seconds to say so."""
    unreachable: set[str] = field(default_factory=set)
    """Services that no connection can be made to."""
    simulated: list[Json] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    def client(self, service: str, region: str = REGION) -> Any:
        """A client whose calls nobody refuses: for setting the account up."""
        return _sessions()[1].client(service, region)

    def answer(self, model: Any, params: Json, **_: Any) -> tuple[Any, Any] | None:
        """botocore's `before-call` handler; None leaves the call to moto."""
        service, operation = model.service_model.service_name, model.name
        name = f"{service}:{operation}"
        self.calls.append(name)
        if name in self.denied:
            usual = _CODES.get((service, None), "AccessDeniedException")
            return refusal(_CODES.get((service, operation), usual), f"not authorized to perform {name}", 403)
        code = self.broken.get(name) or self.broken.get(f"{name} in {params['context']['client_region']}")
        if code:
            return refusal(code, f"{name} is broken", 400)
        if service in self.unreachable:
            raise EndpointConnectionError(endpoint_url=params["url"])
        found = getattr(self, f"_{service.replace('-', '_')}_{operation}", None)
        return found(params) if found else None

    def _s3_HeadBucket(self, params: Json) -> tuple[Any, Any] | None:  # noqa: N802  called by its operation
        bucket = params["context"]["s3_redirect"]["bucket"]
        if bucket in self.foreign_buckets and "x-amz-expected-bucket-owner" in params["headers"]:
            return refusal("403", "Forbidden", 403)
        return None

    def _ec2_DescribeRegions(self, params: Json) -> tuple[Any, Any]:  # noqa: N802
        name = params["body"]["RegionName.1"]
        status = self.regions.get(name, "opt-in-not-required")
        return _answer({"Regions": [{"RegionName": name, "OptInStatus": status}]})

    def _iam_SimulatePrincipalPolicy(self, params: Json) -> tuple[Any, Any]:  # noqa: N802
        body = params["body"]
        actions = [body[key] for key in sorted(body) if key.startswith("ActionNames.member.")]
        resources = [body[key] for key in sorted(body) if key.startswith("ResourceArns.member.")]
        self.simulated.append({"identity": body["PolicySourceArn"], "actions": actions, "resources": resources})
        results = [self._simulated(action, resources) for action in actions]
        return _answer({"EvaluationResults": results, "IsTruncated": False})

    def _simulated(self, action: str, resources: list[str]) -> Json:
        by_organization = action in self.forbidden_by_organization
        refused = by_organization or action in self.not_allowed
        decision = "implicitDeny" if refused else "allowed"
        each = [{"EvalResourceName": name, "EvalResourceDecision": decision} for name in resources]
        result: Json = {
            "EvalActionName": action,
            "EvalResourceName": resources[0],
            "EvalDecision": decision,
            "ResourceSpecificResults": each if len(each) > 1 else [],
        }
        if by_organization:
            result["OrganizationsDecisionDetail"] = {"AllowedByOrganizations": False}
        return result

    def _service_quotas_ListServiceQuotas(self, params: Json) -> tuple[Any, Any]:  # noqa: N802
        return self._quotas(self.quotas, json.loads(params["body"]))

    def _service_quotas_ListAWSDefaultServiceQuotas(self, params: Json) -> tuple[Any, Any]:  # noqa: N802
        return self._quotas(self.defaults, json.loads(params["body"]))

    def _quotas(self, table: Mapping[str, float], asked: Json) -> tuple[Any, Any]:
        names, start = list(table), int(asked.get("NextToken", "0"))
        items = [
            {"QuotaName": n, "Value": table[n], "QuotaCode": quota_code(n), "Adjustable": n not in self.fixed}
            for n in names[start : start + _PAGE]
        ]
        more = {"NextToken": str(start + _PAGE)} if start + _PAGE < len(names) else {}
        return _answer({"Quotas": items, **more})

    def _sagemaker_ListTrainingJobs(self, params: Json) -> tuple[Any, Any]:  # noqa: N802
        status = json.loads(params["body"])["StatusEquals"]
        found = [name for name, job in self.training_jobs.items() if job["TrainingJobStatus"] == status]
        return _answer({"TrainingJobSummaries": [{"TrainingJobName": name} for name in found]})

    def _sagemaker_DescribeTrainingJob(self, params: Json) -> tuple[Any, Any]:  # noqa: N802
        return _answer(self.training_jobs[json.loads(params["body"])["TrainingJobName"]])

    def _sagemaker_DescribeAlgorithm(self, params: Json) -> tuple[Any, Any]:  # noqa: N802
        name = json.loads(params["body"])["AlgorithmName"]
        if name not in self.algorithms:
            return refusal("ValidationException", f"Algorithm {name} does not exist.", 400)
        return _answer({"AlgorithmName": name, "AlgorithmStatus": self.algorithms[name]})

    def _sagemaker_ListHyperParameterTuningJobs(self, params: Json) -> tuple[Any, Any]:  # noqa: N802
        status = json.loads(params["body"])["StatusEquals"]
        jobs = self.tuning_jobs.items()
        found = [name for name, job in jobs if job["HyperParameterTuningJobStatus"] == status]
        return _answer({"HyperParameterTuningJobSummaries": [{"HyperParameterTuningJobName": n} for n in found]})

    def _sagemaker_DescribeHyperParameterTuningJob(self, params: Json) -> tuple[Any, Any]:  # noqa: N802
        name = json.loads(params["body"])["HyperParameterTuningJobName"]
        if name not in self.tuning_jobs:
            return refusal("ResourceNotFound", "Requested resource not found.", 400)
        return _answer(self.tuning_jobs[name])


def by_name(checks: Iterable[Check]) -> dict[str, Check]:
    """The checks by their names, each of which is there once."""
    found = list(checks)
    named = {check.name: check for check in found}
    assert len(named) == len(found)
    return named


def states(checks: Iterable[Check]) -> dict[str, str]:
    """Name -> state."""
    return {name: check.state for name, check in by_name(checks).items()}


def quota_code(name: str) -> str:
    """A code as Service Quotas makes them up; always the same for a name."""
    return f"L-{sum(name.encode()) * 7919 % 16**8:08X}"


def _answer(parsed: Json) -> tuple[Any, Any]:
    metadata = {"HTTPStatusCode": 200, "HTTPHeaders": {}, "RetryAttempts": 0}
    return HttpResponse(200), {**parsed, "ResponseMetadata": metadata}


def refusal(code: str, message: str, status: int) -> tuple[Any, Any]:
    """An error, as a `before-call` handler answers it."""
    metadata = {"HTTPStatusCode": status, "HTTPHeaders": {}, "RetryAttempts": 0}
    return HttpResponse(status), {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": metadata,
    }


@pytest.fixture
def account() -> Iterator[Account]:
    """An account where the usual request is right in every respect."""
    session = _sessions()[0]
    with mock_aws():
        made = Account(session)
        made.quotas = {
            "ml.m5.large for training job usage": 20.0,
            "Number of instances across all training jobs": 40.0,
            "Maximum number of instances per training job": 20.0,
        }
        _furnish(made)
        session.account = made
        yield made
        session.account = None


class SharedSession(boto3.Session):
    """A session whose clients are made once for all tests: making them takes longer than any test.

    moto answers at the moment of a call, so a client outlives its mock.
    """

    def __init__(self) -> None:
        core = botocore.session.Session(session_vars={"profile": (None, None, None, None)})
        core.set_credentials("testing", "testing")
        core.set_default_client_config(Config(retries={"mode": "adaptive", "max_attempts": 4}))
        super().__init__(botocore_session=core, region_name=REGION)
        self.account: Account | None = None
        self._made = dict[tuple[str, str], Any]()
        self.events.register_first("before-call", self._answer)  # type: ignore[arg-type]  # the stubs forget answers

    def client(self, service_name: Any, region_name: Any = None, *others: Any, **options: Any) -> Any:
        place = (service_name, region_name or REGION)
        if place not in self._made:
            self._made[place] = super().client(service_name, place[1], *others, **options)
        return self._made[place]

    def _answer(self, model: Any, params: Json, **_: Any) -> tuple[Any, Any] | None:
        return self.account.answer(model, params) if self.account else None


@cache
def _sessions() -> tuple[SharedSession, SharedSession]:
    """One to examine with, and one whose calls nobody refuses: for setting the account up."""
    return SharedSession(), SharedSession()


def _furnish(account: Account) -> None:
    account.client("iam").create_role(RoleName="training", AssumeRolePolicyDocument=json.dumps(trusting()))
    storage = account.client("s3")
    storage.create_bucket(Bucket=BUCKET)
    everything = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    storage.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration=dict.fromkeys(everything, True))
    storage.put_object(Bucket=BUCKET, Key="data/train/rows.csv", Body=b"1,2\n")
    registry = account.client("ecr")
    registry.create_repository(repositoryName="mine")
    registry.put_image(repositoryName="mine", imageManifest=json.dumps(manifest()), imageTag="1")


def manifest(**members: Any) -> Json:
    """An image manifest, as ECR takes it."""
    layer = {
        "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
        "size": 1,
        "digest": "sha256:" + "0" * 64,
    }
    return {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 1, "digest": layer["digest"]},
        "layers": [layer],
        **members,
    }
