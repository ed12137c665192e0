"""The instances that a tuner's `override_resource_config` names -> the spec that lets the service choose among them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from smtune.errors import UsageError
from smtune.spec import Compute, InstanceOption, TuningSpec

_MEMBERS = {"InstanceType": "instance", "InstanceCount": "count", "VolumeSizeInGB": "volume_gb"}
_HOW = f"give a list of HyperParameterTuningInstanceConfig, each with {', '.join(_MEMBERS)}"
_REPLACED = {"instance": None, "count": None, "volume_gb": None, "groups": (), "preferences": ()}


def with_instances(spec: TuningSpec, configs: Any) -> TuningSpec:
    """`spec` with `configs` (lists of InstanceType, InstanceCount and VolumeSizeInGB) in the place of its instances.

    With several algorithms, a mapping of their names to lists. Raises UsageError for anything else.
    """
    if not spec.algorithms:
        return spec.model_copy(update={"compute": _chosen(spec.compute, configs)})
    names = [entry.name for entry in spec.algorithms]
    if not isinstance(configs, Mapping) or not set(configs) <= set(names):
        message = f"the instances of several algorithms are given by their names: {', '.join(names)}"
        raise UsageError(message)
    entries = [
        entry.model_copy(update={"compute": _chosen(entry.compute or Compute(), configs[entry.name])})
        if entry.name in configs
        else entry
        for entry in spec.algorithms
    ]
    return spec.model_copy(update={"algorithms": tuple(entries)})


def _chosen(compute: Compute, configs: Any) -> Compute:
    if not isinstance(configs, list) or not configs:
        raise UsageError(_HOW)
    return compute.model_copy(update={**_REPLACED, "flexible": tuple(map(_option, configs))})


def _option(config: Any) -> InstanceOption:
    if not isinstance(config, Mapping) or set(config) != _MEMBERS.keys():
        raise UsageError(_HOW)
    try:
        return InstanceOption.model_validate({_MEMBERS[member]: value for member, value in config.items()})
    except ValidationError as error:
        (first, *_) = error.errors()
        message = f"{_HOW}; {'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise UsageError(message) from None
