"""A training job's plan -> the order that its runner reads. Apart from `Order`, which runners import, too."""

from __future__ import annotations

from smtune.local.container.docker import Compose
from smtune.local.container.order import SUBMIT_DIRECTORY, Order
from smtune.local.contract import CODE, OPT_ML, config_files
from smtune.local.settings import ACCOUNT, REGION
from smtune.local.trial import TrialPlan

_LABEL = "smtune"


def make_order(plan: TrialPlan, container: str, docker: str, compose: Compose) -> Order:
    """The order of a training job whose image is `plan.image`."""
    assert plan.image is not None  # noqa: S101  it would be a process
    contract = plan.contract
    hyperparameters = dict(contract.hyperparameters)
    if plan.archive is not None:
        hyperparameters[SUBMIT_DIRECTORY] = f"{OPT_ML}/{CODE}"
    return Order(
        job=contract.job_name,
        image=plan.image,
        container=container,
        docker=docker,
        compose=compose,
        hyperparameters=hyperparameters,
        content_types={name: channel.get("ContentType") for name, channel in contract.channels.items()},
        config={**config_files(contract), "hyperparameters.json": hyperparameters},
        environment=_environment(plan),
        labels={f"{_LABEL}.training-job": contract.job_name, f"{_LABEL}.folder": str(plan.folder)},
        has_code=plan.archive is not None,
        network=plan.network,
        memory=plan.memory,
    )


def _environment(plan: TrialPlan) -> dict[str, str]:
    """No more than the service sets, but for the cores: here several training jobs share one machine."""
    name = plan.contract.job_name
    return {
        "AWS_REGION": REGION,
        "TRAINING_JOB_NAME": name,
        "TRAINING_JOB_ARN": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-job/{name.lower()}",
        "OMP_NUM_THREADS": str(plan.contract.cpus),
        "PYTHONUNBUFFERED": "1",
        **plan.environment,
    }
