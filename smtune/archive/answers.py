"""The service's reading operations on one archived tuning job. Times are seconds since the epoch, as on the wire."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from smtune.archive.manifest import TAGS, TRAINING_JOBS, TUNING_JOB
from smtune.local.answers import ServiceAnswerError
from smtune.local.matching import matches
from smtune.local.pages import Listing, page, paged
from smtune.local.records import Entry
from smtune.local.wire import as_datetime
from smtune.results.record import Record
from smtune.results.space import Algorithm, algorithm_of, algorithms, tuned_names
from smtune.results.table import objective_of, objective_status_of

Json = dict[str, Any]


class ArchivedJob:
    """SageMaker with one tuning job in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.description: Json = json.loads((folder / TUNING_JOB).read_bytes())
        self.tags: list[Json] = json.loads((folder / TAGS).read_bytes())
        items = json.loads((folder / TRAINING_JOBS).read_bytes())
        self.records = {str(item["job"]["TrainingJobName"]): _record(item) for item in items}
        self.arn = str(self.description["HyperParameterTuningJobArn"])
        self.region, self.account = self.arn.split(":")[3:5]
        self._operations: Mapping[str, Callable[[Json], Json]] = {
            "DescribeHyperParameterTuningJob": self._tuning_job,
            "ListHyperParameterTuningJobs": lambda _: {"HyperParameterTuningJobSummaries": [self._summary()]},
            "ListTrainingJobsForHyperParameterTuningJob": self._list,
            "DescribeTrainingJob": self._training_job,
            "Search": self._search,
            "ListTags": lambda _: {"Tags": self.tags},
        }

    def call(self, operation: str, request: Json) -> Json:
        """Answer one call; raises ServiceAnswerError."""
        handler = self._operations.get(operation)
        if handler is None:
            message = f"An archive cannot do {operation}: it is only for reading"
            raise ServiceAnswerError("AccessDeniedException", message, status=403)
        return copy.deepcopy(handler(request))

    def _tuning_job(self, request: Json) -> Json:
        wanted = str(request["HyperParameterTuningJobName"])
        if wanted.lower() != self.description["HyperParameterTuningJobName"].lower():
            message = f"Amazon SageMaker can't find a tuning job named {wanted} (the archive {self._folder} has one)"
            raise ServiceAnswerError("ResourceNotFound", message)
        return self.description

    def _summary(self) -> Json:
        config = self.description["HyperParameterTuningJobConfig"]
        kept = {name: value for name, value in self.description.items() if not name.endswith(("Definition", "Config"))}
        kept.setdefault("LastModifiedTime", kept["CreationTime"])
        return kept | {"Strategy": config["Strategy"], "ResourceLimits": config["ResourceLimits"]}

    def _training_job(self, request: Json) -> Json:
        name = str(request["TrainingJobName"])
        if name not in self.records:
            message = f"Requested resource not found: no training job {name} in the archive {self._folder}"
            raise ServiceAnswerError("ValidationException", message)
        return dict(self.records[name].job)

    def _search(self, request: Json) -> Json:
        if request["Resource"] != "TrainingJob":
            message = "An archive can be searched for Resource=TrainingJob only"
            raise ServiceAnswerError("ValidationException", message)
        expression = request.get("SearchExpression", {})
        found = [dict(record.job) for record in self.records.values() if matches(expression, _timed(record.job))]
        return paged("Results", [{"TrainingJob": job} for job in found], request)

    def _list(self, request: Json) -> Json:
        self._tuning_job(request)
        listing = Listing(
            [self._entry(record) for record in self.records.values()],
            lambda entry: self._training_summary(self.records[entry.name]),
            default_sort="Name",
        )
        return page("TrainingJobSummaries", listing, request)

    def _entry(self, record: Record) -> Entry:
        return Entry(
            name=record.name,
            status=record.status,
            created=record.job["CreationTime"],
            modified=record.modified,
            objective=objective_of(record, self._owner(record)),
        )

    def _owner(self, record: Record) -> Algorithm:
        known = algorithms(self.description)
        return algorithm_of(record, known) or known[0]

    def _training_summary(self, record: Record) -> Json:
        owner = self._owner(record)
        objective = objective_of(record, owner)
        kept = ("TrainingJobName", "TrainingJobArn", "TrainingJobStatus", "CreationTime", "TrainingStartTime")
        found = {name: record.job[name] for name in (*kept, "TrainingEndTime", "FailureReason") if name in record.job}
        tuned = {name: text for name, text in record.hyperparameters.items() if name in tuned_names(record, owner)}
        found |= {"TunedHyperParameters": tuned, "TuningJobName": self.description["HyperParameterTuningJobName"]}
        found["ObjectiveStatus"] = record.objective_status or objective_status_of(record, objective)
        if owner.name:
            found["TrainingJobDefinitionName"] = owner.name
        if objective is not None:
            goal = {"Type": "Maximize" if owner.is_maximized else "Minimize", "MetricName": owner.metric}
            found["FinalHyperParameterTuningJobObjectiveMetric"] = goal | {"Value": objective}
        return found


def _record(item: Json) -> Record:
    tuned = item["tuned"]
    return Record(item["job"], item["definition"], item["objective_status"], None if tuned is None else tuple(tuned))


def _timed(job: Mapping[str, Any]) -> Json:
    """With the times as matching compares them."""
    return {name: as_datetime(value) if name.endswith("Time") else value for name, value in job.items()}
