"""What one training job of a definition runs on, and how many instances of each type a tuning job holds at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smtune.definitions import definitions

Json = Mapping[str, Any]
# They bring storage of their own, so no EBS volume is provisioned (VolumeSizeInGB's text names these families).
_OWN_STORAGE = ("ml.p4d.", "ml.g4dn.", "ml.g5.")


@dataclass(frozen=True)
class Fleet:
    """The instances of one training job."""

    instances: Mapping[str, int]
    """Instance type -> how many."""
    volume_gb: int
    """EBS storage of each instance that has none of its own."""

    @property
    def storage_gb(self) -> int:
        """EBS storage of all instances together."""
        return self.volume_gb * sum(n for kind, n in self.instances.items() if not kind.startswith(_OWN_STORAGE))


def fleets(definition: Json) -> tuple[Fleet, ...]:
    """What a training job may run on, the preferred one first: more than one where the definition leaves a choice."""
    resources = definition.get("HyperParameterTuningResourceConfig") or definition.get("ResourceConfig", {})
    volume = resources.get("VolumeSizeInGB", 0)
    if resources.get("InstanceConfigs"):
        return tuple(_fleet([item], item.get("VolumeSizeInGB", 0)) for item in resources["InstanceConfigs"])
    if resources.get("InstancePreferences"):
        count = resources.get("InstanceCount", 1)
        return tuple(_fleet([{"InstanceCount": count, **item}], volume) for item in resources["InstancePreferences"])
    return (_fleet(resources.get("InstanceGroups") or [resources], volume),)


def _fleet(items: list[Json], volume_gb: int) -> Fleet:
    instances: dict[str, int] = {}
    for item in items:
        if "InstanceType" in item:
            instances[item["InstanceType"]] = instances.get(item["InstanceType"], 0) + item.get("InstanceCount", 1)
    return Fleet(instances, volume_gb)


def at_once(request: Json, parallel: int) -> dict[str, int]:
    """Instance type -> how many run at once at worst: all `parallel` training jobs on the fleet that has most of it."""
    worst: dict[str, int] = {}
    for fleet in (fleet for definition in definitions(request) for fleet in fleets(definition)):
        for kind, count in fleet.instances.items():
            worst[kind] = max(worst.get(kind, 0), count * parallel)
    return worst
