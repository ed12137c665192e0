"""TuningSpec + site + prepared data -> Plan: what will be uploaded, and the exact request. Nothing is sent."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from smtune.errors import Problem, SpecError
from smtune.estimate import PriceTable, load_prices, parse_budget, within_budget
from smtune.naming import unique_job_name
from smtune.request import Site, to_request
from smtune.request.write import held_out
from smtune.spec import TuningSpec

SPEC_TAG = "smtune:spec"
HELD_OUT_TAGS = {"test": "smtune:test", "train_dev": "smtune:train-dev"}
"""Set that no training job sees -> the tag that says where it is."""
MAX_TAGS = 50  # the service's limit for a tuning job


@dataclass(frozen=True)
class Prepared:
    """Data and code of a spec, ready on this machine."""

    files: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    """Channel (and `test` and `train_dev`, if held out) -> its files."""
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
    folders: Mapping[str, Path] = field(default_factory=dict)
    """Channel -> the folder below which its files keep their paths; a file of any other goes by its name."""
    hashes: Mapping[Path, str] = field(default_factory=dict)
    """File -> SHA-256 of its contents, of those that are uploaded as they are."""

    def name_of(self, channel: str, file: Path) -> str:
        """A channel's file as it is called below the channel's prefix, with slashes."""
        folder = self.folders.get(channel)
        return file.name if folder is None else file.relative_to(folder).as_posix()


@dataclass(frozen=True)
class Upload:
    """A file and where it goes."""

    source: Path
    uri: str
    sha256: str = ""
    """Of the contents that are meant, where that is known: a file that has others by then is not sent."""


@dataclass(frozen=True)
class Plan:
    """Everything that a launch does."""

    uploads: tuple[Upload, ...]
    request: Mapping[str, Any]
    programs: Mapping[str, Path] = field(default_factory=dict)
    """Image -> the program that runs in its place on this machine."""
    notes: tuple[str, ...] = ()
    """What is otherwise than the spec says, and why."""

    @property
    def name(self) -> str:
        name: str = self.request["HyperParameterTuningJobName"]
        return name


def plan(
    spec: TuningSpec,
    prepared: Prepared,
    *,
    site: Site | None = None,
    name: str | None = None,
    prices: PriceTable | None = None,
) -> Plan:
    """What a launch of `spec` does at `site`, under a name of its own unless `name` gives one.

    With `limits.budget`, the limits are lowered to what it pays for at `prices` (the shipped ones, if not given).
    Raises SpecError where the budget cannot be kept, or where the service's limit of tags leaves no room for smtune's.
    """
    site = site or Site()
    root = site.prefix(spec.name)
    data = f"{root}/data/{prepared.fingerprint}"
    code = f"{root}/code/{prepared.fingerprint}/sourcedir.tar.gz"
    full = dataclasses.replace(
        site,
        channels={channel: f"{data}/{channel}/" for channel in prepared.files},
        code=code if prepared.code else None,
    )
    job = name or unique_job_name(spec.name)
    kept = f"{root}/jobs/{job}/spec.yaml"
    uploads = [
        Upload(file, f"{data}/{channel}/{prepared.name_of(channel, file)}", prepared.hashes.get(file, ""))
        for channel, files in prepared.files.items()
        for file in files
    ]
    uploads += [Upload(prepared.code, code)] if prepared.code else []
    uploads += [Upload(prepared.spec, kept)] if prepared.spec else []
    request = {**to_request(spec, full), "HyperParameterTuningJobName": job}
    request, notes = _within_budget(spec, request, site, prices)
    unseen = held_out(spec, full)
    marks = {SPEC_TAG: kept if prepared.spec else None}
    tags = _tagged(request, marks | {tag: unseen.get(name) for name, tag in HELD_OUT_TAGS.items()})
    return Plan(tuple(uploads), {**request, "Tags": tags}, prepared.programs, notes)


def _within_budget(
    spec: TuningSpec, request: dict[str, Any], site: Site, prices: PriceTable | None
) -> tuple[dict[str, Any], tuple[str, ...]]:
    if spec.limits.budget is None:
        return request, ()
    tariff = (prices or load_prices()).tariff(site.region)
    return within_budget(request, parse_budget(spec.limits.budget), tariff)


def _tagged(request: Mapping[str, Any], marks: Mapping[str, str | None]) -> list[dict[str, str]]:
    """The request's tags, then smtune's own."""
    own = [{"Key": key, "Value": value} for key, value in marks.items() if value is not None]
    tags = [tag for tag in request.get("Tags", ()) if tag["Key"] not in marks] + own
    if len(tags) > MAX_TAGS:
        message = f"{len(tags)} tags are above the service's limit of {MAX_TAGS}: smtune adds {len(own)} of its own"
        fix = f"give {MAX_TAGS - len(own)} tags at most"
        raise SpecError((Problem(0, 0, "tags", message, fix),))
    return tags
