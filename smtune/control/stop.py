"""Stop a tuning job."""

from __future__ import annotations

import boto3

from smtune.service import translated


def stop(session: boto3.Session, tuning_job: str) -> None:
    """Ask the service to stop a tuning job: nothing new starts, what runs is stopped."""
    with translated():
        session.client("sagemaker").stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=tuning_job)
