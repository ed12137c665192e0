"""The parts of a request that the service's model limits: the rule each belongs to, and what is right there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

_RANGES = r"(?:HyperParameterTuningJobConfig\.ParameterRanges|D.HyperParameterRanges)\."
_DEFINITION = r"TrainingJobDefinition(?:s\[\])?\."
_CONFIG = r"HyperParameterTuningJobConfig\."


@dataclass(frozen=True)
class Member:
    """A part of the request. The first of `MEMBERS` that owns a path says what is wrong there."""

    id: str
    paths: str
    """A regular expression for its path; `D.` stands for a definition, `R.` for ranges, `[]` for any index."""
    form: str
    """What a right value is, after `is not`."""
    fix: str
    title: str

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(self.paths.replace("R.", _RANGES).replace("D.", _DEFINITION).replace("C.", _CONFIG))

    def owns(self, path: str) -> bool:
        """Whether a dotted path without line breaks is this part's."""
        return self._pattern.fullmatch(path) is not None


_S3 = "an S3 URI, as s3://my-bucket/path"
_WRITE_S3 = "write it as s3://my-bucket/path"
MEMBERS: tuple[Member, ...] = (
    Member(
        "R1", r"HyperParameterTuningJobName",
        "a job name: at most 32 letters, digits and hyphens, with a letter or digit at both ends",
        "write name: my-model",
        "A job's name is at most 32 letters, digits and hyphens, with a letter or digit at both ends.",
    ),
    Member(
        "R2-form", r"D.DefinitionName",
        "a name: at most 64 letters, digits and hyphens, with a letter or digit at both ends", "write name: my-model",
        "An algorithm's name is at most 64 letters, digits and hyphens, with a letter or digit at both ends.",
    ),
    Member("R3-count", r"TrainingJobDefinitions", "a list", "list 1 to 10", "A list of definitions has 1 to 10."),
    Member(
        "R4-list", r"R.(?:Integer|Continuous|Categorical)ParameterRanges", "a list",
        "give plain values to those that matter least", "Each kind of range has a list of at most 30.",
    ),
    Member(
        "R44-form", r"R.AutoParameters.*|Autotune(?:\..*)?", "text", "write autotune: true",
        "Autotune is Enabled or left out; at most 100 hints, each of at most 256 characters.",
    ),
    Member(
        "R5-count", r"R.CategoricalParameterRanges\[\]\.Values.*", "text", "write {values: [a, b]}",
        "A choice has 1 to 30 values of at most 256 characters.",
    ),
    Member(
        "R7-form", r"R.\w+\[\]\.ScalingType", "a scale", "write scale: log",
        "A scale is Auto, Linear, Logarithmic or ReverseLogarithmic.",
    ),
    Member(
        "R6-form", r"R.\w+\[\](?:\..*)?", "one line of text", "write it as {min: 0.01, max: 0.5}",
        "A range has a name, a lowest and a highest value, each of at most 256 characters.",
    ),
    Member(
        "R8-form", r"D.StaticHyperParameters.*", "one line of text", "pass it in a file of a channel",
        "A static hyperparameter's name has at most 256 characters and its value 2,500.",
    ),
    Member(
        "R10", r"C.Strategy", "a strategy", "write strategy: bayesian",
        "The strategy is Bayesian, Random, Hyperband or Grid.",
    ),
    Member(
        "R13-form", r"C.StrategyConfig.*", "a whole number", "write hyperband: {min_resource: 1, max_resource: 30}",
        "Hyperband's resources are whole numbers of at least 1.",
    ),
    Member(
        "R18-form", r"C.ResourceLimits\.MaxRuntimeInSeconds", "a number of seconds",
        "write limits: {runtime_seconds: 3600}", "A tuning job runs for 120 to 15,768,000 seconds.",
    ),
    Member(
        "R16-form", r"C.ResourceLimits.*", "a whole number", "write limits: {jobs: 20, parallel: 2}",
        "A tuning job says how many training jobs run at once; both counts are at least 1.",
    ),
    Member(
        "R20-count", r"D.AlgorithmSpecification\.MetricDefinitions", "a list", "keep those that you look at",
        "The API takes at most 40 metrics.",
    ),
    Member(
        "R21-form", r"D.AlgorithmSpecification\.MetricDefinitions.*", "one line of text",
        "write metrics: {NAME: 'NAME=(\\S+)'}",
        "A metric's name has 1 to 255 characters and its regex 1 to 500.",
    ),
    Member(
        "R22-form", r"C.HyperParameterTuningJobObjective.*|D.TuningObjective.*", "a metric's name",
        "write objective: {maximize: NAME}",
        "An objective is Maximize or Minimize, and a metric's name of 1 to 255 characters.",
    ),
    Member(
        "R24-form", r"C.TrainingJobEarlyStoppingType", "Off or Auto", "write early_stopping: auto",
        "Early stopping is Off or Auto.",
    ),
    Member(
        "R26-form", r"C.TuningJobCompletionCriteria.*", "a criterion",
        "write completion: {target: 0.95, not_improving_jobs: 10, convergence: true}",
        "A tuning job ends early at a target, after 3 or more jobs without improvement, or on convergence.",
    ),
    Member(
        "R29-form", r"WarmStartConfig\.WarmStartType", "a type of warm start", "write type: identical, or transfer",
        "A warm start is IdenticalDataAndAlgorithm or TransferLearning.",
    ),
    Member(
        "R27-form", r"WarmStartConfig.*", "the name of a tuning job",
        "write warm_start: {type: transfer, parents: [NAME]}", "A warm start has 1 to 5 parents.",
    ),
    Member(
        "R32", r"C.RandomSeed", "a seed", "write a seed from 0 to 2147483647",
        "A seed is a whole number from 0; the same one repeats a random or Hyperband search, and a Bayesian nearly.",
    ),
    Member(
        "R33-form", r"D.AlgorithmSpecification.*", "an algorithm's name or ARN, or an image",
        "write algorithm: {image: URI, input_mode: File}",
        "An image has at most 255 characters, an algorithm's ARN 170; data comes as File, Pipe or FastFile.",
    ),
    Member(
        "R34", r"D.RoleArn", "a role's ARN", "write role: arn:aws:iam::123456789012:role/NAME",
        "A role is an ARN of 20 to 2,048 characters, as arn:aws:iam::123456789012:role/training.",
    ),
    Member(
        "R35-name", r"D.InputDataConfig\[\]\.ChannelName", "a channel's name: letters, digits, dots, hyphens and _",
        "rename the channel", "A channel's name is 1 to 64 letters, digits, dots, hyphens and underscores.",
    ),
    Member(
        "R35-uri", r"D.InputDataConfig\[\]\.DataSource\.S3DataSource\.S3Uri", _S3, _WRITE_S3,
        "A channel's S3 URI begins with s3:// or https:// and has at most 1,024 characters.",
    ),
    Member(
        "R35", r"D.InputDataConfig.*", "what the API takes", "write data: {channels: {train: s3://my-bucket/train}}",
        "A training job has 1 to 20 channels.",
    ),
    Member(
        "R36", r"D.VpcConfig.*", "an id: letters, digits and hyphens",
        "write security: {subnets: [subnet-...], security_groups: [sg-...]}",
        "A VPC has 1 to 16 subnets and 1 to 5 security groups: both.",
    ),
    Member(
        "R38", r"D.\w*ResourceConfig\..*InstanceType", "an instance type", "write compute: {instance: ml.m5.large}",
        "An instance type is one of the API's enum (it grows with botocore).",
    ),
    Member(
        "R37-form", r"D.HyperParameterTuningResourceConfig.*", "what the API takes",
        "write flexible: [{instance: ml.m5.xlarge, count: 1, volume_gb: 30}]",
        "There are 1 to 6 instances to choose from, each with type, count and volume, in the order Prioritized.",
    ),
    Member(
        "R38-form", r"D.ResourceConfig.*", "what the API takes", "write compute: {instance: ml.m5.large, count: 1}",
        "There are at most 5 instance groups or preferences; instances stay warm for at most 21,600 seconds.",
    ),
    Member(
        "R39-form", r"D.StoppingCondition.*", "a number of seconds", "write compute: {runtime_seconds: 3600}",
        "A training job has a time limit of at least 1 second, and waits 1,800 to 2,419,200 seconds for capacity.",
    ),
    Member(
        "R40", r"D.RetryStrategy.*", "a number of retries", "write retries: 3",
        "A training job is retried 1 to 30 times, after internal errors only; its time limit is for all attempts.",
    ),
    Member(
        "R41-form", r"D.Environment.*", "a variable's name: letters, digits and underscores, no digit first",
        "rename the variable",
        "A definition has at most 48 environment variables; name and value have at most 512 characters.",
    ),
    Member(
        "R42", r"D.CheckpointConfig.*", _S3, "write checkpoints: {uri: s3://my-bucket/path}",
        "Checkpoints have an S3 URI; their local path has at most 4,096 characters.",
    ),
    Member(
        "R43", r"Tags.*", "a tag: letters, digits, spaces and _ . : / = + - @", "write it with these characters",
        "There are at most 50 tags; a key has 1 to 128 characters and a value at most 256.",
    ),
    Member(
        "output", r"D.OutputDataConfig.*", _S3, _WRITE_S3,
        "Models go to an S3 URI of at most 1,024 characters; a key is a KMS key's id or ARN.",
    ),
    Member(
        "model", r".*", "what the API takes", "see the API reference of CreateHyperParameterTuningJob",
        "A request has the members that the API's model has.",
    ),
)  # fmt: skip
