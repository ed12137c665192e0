"""The spec: one YAML file that describes a tuning job."""

from smtune.spec.algorithm import BuiltIn, Image, Resource, Script, ScriptSource
from smtune.spec.compute import Checkpoints, Compute, InstanceGroup, InstanceOption, InstancePreference
from smtune.spec.data import Channel, Channels, FileSystem, Split, Table
from smtune.spec.definition import AlgorithmEntry, Definition
from smtune.spec.dump import dump_spec
from smtune.spec.limits import Completion, Hyperband, Limits, WarmStart
from smtune.spec.load import load_document, load_spec
from smtune.spec.model import TuningSpec
from smtune.spec.objective import DiagnosisSpec, MetricNames, Objective
from smtune.spec.ranges import Auto, Categorical, Continuous, Integer
from smtune.spec.security import Security

__all__ = [
    "AlgorithmEntry",
    "Auto",
    "BuiltIn",
    "Categorical",
    "Channel",
    "Channels",
    "Checkpoints",
    "Completion",
    "Compute",
    "Continuous",
    "Definition",
    "DiagnosisSpec",
    "FileSystem",
    "Hyperband",
    "Image",
    "InstanceGroup",
    "InstanceOption",
    "InstancePreference",
    "Integer",
    "Limits",
    "MetricNames",
    "Objective",
    "Resource",
    "Script",
    "ScriptSource",
    "Security",
    "Split",
    "Table",
    "TuningSpec",
    "WarmStart",
    "dump_spec",
    "load_document",
    "load_spec",
]
