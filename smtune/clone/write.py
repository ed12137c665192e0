"""A request -> the spec that makes it, with comments on what was left out of what stood there, and why."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from smtune.clone.annotate import annotate
from smtune.definitions import definitions
from smtune.partitions import REGISTRY
from smtune.request import Site, from_request, to_request
from smtune.request.description import Normalized
from smtune.request.site import DEFAULT_ACCOUNT, DEFAULT_REGION
from smtune.spec import BuiltIn, TuningSpec
from smtune.spec.document import Path
from smtune.veil import veiled

_REGISTRY = re.compile(REGISTRY)


@dataclass(frozen=True)
class Clone:
    """A spec that somebody's job became."""

    spec: TuningSpec
    comments: tuple[str, ...] = ()
    """Sentences about the whole."""
    remarks: Mapping[Path, str] = field(default_factory=dict)
    """A key -> a sentence about it."""
    site: Site = field(default_factory=Site)
    """Where the spec's request is the job's own."""

    def to_yaml(self) -> str:
        """The spec with the comments: `load_spec` reads the same spec from it, once its secrets are in the environment.

        What looks like a secret is `${env:NAME}` in it.
        """
        text, hidden = veiled(self.spec)
        return annotate(text, {**self.remarks, **hidden}, self.comments)

    def commented(self, *sentences: str) -> Clone:
        """This, with more to say about the whole."""
        return dataclasses.replace(self, comments=(*self.comments, *sentences))


def write_clone(job: Normalized, region: str | None = None) -> str:
    """The YAML of the spec, with comments on what was left out and where its built-in algorithms are meant to run.

    `region`: whose images of built-in algorithms to call by name; None takes that of the job's own images.
    """
    return clone_request(job, region).to_yaml()


def clone_request(job: Normalized, region: str | None = None) -> Clone:
    """`write_clone`, as data."""
    site = Site(region=region or region_of(job.request) or DEFAULT_REGION)
    spec = from_request(job.request, site)
    left_out = [f"left out: {what} ({why})" for what, why in job.left_out.items()]
    return Clone(spec, (*left_out, *place_comments(spec, site)), site=site)


def place_comments(spec: TuningSpec, site: Site) -> tuple[str, ...]:
    """How to render a spec whose request depends on the region (a built-in algorithm's image) or on the account."""
    regional = site.region != DEFAULT_REGION and any(isinstance(item.algorithm, BuiltIn) for item in spec.definitions)
    options = f" --region {site.region}" if regional else ""
    if site.account != DEFAULT_ACCOUNT and DEFAULT_ACCOUNT in str(to_request(spec, Site(region=site.region))):
        options += f" --account {site.account}"
    return (f"for {site.region}: the same request comes from `smtune render{options}`",) if options else ()


def region_of(request: Mapping[str, Any]) -> str | None:
    """The region of the first training image that names one."""
    images = [item.get("AlgorithmSpecification", {}).get("TrainingImage", "") for item in definitions(request)]
    return next((found[2] for found in map(_REGISTRY.match, images) if found), None)
