"""Every training job of a tuning job with the fewest calls: Search, 100 a page; what that does not give, one by one.

Search answers from an index that lags, and not everybody may use it. So its answer is held against the tuning job's
own counters; what is missing or old is read with ListTrainingJobsForHyperParameterTuningJob and DescribeTrainingJob.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from smtune.errors import ServiceError
from smtune.results.calls import Calls, side_by_side
from smtune.results.record import Record, hide_secrets, plain_training_job, plain_tuning_job, to_plain
from smtune.results.space import algorithm_of, algorithms
from smtune.statuses import TERMINAL

Json = dict[str, Any]
Records = dict[str, Record]
_PAGE = 100
_LAG_SECONDS = 300.0
"""A job that ended before the latest one we know, and came into the index after it, came at most this much later."""
_GONE = ("ValidationException", "ResourceNotFound", "ResourceNotFoundException")


def describe(calls: Calls, tuning_job: str) -> Json:
    """DescribeHyperParameterTuningJob's answer as JSON, without secrets."""
    answer = calls.ask("sagemaker", "describe_hyper_parameter_tuning_job", HyperParameterTuningJobName=tuning_job)
    return plain_tuning_job(answer)


def is_over(description: Mapping[str, Any]) -> bool:
    return description["HyperParameterTuningJobStatus"] in TERMINAL


def fetch(calls: Calls, description: Json, known: Records) -> Records:
    """All training jobs by name; of those in `known` that are over none is described again.

    `known` gets what was described one by one, so that it is not lost where a later call fails.
    """
    with contextlib.suppress(ServiceError):
        # The service may have no Search, or this caller may not use it. If nothing may be read, listing says so.
        known |= _search(calls, description, known)
    return dict(known) if is_complete(description, known) else _list(calls, description, known)


def is_complete(description: Json, records: Records) -> bool:
    """Whether these are all training jobs that the tuning job counts, in the state that it counts them in."""
    counted = description["TrainingJobStatusCounters"]
    ended = sum(counted.get(state, 0) for state in ("Completed", "NonRetryableError", "Stopped"))
    known = algorithms(description)
    return (
        len(records) >= ended + counted.get("InProgress", 0)
        and sum(record.is_over for record in records.values()) >= ended
        and not (is_over(description) and any(not record.is_over for record in records.values()))
        and all(algorithm_of(record, known) is not None for record in records.values())
    )


def _search(calls: Calls, description: Json, known: Records) -> Records:
    filters = [{"Name": "TuningJobArn", "Operator": "Equals", "Value": description["HyperParameterTuningJobArn"]}]
    ended = [record.modified for record in known.values() if record.is_over]
    if ended:
        since = dt.datetime.fromtimestamp(int(max(ended) - _LAG_SECONDS), tz=dt.UTC)
        text = since.strftime("%Y-%m-%dT%H:%M:%S")
        filters.append({"Name": "LastModifiedTime", "Operator": "GreaterThanOrEqualTo", "Value": text})
    calls.read_plainly("sagemaker", "search")
    pages = calls.pages(
        "sagemaker",
        "search",
        Resource="TrainingJob",
        SearchExpression={"Filters": filters},
        SortBy="CreationTime",
        SortOrder="Ascending",
        MaxResults=_PAGE,
    )
    results = (item for page in pages for item in page.get("Results") or ())
    jobs = [plain_training_job(item["TrainingJob"]) for item in results if item.get("TrainingJob")]
    return {job["TrainingJobName"]: _renewed(job, known) for job in jobs}


def _renewed(job: Json, known: Records) -> Record:
    old = known.get(job["TrainingJobName"])
    return replace(old, job=job) if old is not None and not old.is_over else Record(job) if old is None else old


def _list(calls: Calls, description: Json, found: Records) -> Records:
    pages = calls.pages(
        "sagemaker",
        "list_training_jobs_for_hyper_parameter_tuning_job",
        HyperParameterTuningJobName=description["HyperParameterTuningJobName"],
        SortBy="CreationTime",
        SortOrder="Ascending",
        MaxResults=_PAGE,
    )
    summaries = [hide_secrets(to_plain(item), description) for page in pages for item in page["TrainingJobSummaries"]]
    missing = [item for item in summaries if _is_old(found.get(item["TrainingJobName"]), item)]
    # What was read stays in `found`, whatever happens to the calls that follow.
    side_by_side(lambda item: _add(calls, item, found), missing)
    return {item["TrainingJobName"]: _said(item, found[item["TrainingJobName"]]) for item in summaries}


def _add(calls: Calls, summary: Json, found: Records) -> None:
    answer = describe_training_job(calls, summary["TrainingJobName"])
    job = from_summary(summary) if answer is None else plain_training_job(answer)
    found[summary["TrainingJobName"]] = _said(summary, Record(job))


def _is_old(record: Record | None, summary: Json) -> bool:
    # What runs is looked at again: its metrics change though its status does not.
    return record is None or not record.is_over or record.status != summary["TrainingJobStatus"]


def describe_training_job(calls: Calls, name: str) -> Json | None:
    """The service's answer; None where the training job was deleted."""
    try:
        return calls.ask("sagemaker", "describe_training_job", TrainingJobName=name)
    except ServiceError as error:
        if error.code not in _GONE:
            raise
        return None


def from_summary(summary: Mapping[str, Any]) -> Json:
    """What is left of a training job that was deleted: the tuning job remembers it, without the other metrics."""
    objective = summary.get("FinalHyperParameterTuningJobObjectiveMetric")
    left = ("TrainingJobName", "TrainingJobArn", "TrainingJobStatus", "CreationTime", "TrainingStartTime")
    job = {name: summary[name] for name in (*left, "TrainingEndTime", "FailureReason") if name in summary}
    metrics = [{"MetricName": objective["MetricName"], "Value": objective["Value"]}] if objective else []
    return job | {"HyperParameters": summary.get("TunedHyperParameters", {}), "FinalMetricDataList": metrics}


def _said(summary: Json, record: Record) -> Record:
    return Record(
        job=record.job,
        definition=summary.get("TrainingJobDefinitionName", ""),
        objective_status=summary.get("ObjectiveStatus"),
        tuned=tuple(sorted(summary.get("TunedHyperParameters", ()))),
    )
