"""One definition of a request -> the spec's keys that say it. What no key can say is not among them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from smtune.algorithms.images import image_uri, parse_image
from smtune.request.fields import CHANNEL, DEFINITION, read_fields
from smtune.request.ranges import read_hyperparameters
from smtune.request.site import Site
from smtune.request.write import DEFAULT_INSTANCE, RESOURCES, SHARED_RESOURCES
from smtune.spec.algorithm import InputMode

Json = Mapping[str, Any]


def read_definition(definition: Json, site: Site) -> dict[str, Any]:
    """The keys for `definition`, in the order in which people read them; several definitions' own name included."""
    shared = RESOURCES not in definition and SHARED_RESOURCES in definition
    view = {**definition, RESOURCES: definition[SHARED_RESOURCES]} if shared else definition
    fields = read_fields(DEFINITION, view)
    compute = _compute(fields.pop("compute", {}), shared=shared)
    specification: Json = definition["AlgorithmSpecification"]
    data = {
        "name": fields.pop("name", None),
        "algorithm": _algorithm(specification, site, compute.get("instance", DEFAULT_INSTANCE)),
        "objective": _objective(definition.get("TuningObjective", {})),
        "metrics": fields.pop("metrics", None),
        "hyperparameters": read_hyperparameters(
            definition.get("HyperParameterRanges", {}), definition.get("StaticHyperParameters", {})
        ),
        "data": _channels(definition.get("InputDataConfig", ())),
        "compute": compute or None,
        **fields,
    }
    return {key: value for key, value in data.items() if value is not None}


def _objective(objective: Json) -> dict[str, Any]:
    direction = "minimize" if objective.get("Type") == "Minimize" else "maximize"
    return {direction: objective.get("MetricName", "")}


def _algorithm(specification: Json, site: Site, instance: str) -> dict[str, Any]:
    mode = specification["TrainingInputMode"]
    given = {"input_mode": mode} if mode in get_args(InputMode) else {}
    if "TrainingImage" not in specification:
        return {"arn": specification.get("AlgorithmName", ""), **given}
    image = specification["TrainingImage"]
    parsed = parse_image(image)
    if parsed and parsed[0].kind == "builtin" and mode == "File" and site.region in parsed[0].accounts:
        family, version = parsed
        if image == image_uri(family.name, version, region=site.region, instance=instance):
            return {"builtin": family.name, "version": version}
    return {"image": image, **given}


def _compute(compute: dict[str, Any], *, shared: bool) -> dict[str, Any]:
    """Without what groups, preferences or options replace: a request that has both keeps the rest in `raw`."""
    replaced = ("instance", "count") if {"groups", "preferences", "flexible"} & set(compute) else ()
    replaced = (*replaced, "volume_gb") if "flexible" in compute else replaced
    left = {key: value for key, value in compute.items() if key not in replaced}
    return left | ({"shared_config": True} if shared and "flexible" not in compute else {})


def _channels(channels: Any) -> dict[str, Any] | None:
    result = {}
    for channel in channels:
        source = channel["DataSource"]
        if len(source) == 1:  # a channel of two places, or of none, stays in `raw`
            result[channel["ChannelName"]] = read_fields(CHANNEL, channel)
    return {"channels": result} if result else None
