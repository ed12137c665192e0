"""How many instances training jobs hold now: few calls, as SageMaker answers two a second."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from smtune.preflight.aws import Aws
from smtune.preflight.subject import Json
from smtune.statuses import RUNNING

Kind = tuple[str, bool]
"""An instance type, and whether on spot."""
_MOST_PAGES = 2
_MOST_LOOKS = 20
_OF_TUNING_JOB = re.compile(r"(.+)-\d{3,}-[0-9a-f]{8}")


@dataclass(frozen=True)
class Usage:
    """What is running."""

    instances: Mapping[Kind, int]
    jobs: int
    is_exact: bool
    """False where jobs of one tuning job were taken to be alike, or not all were looked at."""

    def of(self, kind: Kind) -> int:
        return self.instances.get(kind, 0)

    def total(self, *, spot: bool) -> int:
        return sum(count for (_, is_spot), count in self.instances.items() if is_spot == spot)


def measure(aws: Aws) -> Usage:
    """The instances of all training jobs that run or stop: those of a stopped one are held until it has stopped.

    One training job of each tuning job is looked at, as they are alike. Raises ServiceError, DeniedError.
    """
    names = list[str]()
    for status in RUNNING:
        for page in aws.pages("sagemaker", "list_training_jobs", most=_MOST_PAGES, StatusEquals=status, MaxResults=100):
            names += [item["TrainingJobName"] for item in page["TrainingJobSummaries"]]
    groups = Counter(_group(name) for name in names)
    examples = {_group(name): name for name in names}
    looked = list(examples)[:_MOST_LOOKS]
    held = Counter[Kind]()
    for group in looked:
        job = aws.ask("sagemaker", "describe_training_job", TrainingJobName=examples[group])
        for kind, count in held_by(job).items():
            held[kind] += count * groups[group]
    is_exact = len(looked) == len(examples) == len(names)
    return Usage(held, len(names), is_exact)


def held_by(job: Json) -> Mapping[Kind, int]:
    """The instances of one training job."""
    resources = job.get("ResourceConfig", {})
    spot = bool(job.get("EnableManagedSpotTraining"))
    found = Counter[Kind]()
    chosen = resources.get("SelectedInstanceType")
    if chosen:
        found[chosen, spot] += resources.get("SelectedInstanceCount", 1)
        return found
    for item in resources.get("InstanceGroups") or [resources]:
        if "InstanceType" in item:
            found[item["InstanceType"], spot] += item.get("InstanceCount", 1)
    return found


def _group(name: str) -> str:
    match = _OF_TUNING_JOB.fullmatch(name)
    return match[1] if match else name
