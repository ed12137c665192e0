"""What a rule looks at: a CreateHyperParameterTuningJob request, read so that one definition and several look alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from smtune.algorithms.images import Family, families, parse_image
from smtune.service_model import REQUEST, Violation, violations

Json = Mapping[str, Any]
Path = tuple[str | int, ...]
Kind = Literal["Continuous", "Integer", "Categorical", "Auto"]

CONFIG: Path = ("HyperParameterTuningJobConfig",)
LIMITS: Path = (*CONFIG, "ResourceLimits")
PROGRAM = "sagemaker_program"
"""The static hyperparameter that names the script to run."""
_JUMPSTART = "s3://jumpstart-"
KINDS: Mapping[str, Kind] = {
    "ContinuousParameterRanges": "Continuous",
    "IntegerParameterRanges": "Integer",
    "CategoricalParameterRanges": "Categorical",
    "AutoParameters": "Auto",
}
"""Each list of ranges, and the kind of what is in it."""


@dataclass(frozen=True)
class Tuned:
    """A hyperparameter that is searched."""

    name: str
    kind: Kind
    """`Continuous`, `Integer`, `Categorical` or `Auto`."""
    item: Json
    """As in the request: `Name` with `MinValue` and `MaxValue`, `Values`, or `ValueHint`."""
    path: Path

    @property
    def ends(self) -> tuple[str, ...]:
        """The two ends of a range, or each choice; nothing where the service chooses."""
        if self.kind == "Auto":
            return ()
        if self.kind == "Categorical":
            return tuple(self.item["Values"])
        return (self.item["MinValue"], self.item["MaxValue"])


@dataclass(frozen=True)
class Part:
    """One training job definition, with the objective and the ranges that belong to it wherever they stand."""

    definition: Json
    path: Path
    objective: Json | None
    objective_path: Path
    ranges: Json
    ranges_path: Path

    @cached_property
    def tuned(self) -> tuple[Tuned, ...]:
        """Everything that is searched, the service's own choices included."""
        return tuple(
            Tuned(item["Name"], kind, item, (*self.ranges_path, key, index))
            for key, kind in KINDS.items()
            for index, item in enumerate(self.ranges.get(key, ()))
        )

    @cached_property
    def ranged(self) -> tuple[Tuned, ...]:
        """What has a range or a choice of its own."""
        return tuple(tuned for tuned in self.tuned if tuned.kind != "Auto")

    @property
    def static(self) -> Mapping[str, str]:
        """Static hyperparameters."""
        return dict(self.definition.get("StaticHyperParameters", {}))

    @property
    def algorithm(self) -> Json:
        """AlgorithmSpecification."""
        return dict(self.definition["AlgorithmSpecification"])

    @property
    def metrics(self) -> list[Json]:
        """Metric definitions."""
        return list(self.algorithm.get("MetricDefinitions", ()))

    @cached_property
    def _known_image(self) -> tuple[Family, str] | None:
        return parse_image(self.algorithm.get("TrainingImage", ""))

    @property
    def family(self) -> Family | None:
        """The built-in algorithm or the framework whose image this is; None for any other image."""
        return self._known_image[0] if self._known_image else None

    @property
    def version(self) -> str | None:
        """The version of a known image, as `1.7-1`; None for any other image."""
        return self._known_image[1] if self._known_image else None

    @cached_property
    def builtin(self) -> str | None:
        """The name of the built-in algorithm: by its image, or by the script of AWS's own that a framework runs."""
        if self.family and self.family.kind == "builtin":
            return self.family.name if self.has_own_image else None
        code = self.static.get("sagemaker_submit_directory", "")
        names = (name for name, family in families().items() if family.container)
        return next((name for name in names if code.startswith(_JUMPSTART) and name.partition("-")[0] in code), None)

    @property
    def has_own_image(self) -> bool:
        """Whether it is a built-in algorithm with an image of its own, which also has metrics of its own; the image
        that runs a script is not (XGBoost's script mode)."""
        return self.family is not None and self.family.kind == "builtin" and PROGRAM not in self.static

    def at(self, *keys: str | int) -> Path:
        """The request's path of a member of this definition."""
        return (*self.path, *keys)

    def place_of(self, name: str) -> Path:
        """The request's path of a hyperparameter; of the static ones where there is none of this name."""
        for tuned in self.tuned:
            if tuned.name == name:
                return tuned.path
        static = self.at("StaticHyperParameters")
        return (*static, name) if name in self.static else static if self.static else self.ranges_path


@dataclass(frozen=True)
class Case:
    """A request (well-formed, for all but `violations`) with what is known of its warm start's parents."""

    request: Json
    parents: Mapping[str, Json] = field(default_factory=dict)
    """Name -> DescribeHyperParameterTuningJob response."""

    @cached_property
    def violations(self) -> tuple[Violation, ...]:
        """What in the request breaks the service's own model."""
        return violations(REQUEST, self.request)

    @property
    def config(self) -> Json:
        """HyperParameterTuningJobConfig."""
        return dict(self.request["HyperParameterTuningJobConfig"])

    @property
    def limits(self) -> Json:
        """ResourceLimits."""
        return dict(self.config["ResourceLimits"])

    @property
    def strategy(self) -> str:
        return str(self.config["Strategy"])

    @property
    def autotunes(self) -> bool:
        """Whether the service may choose what the request leaves open."""
        return "Autotune" in self.request

    @property
    def has_several(self) -> bool:
        """Whether the request has a list of definitions."""
        return bool(self.request.get("TrainingJobDefinitions"))

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Every definition: one, several, or (against the rules) none or both."""
        return tuple(self._parts())

    def _parts(self) -> Iterator[Part]:
        if "TrainingJobDefinition" in self.request:
            config = self.config
            objective, ranges = "HyperParameterTuningJobObjective", "ParameterRanges"
            yield Part(
                definition=self.request["TrainingJobDefinition"],
                path=("TrainingJobDefinition",),
                objective=config.get(objective),
                objective_path=(*CONFIG, objective),
                ranges=config.get(ranges, {}),
                ranges_path=(*CONFIG, ranges),
            )
        for index, definition in enumerate(self.request.get("TrainingJobDefinitions", ())):
            path: Path = ("TrainingJobDefinitions", index)
            yield Part(
                definition=definition,
                path=path,
                objective=definition.get("TuningObjective"),
                objective_path=(*path, "TuningObjective"),
                ranges=definition.get("HyperParameterRanges", {}),
                ranges_path=(*path, "HyperParameterRanges"),
            )
