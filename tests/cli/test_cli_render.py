"""smtune render: whose request it is, and for which region."""

from __future__ import annotations

import json
from pathlib import Path

from cli_jobs import inside, write_job


def test_the_account_is_in_the_bucket_and_the_role() -> None:
    write_job(Path())
    plain, of_ours = (
        json.loads(inside("render", "spec.yaml", *more).stdout)["TrainingJobDefinition"]
        for more in ((), ("--account", "123456789012"))
    )
    assert plain["RoleArn"].startswith("arn:aws:iam::000000000000:role/")
    assert of_ours["RoleArn"] == plain["RoleArn"].replace("000000000000", "123456789012")
    assert of_ours["OutputDataConfig"]["S3OutputPath"].startswith("s3://sagemaker-us-east-1-123456789012/")


def test_the_region_is_that_of_the_images_and_the_bucket() -> None:
    write_job(Path())
    done = inside("render", "spec.yaml", "--region", "eu-west-1")
    definition = json.loads(done.stdout)["TrainingJobDefinition"]
    assert ".dkr.ecr.eu-west-1." in definition["AlgorithmSpecification"]["TrainingImage"]
    assert definition["OutputDataConfig"]["S3OutputPath"].startswith("s3://sagemaker-eu-west-1-")
