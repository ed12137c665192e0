"""A HyperparameterTuner of the SageMaker SDK that a spec stands behind: what it sends is the spec's own request."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, NoReturn, Self

from sagemaker.core.utils.utils import serialize

from smtune.clone.job import clone_job
from smtune.errors import JobError, UsageError
from smtune.naming import is_job_name, unique_job_name
from smtune.sdk.analytics import TuningAnalytics
from smtune.sdk.check import refuse_mistakes
from smtune.sdk.inputs import with_inputs
from smtune.sdk.instances import with_instances
from smtune.sdk.resource import TuningJobResource
from smtune.sdk.send import Order, send
from smtune.sdk.shown import ShownSpec, refuse_session
from smtune.sdk.wait import say
from smtune.service import translated
from smtune.session import find_session
from smtune.spec import WarmStart


class SpecTuner(ShownSpec):
    """What `build_tuner` returns. Its attributes show the spec; to change one, build another tuner of another spec."""

    # The SDK's methods that start something

    def tune(
        self,
        inputs: Any = None,
        job_name: str | None = None,
        model_trainer_kwargs: Any = None,
        wait: bool = True,
        *,
        timeout: float | None = None,
        poll: float | None = None,
    ) -> None:
        """Launch the tuning job; every call makes a new one, with a name of its own unless `job_name` gives it.

        `inputs` replaces the spec's channels: see `with_inputs`. `timeout` and `poll` (seconds) are those of `wait`.
        Raises SpecError, UsageError, ConfigurationError, ServiceError, and what `wait` raises.
        """
        if model_trainer_kwargs:
            message = "there are no model trainers to pass model_trainer_kwargs to: say it in the spec"
            raise UsageError(message)
        spec = self.spec
        if inputs is not None:
            spec = with_inputs(spec, inputs)
            refuse_mistakes(spec)
        name = unique_job_name(spec.name) if job_name is None else job_name
        if not isinstance(name, str) or not is_job_name(name):
            message = f"job_name {name!r}: at most 32 letters, digits and hyphens, a letter or digit at both ends"
            raise UsageError(message)
        # A bucket and a prefix of the SDK's own session; the default ones are smtune's, too.
        bucket, prefix = (
            getattr(self._given, key, None) for key in ("_default_bucket_name_override", "default_bucket_prefix")
        )
        notes = send(self.session, Order(spec, self._folder, name, bucket, prefix))
        say("\n".join([f"tuning job {name}", *(f"  note: {note}" for note in notes)]))
        self._current_job_name = name
        self._hold(name)
        if wait:
            self.wait(timeout=timeout, poll=poll)

    def override_resource_config(self, instance_configs: Any) -> None:
        """Let the service choose among instances (the SDK's HyperParameterTuningInstanceConfig); None: the spec's own.

        With several algorithms, a dict of lists by their names.
        """
        original = self.__dict__.setdefault("_original", self.spec)
        spec = original if instance_configs is None else with_instances(original, serialize(instance_configs))
        refuse_mistakes(spec)
        job: Any = self.latest_tuning_job
        self._show(spec)
        self.latest_tuning_job = job

    # The SDK's methods that look at a job

    def wait(self, timeout: float | None = None, poll: float | None = None) -> None:
        """Wait until the job is over (a stopped one is), with its counters on stderr.

        Looks every `poll` seconds (None: as fits the job). Raises WaitTimeoutError after `timeout` seconds (the job
        goes on), JobError if it failed, ServiceError.
        """
        self._held().wait(poll=poll, timeout=timeout)

    def describe(self) -> Any:
        """The job as it is now: the SDK's HyperParameterTuningJob. Raises ServiceError."""
        with translated():
            return super().describe()

    def stop_tuning_job(self) -> None:
        """Stop the job; raises ServiceError."""
        with translated():
            super().stop_tuning_job()

    def analytics(self) -> TuningAnalytics:
        """The job's training jobs: `.dataframe()` has a row each."""
        name = self._held().hyper_parameter_tuning_job_name
        return TuningAnalytics(self.session, name)

    def _get_best_training_job(self) -> dict[str, str]:
        job = self.describe()
        best = job.best_training_job
        if not best:
            status = f"{job.hyper_parameter_tuning_job_name} is {job.hyper_parameter_tuning_job_status}"
            message = f"{status} and has no best training job: none has reported the objective metric"
            raise JobError(message)
        definition = best.training_job_definition_name or "training-job-definition"
        return {"TrainingJobName": best.training_job_name, "TrainingJobDefinitionName": definition}

    def _ensure_last_tuning_job(self) -> None:
        self._held()

    def _held(self) -> TuningJobResource:
        if self.latest_tuning_job is None:
            message = "this tuner has no tuning job yet: tune() starts one, attach(name) takes one that there is"
            raise UsageError(message)
        return self.latest_tuning_job

    def _hold(self, name: str) -> None:
        with translated():
            self.latest_tuning_job = TuningJobResource.of(self.session, name)

    # The SDK's methods that make another tuner

    @classmethod
    def attach(cls, tuning_job_name: str, session: Any = None) -> Self:
        """The tuner of a job that there is, whoever launched it, with the spec that would make the same job again.

        Without a session it is this machine's job if it ran here, else AWS's. Raises ServiceError, SpecError.
        """
        refuse_session(session)
        session = session or find_session(tuning_job_name)
        clone = clone_job(getattr(session, "boto_session", session), tuning_job_name)
        tuner = cls(clone.spec, folder=Path.cwd(), session=session)
        tuner._current_job_name = tuning_job_name
        tuner._hold(tuning_job_name)
        return tuner

    def transfer_learning_tuner(
        self, additional_parents: Iterable[str] | None = None, model_trainer: Any = None
    ) -> SpecTuner:
        """A tuner like this one that learns from this one's job (and others): data and image may be other ones."""
        return self._warm("transfer", additional_parents, model_trainer)

    def identical_dataset_and_algorithm_tuner(self, additional_parents: Iterable[str] | None = None) -> SpecTuner:
        """A tuner like this one that learns from this one's job (and others), for the same data and algorithm."""
        return self._warm("identical", additional_parents, None)

    @classmethod
    def create(cls, *_: Any, **__: Any) -> NoReturn:
        """Several algorithms stand in one spec: build_tuner(spec)."""
        message = "SpecTuner.create() is build_tuner(spec): several algorithms stand in one spec, under algorithms"
        raise UsageError(message)

    def _warm(
        self, kind: Literal["transfer", "identical"], additional: Iterable[str] | None, model_trainer: Any
    ) -> SpecTuner:
        if model_trainer is not None:
            message = "a tuner of a spec has no model trainer: change the spec of the tuner that this returns"
            raise UsageError(message)
        others = [additional] if isinstance(additional, str) else list(additional or ())
        if not all(isinstance(name, str) for name in others):
            message = "additional_parents are the names of tuning jobs"
            raise UsageError(message)
        own = self._held().hyper_parameter_tuning_job_name
        parents = (own, *sorted(set(others) - {own}))
        spec = self.spec.model_copy(update={"warm_start": WarmStart(type=kind, parents=parents)})
        refuse_mistakes(spec)
        return SpecTuner(spec, folder=self._folder, session=self._given or self._boto)
