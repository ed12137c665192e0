"""TuningSpec: what one YAML file says, key by key. `definitions` reads one algorithm as one of many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, Strict, model_validator

from smtune.errors import shown
from smtune.naming import clean, is_job_name
from smtune.spec.algorithm import Algorithm
from smtune.spec.compute import Checkpoints, Compute
from smtune.spec.data import Channels, Data, refuse_seen
from smtune.spec.definition import SHARED, AlgorithmEntry, Definition, Retries
from smtune.spec.limits import Completion, Hyperband, Limits, WarmStart
from smtune.spec.objective import DiagnosisSpec, Objective
from smtune.spec.ranges import Frozen, Hyperparameter, mistake
from smtune.spec.security import Security

Strategy = Literal["bayesian", "random", "hyperband", "grid"]


def _job_name(value: str) -> str:
    if not is_job_name(value):
        raise mistake(
            f"{shown(value)} is not a job name: "
            "at most 32 letters, digits and hyphens, with a letter or digit at both ends",
            f"write name: {clean(value)[:32].strip('-') or 'my-model'}",
        )
    return value


def _early_stopping(value: object) -> object:
    # YAML 1.1 writers mean text when they write a bare `off`.
    return "off" if value is False else value


class TuningSpec(Frozen):
    """A tuning job: one algorithm (`algorithm`, `hyperparameters`) or several (`algorithms`)."""

    apiVersion: Literal["smtune/v1"] = Field(  # noqa: N815  the key's spelling in the file
        default="smtune/v1", description="The version of this format.", examples=["smtune/v1"]
    )
    name: Annotated[str, AfterValidator(_job_name)] = Field(
        description="At most 32 letters, digits and hyphens. Each launch adds a suffix, so that names are unique.",
        examples=["breast-cancer-xgb"],
    )
    algorithm: Algorithm | None = Field(
        default=None,
        description="What a training job runs.",
        examples=[{"builtin": "xgboost", "version": "1.7-1"}],
    )
    objective: Objective | None = Field(
        default=None, description="The metric to tune for.", examples=[{"maximize": "validation:auc"}]
    )
    metrics: Mapping[str, str] = Field(
        default_factory=dict,
        description="What the log prints: a name, and a regular expression with one group around the number.",
        examples=[{"validation:rmse": "validation-rmse=(\\S+)"}],
    )
    hyperparameters: Mapping[str, Hyperparameter] = Field(
        default_factory=dict,
        description="Name: a value (the same in every training job), a range or a choice.",
        examples=[
            {"num_round": 200, "eta": {"min": 0.01, "max": 0.5, "scale": "log"}, "booster": {"values": ["gbtree"]}}
        ],
    )
    algorithms: Annotated[tuple[AlgorithmEntry, ...], Strict(False)] = Field(
        default=(),
        description="Several algorithms in one job, instead of `algorithm` and `hyperparameters`.",
        examples=[
            [
                {
                    "name": "trees",
                    "algorithm": {"builtin": "xgboost", "version": "1.7-1"},
                    "hyperparameters": {"num_round": 100, "eta": {"min": 0.01, "max": 0.5}},
                }
            ]
        ],
    )
    strategy: Strategy = Field(default="bayesian", description="How configurations are chosen.", examples=["random"])
    hyperband: Hyperband | None = Field(
        default=None, description="The resources of `strategy: hyperband`.", examples=[{"max_resource": 27}]
    )
    autotune: Literal[True] | None = Field(
        default=None, description="Let the service choose what the spec leaves open.", examples=[True]
    )
    early_stopping: Annotated[Literal["off", "auto"], BeforeValidator(_early_stopping)] | None = Field(
        default=None, description="Whether the service stops training jobs that look hopeless.", examples=["auto"]
    )
    limits: Limits = Field(
        default=Limits(), description="When the tuning job ends.", examples=[{"jobs": 20, "parallel": 2}]
    )
    completion: Completion | None = Field(
        default=None, description="What ends the tuning job before its limits.", examples=[{"target": 0.95}]
    )
    seed: int | None = Field(
        default=None, ge=0, description="The same seed and order of completion give the same sequence.", examples=[7]
    )
    warm_start: WarmStart | None = Field(
        default=None,
        description="Tuning jobs to learn from.",
        examples=[{"type": "identical", "parents": ["my-model-1123-0911"]}],
    )
    data: Data | None = Field(
        default=None, description="Training data: a table to split, or channels.", examples=[{"source": "data.csv"}]
    )
    diagnosis: DiagnosisSpec | None = Field(
        default=None,
        description="What bias and variance are measured against. Without it bias is not assessable.",
        examples=[{"human_error": 0.01}],
    )
    compute: Compute = Field(
        default=Compute(), description="What one training job runs on.", examples=[{"instance": "ml.m5.xlarge"}]
    )
    retries: Retries | None = Field(
        default=None, description="How often a training job is retried after an internal error.", examples=[2]
    )
    checkpoints: Checkpoints | None = Field(
        default=None,
        description="Where training jobs save their state.",
        examples=[{"uri": "s3://my-bucket/checkpoints"}],
    )
    environment: Mapping[str, str] = Field(
        default_factory=dict,
        description="Environment variables of the training jobs.",
        examples=[{"LOG_LEVEL": "info"}],
    )
    security: Security = Field(
        default=Security(), description="Network, encryption and keys.", examples=[{"isolation": True}]
    )
    role: str | None = Field(
        default=None,
        description="The role of the training jobs. Needed on AWS, not needed here.",
        examples=["arn:aws:iam::123456789012:role/training"],
    )
    output: str | None = Field(
        default=None,
        description="Where models go; else below the default bucket.",
        examples=["s3://my-bucket/models"],
    )
    output_compression: Literal["gzip", "none"] | None = Field(
        default=None, description="Whether models are packed into one archive.", examples=["none"]
    )
    tags: Mapping[str, str] = Field(
        default_factory=dict, description="Tags of the tuning job.", examples=[{"team": "pricing"}]
    )
    raw: Mapping[str, Any] = Field(
        default_factory=dict,
        description="Exact request members, merged last: `null` removes one, lists are patched by name.",
        examples=[{"TrainingJobDefinition": {"EnableNetworkIsolation": True}}],
    )

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.algorithm is None) == (not self.algorithms):
            raise mistake(
                "give exactly one of algorithm and algorithms",
                "write algorithm: {builtin: xgboost, version: 1.7-1}",
            )
        if self.algorithms and self.hyperparameters:
            raise mistake("hyperparameters stand beside algorithms", "give each of the algorithms its own")
        if self.algorithm is not None and self.objective is None:
            raise mistake("objective is missing", "write objective: {maximize: validation:auc}")
        names = [entry.name for entry in self.algorithms]
        for name in names:
            if names.count(name) > 1:
                raise mistake(f"two algorithms are named {name!r}", "give each a name of its own")
        for entry in self.algorithms:
            if entry.objective is None and self.objective is None:
                raise mistake(f"algorithm {entry.name!r} has no objective", "give it one, or one for the whole spec")
            if isinstance(self.data, Channels) and isinstance(entry.data, Channels):
                refuse_seen(self.data.held_out, entry.data.channels)
        return self

    @property
    def definitions(self) -> tuple[Definition, ...]:
        """Every algorithm with all it needs: one for `algorithm`, several for `algorithms`."""
        if self.algorithm is not None:
            own = {name: getattr(self, name) for name in ("algorithm", "hyperparameters", *SHARED)}
            return (Definition(**own),)
        return tuple(self._definition(entry) for entry in self.algorithms)

    def _definition(self, entry: AlgorithmEntry) -> Definition:
        """`entry`, with the spec's own keys for what it does not say."""
        said = {name: getattr(entry, name) for name in ("name", "algorithm", "hyperparameters", "raw")}
        for name in SHARED:
            own = getattr(entry, name)
            said[name] = getattr(self, name) if own is None else own
        said["compute"] = entry.compute.over(self.compute) if entry.compute else self.compute
        said["security"] = entry.security.over(self.security) if entry.security else self.security
        said["environment"] = {**self.environment, **(entry.environment or {})}
        return Definition(**said)
