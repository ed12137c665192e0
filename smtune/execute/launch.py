"""Plan + session -> a running tuning job: upload what is not there yet, then create the job."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.exceptions import ClientError

from smtune.plan import Plan, Upload
from smtune.service import translated


def launch(session: boto3.Session, plan: Plan) -> str:
    """Carry out `plan`; returns the tuning job's name.

    Data lies below a fingerprint of its contents, so what is there already is not sent again.
    Raises ServiceError, ConfigurationError.
    """
    with translated():
        storage = session.client("s3")
        for upload in plan.uploads:
            _send(storage, upload)
        session.client("sagemaker").create_hyper_parameter_tuning_job(**plan.request)
    return plan.name


def _send(storage: Any, upload: Upload) -> None:
    bucket, _, key = upload.uri.removeprefix("s3://").partition("/")
    try:
        there = storage.head_object(Bucket=bucket, Key=key)["ContentLength"]
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise
        there = None
    if there != upload.source.stat().st_size:
        storage.upload_file(str(upload.source), bucket, key)
