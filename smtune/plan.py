"""TuningSpec + site + prepared data -> Plan: what will be uploaded, and the exact request. Pure: nothing is sent."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from smtune.naming import unique_job_name
from smtune.request import Site, to_request
from smtune.request.write import held_out
from smtune.spec import TuningSpec

SPEC_TAG = "smtune:spec"
TEST_TAG = "smtune:test"


@dataclass(frozen=True)
class Prepared:
    """Data and code of a spec, ready on this machine."""

    files: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    """Channel (and `test`, if held out) -> its files."""
    code: Path | None = None
    """The source archive of a script."""
    spec: Path | None = None
    """The spec as YAML, to be kept beside the data."""
    rows: Mapping[str, int] = field(default_factory=dict)
    """Rows of each part of a table that was split."""
    programs: Mapping[str, Path] = field(default_factory=dict)
    """Image -> the program that runs in its place on this machine."""
    fingerprint: str = ""
    """Of data and code: the same contents have the same one, so they are uploaded once."""


@dataclass(frozen=True)
class Upload:
    """A file and where it goes."""

    source: Path
    uri: str


@dataclass(frozen=True)
class Plan:
    """Everything that a launch does."""

    uploads: tuple[Upload, ...]
    request: Mapping[str, Any]
    programs: Mapping[str, Path] = field(default_factory=dict)
    """Image -> the program that runs in its place on this machine."""

    @property
    def name(self) -> str:
        name: str = self.request["HyperParameterTuningJobName"]
        return name


def plan(spec: TuningSpec, prepared: Prepared, *, site: Site | None = None, name: str | None = None) -> Plan:
    """What a launch of `spec` does at `site`, under a name of its own unless `name` gives one."""
    site = site or Site()
    root = site.prefix(spec.name)
    data = f"{root}/data/{prepared.fingerprint}"
    code = f"{root}/code/{prepared.fingerprint}/sourcedir.tar.gz"
    full = dataclasses.replace(
        site,
        channels={channel: f"{data}/{channel}" for channel in prepared.files},
        code=code if prepared.code else None,
    )
    job = name or unique_job_name(spec.name)
    kept = f"{root}/jobs/{job}/spec.yaml"
    uploads = [
        Upload(file, f"{data}/{channel}/{file.name}") for channel, files in prepared.files.items() for file in files
    ]
    uploads += [Upload(prepared.code, code)] if prepared.code else []
    uploads += [Upload(prepared.spec, kept)] if prepared.spec else []
    request = {**to_request(spec, full), "HyperParameterTuningJobName": job}
    tags = {SPEC_TAG: kept if prepared.spec else None, TEST_TAG: held_out(spec, full)}
    marks = [{"Key": key, "Value": value} for key, value in tags.items() if value is not None]
    return Plan(tuple(uploads), {**request, "Tags": [*request.get("Tags", ()), *marks]}, prepared.programs)
