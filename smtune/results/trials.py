"""A tuning job's training jobs as data: one table of all, the best with its metrics, learning curves."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3

from smtune.errors import UsageError
from smtune.logs import log_lines
from smtune.metrics import Scraper
from smtune.results.calls import Calls
from smtune.results.fetch import describe_training_job, from_summary
from smtune.results.pull import Trials, pull
from smtune.results.record import Record, final_metrics
from smtune.results.space import algorithm_of, tuned_names
from smtune.spec.ranges import Scalar, decode

if TYPE_CHECKING:
    import pandas as pd

_HIDDEN = ("_", "sagemaker_")


@dataclass(frozen=True)
class Best:
    """The best training job."""

    name: str
    hyperparameters: Mapping[str, Scalar]
    """The tuned ones."""
    static_hyperparameters: Mapping[str, Scalar]
    objective: float
    metrics: Mapping[str, float]
    """Every metric's final value."""
    model_artifact: str
    """S3 URI of model.tar.gz."""
    metric: str = ""
    """What `objective` is the value of."""
    definition: str = ""
    """The algorithm's name, where the tuning job has several."""


def training_jobs(session: boto3.Session, tuning_job: str) -> pd.DataFrame:
    """All training jobs, a row each, in the order they were created: `pull(session, tuning_job).frame`."""
    return pull(session, tuning_job).frame


def best_training_job(session: boto3.Session, tuning_job: str) -> Best | None:
    """The best training job with all its final metrics, or None while none has completed.

    Where its own record was deleted: what the tuning job remembers of it.
    """
    calls = Calls(session)
    return best_of(
        calls,
        calls.ask("sagemaker", "describe_hyper_parameter_tuning_job", HyperParameterTuningJobName=tuning_job),
    )


def best_of(calls: Calls, job: Mapping[str, Any]) -> Best | None:
    """The best training job of a tuning job that is described already."""
    best = job.get("BestTrainingJob", {})
    final = best.get("FinalHyperParameterTuningJobObjectiveMetric")
    if not final:
        return None
    details = describe_training_job(calls, best["TrainingJobName"]) or from_summary(best)
    values, tuned = details.get("HyperParameters", {}), set(best.get("TunedHyperParameters", ()))
    return Best(
        name=best["TrainingJobName"],
        hyperparameters=_tuned(values, tuned),
        static_hyperparameters=_static(values, tuned),
        objective=float(final["Value"]),
        metrics=final_metrics(details),
        model_artifact=details.get("ModelArtifacts", {}).get("S3ModelArtifacts", ""),
        metric=final["MetricName"],
        definition=best.get("TrainingJobDefinitionName", ""),
    )


def best_by(trials: Trials, metric: str, *, is_maximized: bool) -> Best | None:
    """The completed training job with the best final value of any metric; None while none has one.

    Of equals it is the one that was created first. Raises UsageError for a metric that no training job has.
    """
    known = dict.fromkeys(name for record in trials.records for name in record.metrics)
    if metric not in known:
        message = (
            f"no training job of {trials.name} has a metric {metric}: they have {', '.join(known) or 'none so far'}"
        )
        raise UsageError(message)
    done = [record for record in trials.records if record.status == "Completed" and metric in record.metrics]
    numbers = [record for record in done if math.isfinite(record.metrics[metric])]
    sign = -1.0 if is_maximized else 1.0
    best = min(numbers, key=lambda record: sign * record.metrics[metric], default=None)
    if best is None:
        return None
    algorithm = algorithm_of(best, trials.algorithms) or trials.algorithms[0]
    names = set(tuned_names(best, algorithm))
    return Best(
        name=best.name,
        hyperparameters=_tuned(best.hyperparameters, names),
        static_hyperparameters=_static(best.hyperparameters, names),
        objective=best.metrics[metric],
        metrics=best.metrics,
        model_artifact=best.job.get("ModelArtifacts", {}).get("S3ModelArtifacts", ""),
        metric=metric,
        definition=best.definition,
    )


def learning_curves(session: boto3.Session, training_job: str) -> pd.DataFrame:
    """Every value of every metric that a training job printed: columns metric, step (from 0), time (UTC), value.

    Read from the log with the request's own regexes, so nothing is averaged away.
    """
    import pandas as pd  # half a second, for nothing else here

    details = Calls(session).ask("sagemaker", "describe_training_job", TrainingJobName=training_job)
    scraper = Scraper(Record(details).metric_definitions)
    seen = [item for time, line in log_lines(session, training_job) for item in scraper.read(line, time)]
    return pd.DataFrame(
        {
            "metric": pd.Series([item.name for item in seen], dtype="str"),
            "step": pd.Series([item.step for item in seen], dtype="int64"),
            "time": pd.to_datetime([round(item.time * 1000) for item in seen], unit="ms", utc=True),
            "value": pd.Series([item.value for item in seen], dtype="float64"),
        }
    )


def _tuned(values: Mapping[str, str], tuned: Collection[str]) -> dict[str, Scalar]:
    return {name: decode(text) for name, text in sorted(values.items()) if name in tuned}


def _static(values: Mapping[str, str], tuned: Collection[str]) -> dict[str, Scalar]:
    others = {name: text for name, text in sorted(values.items()) if name not in tuned}
    return {name: decode(text) for name, text in others.items() if not name.startswith(_HIDDEN)}
