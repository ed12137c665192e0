"""The spec: one YAML file that describes a tuning job."""

from smtune.spec.algorithm import BuiltIn, Image, Resource, Script, ScriptSource
from smtune.spec.data import Channel, Channels, Split, Table
from smtune.spec.dump import dump_spec
from smtune.spec.load import load_document, load_spec
from smtune.spec.model import (
    AlgorithmEntry,
    Compute,
    Definition,
    DiagnosisSpec,
    Limits,
    MetricNames,
    Objective,
    TuningSpec,
)
from smtune.spec.ranges import Categorical, Continuous, Integer

__all__ = [
    "AlgorithmEntry",
    "BuiltIn",
    "Categorical",
    "Channel",
    "Channels",
    "Compute",
    "Continuous",
    "Definition",
    "DiagnosisSpec",
    "Image",
    "Integer",
    "Limits",
    "MetricNames",
    "Objective",
    "Resource",
    "Script",
    "ScriptSource",
    "Split",
    "Table",
    "TuningSpec",
    "dump_spec",
    "load_document",
    "load_spec",
]
