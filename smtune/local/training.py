"""SageMaker's operations on training jobs, answered from the store: describe, stop, list, search."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping
from typing import Any

from smtune.local.answers import ServiceAnswerError
from smtune.local.describe import describe_training_job, list_training_job
from smtune.local.pages import Listing, page
from smtune.local.records import TrainingJob, TuningJob
from smtune.local.store import Store
from smtune.local.training_search import search_training_jobs
from smtune.statuses import RUNNING

Json = dict[str, Any]


class TrainingJobs:
    """Training jobs of every tuning job, deleted ones' too: deleting a tuning job leaves them."""

    def __init__(
        self, store: Store, see_to: Callable[[TuningJob], object], now: Callable[[], float] = time.time
    ) -> None:
        """`see_to(tuning job)` sees to it that somebody runs it; `now` tells the time, in seconds since the epoch."""
        self._store = store
        self._now = now
        self._see_to = see_to
        self.operations: Mapping[str, Callable[[Json], Json]] = {
            "DescribeTrainingJob": self.describe,
            "StopTrainingJob": self.stop,
            "ListTrainingJobs": self.list_all,
            "Search": functools.partial(search_training_jobs, store),
        }

    def describe(self, request: Json) -> Json:
        training = self.find(request["TrainingJobName"])
        return describe_training_job(self._tuning_job(training), training)

    def stop(self, request: Json) -> Json:
        """The job's worker reads the status and sends SIGTERM."""
        training = self.find(request["TrainingJobName"])
        changed = self._store.change_training_job(
            training.name, only_if=("InProgress",), status="Stopping", modified=self._now()
        )
        status = self.find(training.name).status
        if not changed and status not in RUNNING:
            message = f"The request was rejected because the training job is in status {status}."
            raise ServiceAnswerError("ValidationException", message)
        self._see_to(self._tuning_job(training))
        return {}

    def list_all(self, request: Json) -> Json:
        """With MaxResults the service looks for StatusEquals only in the page it has taken."""
        listing = Listing(self._store.all_entries(), lambda entry: list_training_job(self.find(entry.name)))
        if "MaxResults" not in request or "StatusEquals" not in request:
            return page("TrainingJobSummaries", listing, request)
        wanted = request["StatusEquals"]
        answer = page(
            "TrainingJobSummaries", listing, {name: value for name, value in request.items() if name != "StatusEquals"}
        )
        chosen = [item for item in answer["TrainingJobSummaries"] if item["TrainingJobStatus"] == wanted]
        return {**answer, "TrainingJobSummaries": chosen}

    def find(self, name: str) -> TrainingJob:
        """The training job; raises ServiceAnswerError, with the code that the service really gives."""
        training = self._store.training_job(name)
        if training is None:
            raise ServiceAnswerError("ValidationException", f"Requested resource not found: no training job {name}.")
        return training

    def _tuning_job(self, training: TrainingJob) -> TuningJob:
        job = self._store.tuning_job(training.tuning_job)
        assert job is not None  # noqa: S101  a training job's tuning job is never forgotten
        return job
