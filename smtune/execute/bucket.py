"""The account's default bucket: made when it is missing, as the SageMaker SDK does."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.exceptions import ClientError

from smtune.data.upload.place import parse_place
from smtune.errors import ServiceError
from smtune.plan import Plan
from smtune.service import translated

_AT_THE_SAME_TIME = "OperationAborted"  # another launch is creating it
_NO_CONSTRAINT = "us-east-1"  # the one region that S3 does not want to be told


def ensure_bucket(session: boto3.Session, plan: Plan) -> tuple[str, ...]:
    """Create the bucket of the plan's uploads if there is none; the notes on it. Raises ServiceError."""
    names = {parse_place(upload.uri).bucket for upload in plan.uploads}
    with translated():
        client: Any = session.client("s3")
        missing = [name for name in sorted(names) if _is_missing(client, name)]
        return tuple(f"bucket {name} was created" for name in missing if _create(client, name))


def _is_missing(client: Any, name: str) -> bool:
    try:
        client.head_bucket(Bucket=name)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status == 404:
            return True
        if status == 403:  # the answer to a HEAD says no more than that
            message = f"bucket {name} is another account's, or you lack s3:ListBucket on it; another one: --bucket"
            raise ServiceError("AccessDenied", message) from error
        raise
    return False


def _create(client: Any, name: str) -> bool:
    region = client.meta.region_name
    place = {} if region == _NO_CONSTRAINT else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        client.create_bucket(Bucket=name, **place)
    except client.exceptions.BucketAlreadyOwnedByYou:
        return False  # somebody else of this account was faster
    except ClientError as error:
        if error.response["Error"]["Code"] != _AT_THE_SAME_TIME:
            raise
        client.get_waiter("bucket_exists").wait(Bucket=name, WaiterConfig={"Delay": 2, "MaxAttempts": 15})
        return False
    return True
