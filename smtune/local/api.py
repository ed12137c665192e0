"""The operations of SageMaker's tuning service, answered from the store. Requests are API dicts, answers too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from smtune.local.answers import ServiceAnswerError
from smtune.local.check import check_create, check_shape
from smtune.local.describe import (
    Standing,
    describe_tuning_job,
    summarize_training_job,
    summarize_tuning_job,
    training_job_arn,
    tuning_job_arn,
)
from smtune.local.launcher import Launcher, Workers
from smtune.local.pages import Listing, page
from smtune.local.parents import parent_of
from smtune.local.records import Entry, TrainingJob, TuningJob
from smtune.local.settings import Settings
from smtune.local.solo import check_solo, solo_job, solo_training
from smtune.local.storage import Storage, open_storage
from smtune.local.store import AlreadyExistsError, Store
from smtune.local.tags import Tags
from smtune.local.training import TrainingJobs
from smtune.search.completion import jobs_without_improvement
from smtune.statuses import RUNNING, TERMINAL

Json = dict[str, Any]
_TUNING_NAME = "HyperParameterTuningJobName"


class TuningService:
    """The service on this machine. Every look at a job also sees to it that somebody runs it."""

    def __init__(self, settings: Settings, workers: Workers | None = None) -> None:
        """`workers` run the tuning jobs: processes of their own, if not given."""
        self.settings = settings
        self.store = Store(settings.database)
        self.launcher: Workers = workers or Launcher(settings)
        self._now = self.launcher.clock.now
        self._training = TrainingJobs(self.store, self._see_to, self._now)
        self.operations: Mapping[str, Callable[[Json], Json]] = {
            "CreateHyperParameterTuningJob": self.create_tuning_job,
            "DescribeHyperParameterTuningJob": self.describe_tuning_job,
            "ListHyperParameterTuningJobs": self.list_tuning_jobs,
            "ListTrainingJobsForHyperParameterTuningJob": self.list_training_jobs,
            "StopHyperParameterTuningJob": self.stop_tuning_job,
            "DeleteHyperParameterTuningJob": self.delete_tuning_job,
            "CreateTrainingJob": self.create_training_job,
            **self._training.operations,
            **Tags(self.store, self._check_resource).operations,
        }

    @cached_property
    def _storage(self) -> Storage:
        """Opened by the first job: an S3 client takes half a second to make."""
        return open_storage(self.settings.objects, self.settings.s3_endpoint)

    def call(self, operation: str, request: Json) -> Json:
        """Answer one call; raises ServiceAnswerError."""
        handler = self.operations.get(operation)
        if handler is None:
            message = f"The local engine does not answer {operation} so far"
            raise ServiceAnswerError("UnknownOperationException", message)
        check_shape(f"{operation}{'Input' if operation.endswith('Tags') else 'Request'}", _timeless(request))
        return handler(request)

    def create_tuning_job(self, request: Json) -> Json:
        named = request.get("WarmStartConfig", {}).get("ParentHyperParameterTuningJobs", ())
        parents = [self._tuning_job(item["HyperParameterTuningJobName"]) for item in named]
        described = {parent.name: self._describe(parent) for parent in parents}
        check_create(request, self._storage, self.store.programs(), described, self.settings.runner)
        now = self._now()
        name = request[_TUNING_NAME]
        known = [parent_of(request, parent, self.store.training_jobs(parent.name)) for parent in parents]
        try:
            job = TuningJob(
                name=name,
                request=request,
                created=now,
                modified=now,
                s3_endpoint=self.settings.s3_endpoint,
                runner=self.settings.runner,
            )
            self.store.create_tuning_job(job, known)
        except AlreadyExistsError:
            message = f"Hyper parameter tuning job names must be unique within an AWS account and region: {name}"
            raise ServiceAnswerError("ResourceInUse", message) from None
        self.launcher.ensure_worker(name)
        return {"HyperParameterTuningJobArn": tuning_job_arn(name)}

    def create_training_job(self, request: Json) -> Json:
        check_solo(request, self._storage, self.store.programs(), self.settings)
        name, job = request["TrainingJobName"], solo_job(request, self._now(), self.settings)
        try:
            if self.store.training_job(name) is not None:
                raise AlreadyExistsError(name)
            self.store.create_tuning_job(job, only=solo_training(job))
        except AlreadyExistsError:
            message = f"Training job names must be unique within an AWS account and region: {name}"
            raise ServiceAnswerError("ResourceInUse", message) from None
        self.launcher.ensure_worker(job.name)
        return {"TrainingJobArn": training_job_arn(name)}

    def describe_tuning_job(self, request: Json) -> Json:
        return self._describe(self._tuning_job(request[_TUNING_NAME]))

    def list_tuning_jobs(self, request: Json) -> Json:
        jobs = {job.name: job for job in self.store.tuning_jobs()}
        tallies = {name: self.store.tally(name) for name in jobs}
        entries = [
            Entry(name, job.status, job.created, max(job.modified, tallies[name].modified))
            for name, job in jobs.items()
        ]
        listing = Listing(entries, lambda entry: summarize_tuning_job(jobs[entry.name], tallies[entry.name]))
        return page("HyperParameterTuningJobSummaries", listing, request)

    def list_training_jobs(self, request: Json) -> Json:
        job = self._tuning_job(request[_TUNING_NAME])
        listing = Listing(
            self.store.entries(job.name),
            lambda entry: summarize_training_job(job, self._training.find(entry.name)),
            default_sort="Name",
        )
        return page("TrainingJobSummaries", listing, request)

    def stop_tuning_job(self, request: Json) -> Json:
        name = request[_TUNING_NAME]
        changed = self.store.change_tuning_job(name, only_if=("InProgress",), status="Stopping", modified=self._now())
        job = self._tuning_job(name)
        if not changed and job.status not in RUNNING:
            message = (
                f"The request was rejected because the hyperparameter tuning job {name} is in status {job.status}, "
                "and only a job that is running can be stopped"
            )
            raise ServiceAnswerError("ValidationException", message)
        return {}

    def delete_tuning_job(self, request: Json) -> Json:
        """Delete the tuning job's entry; its training jobs, logs and artifacts stay, as on the service."""
        name = request[_TUNING_NAME]
        job = self._tuning_job(name)
        if not self.store.delete_tuning_job(job.name, only_if=TERMINAL):
            message = f"The tuning job {name} is in status {job.status}, which is not in a terminal state"
            raise ServiceAnswerError("ValidationException", message)
        return {}

    def _describe(self, job: TuningJob) -> Json:
        best = self.store.best_training_job(job)
        in_vain = jobs_without_improvement(self.store.objectives(job.name), maximize=job.maximize)
        return describe_tuning_job(job, Standing(self.store.tally(job.name), best, self._overall(job, best), in_vain))

    def _overall(self, job: TuningJob, best: TrainingJob | None) -> tuple[TuningJob, TrainingJob] | None:
        """The best training job of a tuning job and those that it shares its data and algorithm with."""
        same = [parent for parent in self.store.parents(job.name) if parent.is_same]
        known = [best, *(self.store.training_job(parent.best) for parent in same if parent.best)] if same else []
        found = [training for training in known if training is not None and training.objective is not None]
        if not found:
            return None
        sign = -1.0 if job.maximize else 1.0
        first = min(found, key=lambda training: sign * (training.objective or 0.0))
        owner = self.store.tuning_job(first.tuning_job)
        return None if owner is None else (owner, first)

    def _tuning_job(self, name: str) -> TuningJob:
        job = self.store.tuning_job(name)
        if job is None:
            message = f"Amazon SageMaker can't find a tuning job named {name} (looked in {self.settings.home})"
            raise ServiceAnswerError("ResourceNotFound", message)
        self._see_to(job)
        return job

    def _see_to(self, job: TuningJob) -> None:
        """That somebody runs it."""
        if job.status in RUNNING:
            self.launcher.ensure_worker(job.name)

    def _check_resource(self, kind: str, name: str) -> None:
        if kind == "training-job":
            self._training.find(name)
        else:
            self._tuning_job(name)


def _timeless(request: Json) -> Json:
    # On the wire times are numbers; the model calls them timestamps.
    return {name: value for name, value in request.items() if not name.endswith(("After", "Before"))}
