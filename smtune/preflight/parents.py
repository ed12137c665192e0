"""A warm start's parents, as SageMaker describes them, against the rules for a warm start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from smtune.errors import ServiceError
from smtune.preflight.aws import Aws
from smtune.preflight.check import Check, State, listed, shell
from smtune.preflight.subject import Subject
from smtune.rules import check_warm_start, parent_names

_ABSENT = {"ResourceNotFound", "ResourceNotFoundException", "ValidationException"}


def parents(aws: Aws, subject: Subject) -> Iterator[Check]:
    """`parent NAME` for each that cannot be had; `warm start RULE` for what is against it, else `warm start`."""
    if subject.request is None:
        return
    found = dict[str, Mapping[str, Any]]()
    for name in sorted(parent_names(subject.request)):
        yield from aws.found(f"parent {name}", partial(_parent, aws, subject, name, found))
    if not found:
        return
    broken = check_warm_start(subject.request, found)
    for item in broken:
        state: State = "failed" if item.severity == "error" else "warning"
        yield Check(f"warm start {item.rule}", state, item.message, item.fix)
    if not broken:
        yield Check("warm start", "ok", f"nothing is against starting from {listed(sorted(found))}")


def _parent(aws: Aws, subject: Subject, name: str, found: dict[str, Mapping[str, Any]]) -> Iterator[Check]:
    """Into `found` with it; a check where it is not there."""
    try:
        found[name] = aws.ask("sagemaker", "describe_hyper_parameter_tuning_job", HyperParameterTuningJobName=name)
    except ServiceError as error:
        if error.code not in _ABSENT:
            raise
        fix = shell("aws", "sagemaker", "list-hyper-parameter-tuning-jobs", "--region", subject.region)
        yield Check(f"parent {name}", "failed", f"there is no such tuning job in {subject.region}", fix)
