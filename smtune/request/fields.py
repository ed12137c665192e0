"""The table of plain fields: a spec's key, the request's member, and how the value is spelt on each side.

What is written, read back, blamed for a mistake and listed in the documentation all comes from here. Four things
are more than a renaming and have modules of their own: the algorithm, the hyperparameters, the channels' names
and the choice of instances.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from smtune.request.codecs import PLAIN, Codec, column, named, one_of, pairs, record, records

Keys = tuple[str, ...]
CONFIG = "HyperParameterTuningJobConfig"
SCALES = {"auto": "Auto", "linear": "Linear", "log": "Logarithmic", "reverse-log": "ReverseLogarithmic"}
_ON = {True: "Enabled", False: "Disabled"}


@dataclass(frozen=True)
class Field:
    """One key and the member it becomes."""

    keys: Keys
    """Where a spec says it, as in ("limits", "jobs")."""
    path: Keys
    """Where the request has it: from its top, or from the top of one definition or channel."""
    codec: Codec = PLAIN


def _field(keys: str, path: str, codec: Codec = PLAIN) -> Field:
    return Field(tuple(keys.split(".")), tuple(path.split(".")), codec)


JOB = (
    _field("name", "HyperParameterTuningJobName"),
    _field(
        "strategy",
        f"{CONFIG}.Strategy",
        named({"bayesian": "Bayesian", "random": "Random", "hyperband": "Hyperband", "grid": "Grid"}),
    ),
    _field("hyperband.min_resource", f"{CONFIG}.StrategyConfig.HyperbandStrategyConfig.MinResource"),
    _field("hyperband.max_resource", f"{CONFIG}.StrategyConfig.HyperbandStrategyConfig.MaxResource"),
    _field("limits.parallel", f"{CONFIG}.ResourceLimits.MaxParallelTrainingJobs"),
    _field("limits.jobs", f"{CONFIG}.ResourceLimits.MaxNumberOfTrainingJobs"),
    _field("limits.runtime_seconds", f"{CONFIG}.ResourceLimits.MaxRuntimeInSeconds"),
    _field("early_stopping", f"{CONFIG}.TrainingJobEarlyStoppingType", named({"off": "Off", "auto": "Auto"})),
    _field("completion.target", f"{CONFIG}.TuningJobCompletionCriteria.TargetObjectiveMetricValue"),
    _field(
        "completion.not_improving_jobs",
        f"{CONFIG}.TuningJobCompletionCriteria.BestObjectiveNotImproving.MaxNumberOfTrainingJobsNotImproving",
    ),
    _field(
        "completion.convergence",
        f"{CONFIG}.TuningJobCompletionCriteria.ConvergenceDetected.CompleteOnConvergence",
        named(_ON),
    ),
    _field("seed", f"{CONFIG}.RandomSeed"),
    _field(
        "warm_start.parents",
        "WarmStartConfig.ParentHyperParameterTuningJobs",
        column("HyperParameterTuningJobName"),
    ),
    _field(
        "warm_start.type",
        "WarmStartConfig.WarmStartType",
        named({"identical": "IdenticalDataAndAlgorithm", "transfer": "TransferLearning"}),
    ),
    _field("tags", "Tags", pairs("Key", "Value")),
    _field("autotune", "Autotune.Mode", named({True: "Enabled"})),
)
"""The whole request's, but for the objective and the ranges: several algorithms have their own."""

