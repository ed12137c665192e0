"""A whole tuning job: prepare and launch; once it is over, results, test evaluation and diagnosis in one report."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from smtune.diagnosis import Diagnosis, diagnose_metrics
from smtune.errors import SmtuneError
from smtune.evaluate import Evaluation, definition_of, evaluate
from smtune.execute import Launched
from smtune.launching import Circumstances, launch_fresh
from smtune.local.objects import parse_uri
from smtune.plan import SPEC_TAG, TEST_TAG
from smtune.progress import Progress, describe
from smtune.progress.look import tags_of
from smtune.progress.state import progress_of
from smtune.results import Best, Calls
from smtune.results.space import algorithms
from smtune.results.trials import best_of
from smtune.service import translated
from smtune.session import locate
from smtune.spec import BuiltIn, MetricNames, Table, TuningSpec, load_spec


@dataclass(frozen=True)
class Report:
    """What came out of a tuning job."""

    progress: Progress
    objective: tuple[str, str]
    """Metric name, and Maximize or Minimize."""
    best: Best | None
    model_artifact: str
    """Where the best model is: a path for a job of this machine, else an S3 URI."""
    evaluation: Evaluation | None
    diagnosis: Diagnosis | None
    notes: tuple[str, ...]
    """What could not be done, and why."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON: the shape that `smtune run -o json` prints."""
        progress = self.progress
        return {
            "schema_version": 1,
            "tuning_job_name": progress.name,
            "status": progress.status,
            "failure_reason": progress.failure_reason,
            "counts": progress.counts,
            "objective": {"metric": self.objective[0], "type": self.objective[1]},
            "best": self._best(),
            "evaluation": None
            if self.evaluation is None
            else {"metrics": dict(self.evaluation.metrics), "rows": self.evaluation.rows},
            "diagnosis": None if self.diagnosis is None else self.diagnosis.to_dict(),
            "notes": list(self.notes),
        }

    def _best(self) -> dict[str, Any] | None:
        if self.best is None:
            return None
        measured = dict(self.evaluation.metrics) if self.evaluation else {}
        return {
            "training_job_name": self.best.name,
            "hyperparameters": dict(self.best.hyperparameters),
            "static_hyperparameters": dict(self.best.static_hyperparameters),
            "objective": self.best.objective,
            "metrics": {**self.best.metrics, **measured},
            "model_artifact": self.model_artifact,
            "model_artifact_uri": self.best.model_artifact,
        }


def start(
    session: boto3.Session, spec: TuningSpec, folder: Path, circumstances: Circumstances | None = None
) -> Launched:
    """Prepare the data of `spec` (relative to `folder`) and launch it, under a name of its own each time.

    Raises SpecError, ConfigurationError, ServiceError; nothing has been created then.
    """
    return launch_fresh(session, spec, folder, circumstances)


def report(session: boto3.Session, tuning_job: str) -> Report:
    """The results of a tuning job, the best model's score on the held-out rows, and the diagnosis."""
    notes: list[str] = []
    job = describe(session, tuning_job)
    best = best_of(Calls(session), job)
    spec, test_uri = _remembered(session, job, notes)
    evaluation = _evaluate(session, spec, best, test_uri, notes)
    return Report(
        progress=progress_of(job, time.time()),
        objective=_objective(job, best),
        best=best,
        model_artifact=locate(session, best.model_artifact) if best else "",
        evaluation=evaluation,
        diagnosis=_diagnose(spec, best, evaluation, notes),
        notes=tuple(notes),
    )


def _remembered(
    session: boto3.Session, job: Mapping[str, Any], notes: list[str]
) -> tuple[TuningSpec | None, str | None]:
    """The spec and the held-out data of a job, which its tags name."""
    tags = tags_of(session, job["HyperParameterTuningJobArn"])
    if SPEC_TAG not in tags:
        notes.append("the job carries no spec (tag smtune:spec), so it is not evaluated and diagnosed")
        return None, None
    try:
        with translated():
            bucket, key = parse_uri(tags[SPEC_TAG])
            text = session.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode("utf-8", "replace")
        return load_spec(f"{text}\n"), tags.get(TEST_TAG)  # a text of one line would be a file's name
    except SmtuneError as error:
        notes.append(f"the job's spec at {tags[SPEC_TAG]} cannot be read: {error}")
        return None, None


def _objective(job: Mapping[str, Any], best: Best | None) -> tuple[str, str]:
    """Of several algorithms the best training job's."""
    known = algorithms(job)
    own = next((each for each in known if best is not None and each.name == best.definition), known[0])
    return own.metric, "Maximize" if own.is_maximized else "Minimize"


def _evaluate(
    session: boto3.Session, spec: TuningSpec | None, best: Best | None, test_uri: str | None, notes: list[str]
) -> Evaluation | None:
    if spec is None or best is None:
        return None
    if test_uri is None:
        notes.append("no test metrics: the spec holds no test set out")
        return None
    try:
        return evaluate(session, spec, best, test_uri)
    except SmtuneError as error:
        notes.append(f"no test metrics: {error}")
        return None


def _diagnose(
    spec: TuningSpec | None, best: Best | None, evaluation: Evaluation | None, notes: list[str]
) -> Diagnosis | None:
    if spec is None or best is None:
        return None
    if spec.diagnosis is None:
        notes.append("no diagnosis: the spec has no diagnosis section")
        return None
    names = spec.diagnosis.metrics
    measured = {**best.metrics, **(evaluation.metrics if evaluation else {})}
    values = {place: measured.get(name) for place, name in _places(names).items() if name is not None}
    missing = [names_of for place, names_of in _places(names).items() if names_of and values.get(place) is None]
    known = {place: value for place, value in values.items() if value is not None}
    if "train" not in known or "validation" not in known:
        notes.append(f"no diagnosis: it needs train and validation; missing: {', '.join(missing) or 'their names'}")
        return None
    algorithm = definition_of(spec, best).algorithm
    try:
        return diagnose_metrics(
            known,
            metric=str(names.validation),
            human_error=spec.diagnosis.human_error,
            baseline_error=spec.diagnosis.baseline,
            algorithm=algorithm.builtin if isinstance(algorithm, BuiltIn) else None,
            one_pool=isinstance(spec.data, Table),
        )
    except SmtuneError as error:
        notes.append(f"no diagnosis: {error}")
        return None


def _places(names: MetricNames) -> dict[str, str | None]:
    return {"train": names.train, "validation": names.validation, "test": names.test}
