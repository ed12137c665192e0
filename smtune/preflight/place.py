"""The region and SageMaker in it."""

from __future__ import annotations

from collections.abc import Iterator

from smtune.errors import ServiceError
from smtune.preflight.aws import Aws, DeniedError
from smtune.preflight.check import Check, shell
from smtune.preflight.subject import Subject
from smtune.statuses import RUNNING

MAX_TUNING_JOBS = 100
"""At once, in an account's region (developer guide, resource limits for automatic model tuning)."""
_UNREACHABLE = {
    "EndpointConnectionError",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "ProxyConnectionError",
    "SSLError",
}


def region(aws: Aws, subject: Subject) -> Iterator[Check]:
    """`region`: it exists, has SageMaker, and is switched on for the account."""
    name = subject.region
    if name not in aws.session.get_available_regions("sagemaker", partition_name=subject.partition):
        detail = f"{name} is not among the regions that this boto3 knows to have SageMaker"
        yield Check("region", "warning", detail, "pip install --upgrade boto3, or another --region")
        return
    try:
        answer = aws.ask("ec2", "describe_regions", region=subject.home_region, RegionNames=[name], AllRegions=True)
    except DeniedError as error:
        yield aws.refused("region", error)
        return
    status = next((item.get("OptInStatus") for item in answer["Regions"]), None)
    if status == "not-opted-in":
        fix = shell("aws", "account", "enable-region", "--region-name", name)
        yield Check("region", "failed", f"{name} is not switched on for account {subject.account}", fix)
    else:
        yield Check("region", "ok", f"{name} has SageMaker and is switched on")


def service(aws: Aws, subject: Subject) -> Iterator[Check]:
    """`endpoint`: SageMaker answers; `tuning jobs`: there is room for one more."""
    url = str(aws.client("sagemaker").meta.endpoint_url)
    running = 0
    try:
        for status in RUNNING:
            for page in aws.pages(
                "sagemaker", "list_hyper_parameter_tuning_jobs", most=2, StatusEquals=status, MaxResults=100
            ):
                running += len(page["HyperParameterTuningJobSummaries"])
    except DeniedError as error:
        yield Check("endpoint", "ok", f"{url} answers")
        yield aws.refused("tuning jobs", error)
        return
    except ServiceError as error:
        if error.code not in _UNREACHABLE:
            raise
        fix = shell("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}\\n", url)
        yield Check("endpoint", "failed", f"{url} cannot be reached: {error}", fix)
        return
    yield Check("endpoint", "ok", f"{url} answers")
    yield _room(running, subject)


def _room(running: int, subject: Subject) -> Check:
    words = f"{running} running of at most {MAX_TUNING_JOBS}"
    if running < MAX_TUNING_JOBS:
        return Check("tuning jobs", "ok", words)
    fix = shell(
        *("aws", "sagemaker", "list-hyper-parameter-tuning-jobs", "--status-equals", "InProgress"),
        *("--region", subject.region),
    )
    return Check("tuning jobs", "failed", f"{words}: one has to end first", fix)