DEFINITION = (
    _field("name", "DefinitionName"),
    _field("metrics", "AlgorithmSpecification.MetricDefinitions", pairs("Name", "Regex")),
    _field("role", "RoleArn"),
    _field("output", "OutputDataConfig.S3OutputPath"),
    _field("output_compression", "OutputDataConfig.CompressionType", named({"gzip": "GZIP", "none": "NONE"})),
    _field("security.output_key", "OutputDataConfig.KmsKeyId"),
    _field("compute.instance", "ResourceConfig.InstanceType"),
    _field("compute.count", "ResourceConfig.InstanceCount"),
    _field("compute.volume_gb", "ResourceConfig.VolumeSizeInGB"),
    _field("security.volume_key", "ResourceConfig.VolumeKmsKeyId"),
    _field("compute.keep_alive_seconds", "ResourceConfig.KeepAlivePeriodInSeconds"),
    _field("compute.training_plan", "ResourceConfig.TrainingPlanArn"),
    _field(
        "compute.groups",
        "ResourceConfig.InstanceGroups",
        records({"name": "InstanceGroupName", "instance": "InstanceType", "count": "InstanceCount"}),
    ),
    _field(
        "compute.preferences",
        "ResourceConfig.InstancePreferences",
        records({"instance": "InstanceType", "count": "InstanceCount", "training_plans": "TrainingPlanArns"}),
    ),
    _field(
        "compute.flexible",
        "ResourceConfig.InstanceConfigs",
        records({"instance": "InstanceType", "count": "InstanceCount", "volume_gb": "VolumeSizeInGB"}),
    ),
    _field("compute.allocation", "ResourceConfig.AllocationStrategy", named({"prioritized": "Prioritized"})),
    _field("compute.runtime_seconds", "StoppingCondition.MaxRuntimeInSeconds"),
    _field("compute.wait_seconds", "StoppingCondition.MaxWaitTimeInSeconds"),
    _field("compute.pending_seconds", "StoppingCondition.MaxPendingTimeInSeconds"),
    _field("compute.spot", "EnableManagedSpotTraining"),
    _field("security.isolation", "EnableNetworkIsolation"),
    _field("security.encrypt_traffic", "EnableInterContainerTrafficEncryption"),
    _field("security.subnets", "VpcConfig.Subnets"),
    _field("security.security_groups", "VpcConfig.SecurityGroupIds"),
    _field("checkpoints.uri", "CheckpointConfig.S3Uri"),
    _field("checkpoints.path", "CheckpointConfig.LocalPath"),
    _field("retries", "RetryStrategy.MaximumRetryAttempts"),
    _field("environment", "Environment"),
)
"""One definition's. `ResourceConfig` stands for HyperParameterTuningResourceConfig too: see `resources`."""

CHANNEL = (
    _field(
        "data_type", "DataSource.S3DataSource.S3DataType", one_of("ManifestFile", "AugmentedManifestFile", "Converse")
    ),
    _field("uri", "DataSource.S3DataSource.S3Uri"),
    _field(
        "distribution",
        "DataSource.S3DataSource.S3DataDistributionType",
        one_of("FullyReplicated", "ShardedByS3Key"),
    ),
    _field("attributes", "DataSource.S3DataSource.AttributeNames"),
    _field("groups", "DataSource.S3DataSource.InstanceGroupNames"),
    _field("accept_eula", "DataSource.S3DataSource.ModelAccessConfig.AcceptEula"),
    _field("hub_content", "DataSource.S3DataSource.HubAccessConfig.HubContentArn"),
    _field(
        "file_system",
        "DataSource.FileSystemDataSource",
        record(
            {"id": "FileSystemId", "type": "FileSystemType", "path": "DirectoryPath", "access": "FileSystemAccessMode"}
        ),
    ),
    _field("dataset", "DataSource.DatasetSource.DatasetArn"),
    _field("content_type", "ContentType"),
    _field("compression", "CompressionType", one_of("None", "Gzip")),
    _field("record_wrapper", "RecordWrapperType", one_of("None", "RecordIO")),
    _field("input_mode", "InputMode", one_of("File", "Pipe", "FastFile")),
    _field("shuffle_seed", "ShuffleConfig.Seed"),
)
"""One channel's."""


def write_fields(fields: Iterable[Field], source: object) -> dict[str, Any]:
    """The members for what `source` (a model) says; what it leaves open is not sent."""
    result: dict[str, Any] = {}
    for field in fields:
        value = _said(source, field.keys)
        if value is not None and value != () and value != {}:
            _put(result, field.path, field.codec.encode(value))
    return result


def read_fields(fields: Iterable[Field], members: Mapping[str, Any]) -> dict[str, Any]:
    """The keys for those `members` that keys can say."""
    result: dict[str, Any] = {}
    for field in fields:
        found = _said(members, field.path)
        value = None if found is None else field.codec.decode(found)
        if value is not None:
            _put(result, field.keys, value)
    return result


def _said(source: Any, path: Keys) -> Any:
    for part in path:
        if source is None:
            return None
        source = source.get(part) if isinstance(source, Mapping) else getattr(source, part)
    return source


def _put(target: dict[str, Any], path: Keys, value: Any) -> None:
    *parents, last = path
    for part in parents:
        target = target.setdefault(part, {})
    target[last] = value
