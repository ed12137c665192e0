"""A whole tuning job: prepare and launch; once it is over, results, test evaluation and diagnosis in one report."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from smtune.corroborate import Corroboration
from smtune.diagnosis import Diagnosis
from smtune.evaluate import Evaluation
from smtune.examine import Known, examine
from smtune.execute import Launched
from smtune.launching import Circumstances, launch_fresh
from smtune.progress import Progress, describe
from smtune.progress.state import progress_of
from smtune.results import Best, Calls
from smtune.results.space import algorithms
from smtune.results.trials import best_of
from smtune.session import locate
from smtune.spec import TuningSpec


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
    """On test."""
    train_dev: Evaluation | None
    diagnosis: Diagnosis | None
    corroborations: tuple[Corroboration, ...]
    """What the rows say of each mismatch that the diagnosis sees."""
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
            "evaluation": _as_json(self.evaluation),
            "train_dev_evaluation": _as_json(self.train_dev),
            "diagnosis": None if self.diagnosis is None else self.diagnosis.to_dict(),
            "corroborations": [each.to_dict() for each in self.corroborations],
            "notes": list(self.notes),
        }

    def _best(self) -> dict[str, Any] | None:
        if self.best is None:
            return None
        scores = [each for each in (self.train_dev, self.evaluation) if each is not None]
        measured = {name: value for each in scores for name, value in each.metrics.items()}
        return {
            "training_job_name": self.best.name,
            "hyperparameters": dict(self.best.hyperparameters),
            "static_hyperparameters": dict(self.best.static_hyperparameters),
            "objective": self.best.objective,
            "metrics": {**self.best.metrics, **measured},
            "model_artifact": self.model_artifact,
            "model_artifact_uri": self.best.model_artifact,
        }


def _as_json(score: Evaluation | None) -> dict[str, Any] | None:
    return None if score is None else {"metrics": dict(score.metrics), "rows": score.rows}


def start(
    session: boto3.Session, spec: TuningSpec, folder: Path, circumstances: Circumstances | None = None
) -> Launched:
    """Prepare the data of `spec` (relative to `folder`) and launch it, under a name of its own each time.

    Raises SpecError, ConfigurationError, ServiceError; nothing has been created then.
    """
    return launch_fresh(session, spec, folder, circumstances)


def report(session: boto3.Session, tuning_job: str, known: Known | None = None) -> Report:
    """The results of a tuning job, the best model's score on the held-out rows, and the diagnosis."""
    job = describe(session, tuning_job)
    best = best_of(Calls(session), job)
    found = examine(session, job, best, known or Known())
    return Report(
        progress=progress_of(job, time.time()),
        objective=_objective(job, best),
        best=best,
        model_artifact=locate(session, best.model_artifact) if best else "",
        evaluation=found.evaluation,
        train_dev=found.train_dev,
        diagnosis=found.diagnosis,
        corroborations=found.corroborations,
        notes=found.notes,
    )


def _objective(job: Mapping[str, Any], best: Best | None) -> tuple[str, str]:
    """Of several algorithms the best training job's."""
    known = algorithms(job)
    own = next((each for each in known if best is not None and each.name == best.definition), known[0])
    return own.metric, "Maximize" if own.is_maximized else "Minimize"
