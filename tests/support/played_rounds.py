"""Tuning jobs of the built-in XGBoost that are played: their errors are what a function of hyperparameters says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from smtune.spec import TuningSpec
from smtune.testing import LocalService

SPEC = """
name: toy
algorithm: {builtin: xgboost, version: 1.7-1}
objective: {minimize: validation:error}
hyperparameters:
  objective: binary:logistic
  eval_metric: error
  num_round: 10
  max_depth: 2
  eta: {min: 0.05, max: 0.3, scale: log}
strategy: random
seed: 7
limits: {jobs: 3, parallel: 3}
data: {channels: {train: s3://bucket/train/, validation: s3://bucket/validation/}}
diagnosis:
  human_error: 0.01
  human_cases: 10000
  rows: {train: 5000, validation: 5000}
  metrics: {train: train:error, validation: validation:error}
compute: {instance: ml.m5.large}
"""
Errors = Callable[[Mapping[str, Any]], tuple[float, float]]
"""Hyperparameters -> error on train and on validation."""


def small_model(hyperparameters: Mapping[str, Any]) -> tuple[float, float]:
    """High bias that more rounds of boosting cure."""
    train = 0.3 / (1 + float(hyperparameters["num_round"]) / 10)
    return train, train + 0.005


def write_spec(folder: Path, changes: Mapping[str, str] | None = None) -> Path:
    """The spec as a file; `changes` replace text of it."""
    text = SPEC.lstrip()
    for old, new in (changes or {}).items():
        assert old in text
        text = text.replace(old, new)
    (folder / "spec.yaml").write_text(text, encoding="utf-8")
    return folder / "spec.yaml"


@contextmanager
def playing(folder: Path, errors: Errors = small_model) -> Iterator[LocalService]:
    """A service whose training jobs take a minute of a clock that waiting moves."""
    with LocalService(folder) as service, service.sleeping():
        play(service, errors)
        yield service


def play(service: LocalService, errors: Errors) -> None:
    """From now on training jobs have these errors."""
    service.script(curve=lambda each: errors(each)[1], metrics=lambda each: {"train:error": errors(each)[0]})


def jobs_of(service: LocalService) -> list[str]:
    """The tuning jobs that there are, the oldest first."""
    client: Any = service.session.client("sagemaker")
    found = client.list_hyper_parameter_tuning_jobs(SortBy="CreationTime", SortOrder="Ascending", MaxResults=100)
    return [item["HyperParameterTuningJobName"] for item in found["HyperParameterTuningJobSummaries"]]


def changed(spec: TuningSpec, **fields: Any) -> TuningSpec:
    """The spec with other fields, checked as a file is."""
    return TuningSpec.model_validate({**spec.model_dump(exclude_unset=True), **fields})
