"""What a tuner of the SageMaker SDK shows of a spec, and where it is: attributes that nobody can change by mistake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
from sagemaker.core.helper.session_helper import Session
from sagemaker.core.workflow.pipeline_context import PipelineSession
from sagemaker.train.tuner import HyperparameterTuner

from smtune.errors import UsageError
from smtune.request import to_request
from smtune.sdk.resource import TuningJobResource
from smtune.sdk.view import read_parts, read_settings
from smtune.session import connect
from smtune.spec import TuningSpec

_SHOWN = frozenset(
    [
        "autotune",
        "base_tuning_job_name",
        "completion_criteria_config",
        "early_stopping_type",
        "max_jobs",
        "max_parallel_jobs",
        "max_runtime_in_seconds",
        "metric_definitions",
        "metric_definitions_dict",
        "model_trainer",
        "model_trainer_dict",
        "objective_metric_name",
        "objective_metric_name_dict",
        "objective_type",
        "random_seed",
        "strategy",
        "strategy_config",
        "tags",
        "warm_start_config",
    ]
)


class ShownSpec(HyperparameterTuner):  # type: ignore[misc]  # the SDK has no types
    """The SDK's tuner with the attributes that a spec gives it."""

    latest_tuning_job: TuningJobResource | None

    def __init__(self, spec: TuningSpec, *, folder: Path, session: Any = None) -> None:
        refuse_session(session)
        self._folder = folder
        self._given = session
        self._boto: boto3.Session | None = getattr(session, "boto_session", session)
        self._show(spec)

    def _show(self, spec: TuningSpec) -> None:
        """Set the attributes of the SDK's tuner to what `spec` says."""
        request = to_request(spec)
        first, *others = read_parts(request)
        self.__dict__.update(_is_shown=False, _spec=spec)
        # The SDK's constructor refuses what the rules have looked at already, and has defaults of its own.
        super().__init__(
            None,
            first.objective_metric_name,
            dict(first.hyperparameter_ranges),
            first.metric_definitions,
            model_trainer_name=first.name,
            autotune=True,
        )
        for part in others:
            ranges = dict(part.hyperparameter_ranges)
            self._add_model_trainer(part.name, None, part.objective_metric_name, ranges, part.metric_definitions)
        self.__dict__.update(read_settings(request), _is_shown=True)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _SHOWN and self.__dict__.get("_is_shown"):
            message = f"{name} is what the spec says, and only the spec is sent: change it, and build_tuner again"
            raise UsageError(message)
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        job = self.latest_tuning_job
        ran = f", job {job.hyper_parameter_tuning_job_name}" if job is not None else ""
        return f"<{type(self).__name__} of {self.spec.name}{ran}>"

    @property
    def spec(self) -> TuningSpec:
        """What stands behind this tuner."""
        found: TuningSpec = self._spec
        return found

    @property
    def request(self) -> dict[str, Any]:
        """The CreateHyperParameterTuningJob request, as `smtune render` prints it."""
        return to_request(self.spec)

    @property
    def session(self) -> boto3.Session:
        """Where the tuner's jobs are: the session it was given, else one on AWS, made when it is first needed."""
        if self._boto is None:
            self._boto = connect("aws")
        return self._boto

    @property
    def sagemaker_session(self) -> Any:
        """The SDK's session, made when it is first needed."""
        if self._given is None or isinstance(self._given, boto3.Session):
            self._given = Session(boto_session=self.session)
        return self._given


def refuse_session(session: Any) -> None:
    """Raise UsageError for what is no session, or one that starts nothing."""
    if isinstance(session, PipelineSession):
        message = "a PipelineSession starts nothing: give a boto3.Session, or the pipeline the tuner's .request"
        raise UsageError(message)
    if session is not None and not isinstance(getattr(session, "boto_session", session), boto3.Session):
        message = f"{type(session).__name__} is no session: give a boto3.Session or a session of the SageMaker SDK"
        raise UsageError(message)
