"""A plan as a file: everything that a launch needs to do exactly this, under a hash that shows an edit."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from smtune import __version__
from smtune.errors import Problem, SpecError, UsageError
from smtune.files import OWNER_ONLY, write_whole
from smtune.naming import unique_job_name
from smtune.spec.source import read_text

KIND = "smtune/plan"
SCHEMA_VERSION = 1
FileKind = Literal["file", "part", "archive", "spec"]


@dataclass(frozen=True)
class SourceFile:
    """A file of this machine that an upload is made of."""

    path: str
    """Relative to the spec's folder where it lies below it."""
    bytes: int
    sha256: str


@dataclass(frozen=True)
class PlannedFile:
    """What will be uploaded: a `file` as it is, a `part` of a table, the `archive` of a script, or the `spec`."""

    kind: FileKind
    sources: tuple[SourceFile, ...]
    bytes: int | None = None
    """None for a part: a table is split only when it is launched."""
    sha256: str | None = None
    share: float | None = None
    """Of the table's rows (0 to 1), for a part."""
    uri: str = ""
    """Where it goes; empty until it is planned."""


@dataclass(frozen=True)
class PlanDocument:
    """What a launch of this plan does, and what it takes. The same inputs give the same document."""

    source: str
    """The spec's file, as it was named."""
    yaml: str
    """The whole spec: overlays and settings applied."""
    site: Mapping[str, Any]
    """`region`, `account`, `role` (or null) and `bucket` (or null)."""
    request: Mapping[str, Any]
    """CreateHyperParameterTuningJob's, whole."""
    uploads: tuple[PlannedFile, ...]
    estimate: Mapping[str, Any]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As JSON: the shape of `plan.json` and of `smtune plan -o json`."""
        data = {
            "kind": KIND,
            "schema_version": SCHEMA_VERSION,
            "smtune_version": __version__,
            "spec": {"source": self.source, "sha256": _sha256(self.yaml), "yaml": self.yaml},
            "site": dict(self.site),
            "request": dict(self.request),
            "uploads": [dataclasses.asdict(upload) for upload in self.uploads],
            "estimate": dict(self.estimate),
            "notes": list(self.notes),
        }
        return {**data, "sha256": _sha256(canonical(data))}


def canonical(data: Any) -> str:
    """The one JSON text of `data`, whatever the order of its keys."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def planned_name(base: str, request: Mapping[str, Any], attempt: int = 0) -> str:
    """The tuning job's name in a plan of `request`: the same plan has the same one, any other another.

    `attempt` numbers the jobs that ask for the same on purpose; 0 is the first.
    """
    again = {"attempt": attempt} if attempt else {}
    number = int(_sha256(canonical({**request, "HyperParameterTuningJobName": base, **again})), 16)
    rest, token = divmod(number, 36**4)
    return unique_job_name(base, now=rest % 36**6, token=token)


def write_plan(document: PlanDocument, path: Path) -> None:
    """Write `path` as a whole or not at all; only its owner may read it, as it holds the whole request.

    Raises UsageError where its folder is missing, OSError for what keeps it from being written.
    """
    if not path.absolute().parent.is_dir():
        message = f"there is no folder {path.parent} to write {path.name} into"
        raise UsageError(message)
    if path.is_dir():
        message = f"{path} is a folder: name a file in it"
        raise UsageError(message)
    text = json.dumps(document.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_whole(path, text.encode(), OWNER_ONLY)


def is_plan(data: Any) -> bool:
    """Whether `data` says that it is a plan."""
    return isinstance(data, Mapping) and data.get("kind") == KIND


def read_plan(path: Path) -> PlanDocument:
    """The plan in `path`; raises SpecError for what is none, is of another version, or was edited."""
    try:
        data = json.loads(read_text(path), parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise _error(path, f"not JSON: {error}") from None
    if not is_plan(data):
        raise _error(path, "not a plan")
    if data.get("schema_version") != SCHEMA_VERSION:
        version = data.get("schema_version")
        raise _error(path, f"a plan of version {version!r}; this smtune reads version {SCHEMA_VERSION}")
    said = data.pop("sha256", None)
    if said != _sha256(canonical(data)):
        raise _error(path, "the plan was edited after it was made: its sha256 does not fit", "change the spec instead")
    return _document(data, path)


def _document(data: Mapping[str, Any], path: Path) -> PlanDocument:
    try:
        uploads = [
            PlannedFile(**{**item, "sources": tuple(SourceFile(**source) for source in item["sources"])})
            for item in data["uploads"]
        ]
        spec, site, request, estimate = (dict(data[key]) for key in ("spec", "site", "request", "estimate"))
        notes = tuple(str(note) for note in data["notes"])
        found = PlanDocument(spec["source"], spec["yaml"], site, request, tuple(uploads), estimate, notes)
        _refuse_other_types(found)
        return found
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _error(path, f"the plan is not whole: {error!r}") from None


def _refuse_other_types(document: PlanDocument) -> None:
    """Raise TypeError where a text is none: a hash holds of whatever somebody hashed."""
    texts = [document.source, document.yaml]
    for upload in document.uploads:
        texts += [upload.uri, *(text for source in upload.sources for text in (source.path, source.sha256))]
        if upload.kind not in get_args(FileKind):
            raise TypeError(upload.kind)
    for text in texts:
        if not isinstance(text, str):
            raise TypeError(text)


def _refuse_constant(name: str) -> Any:
    message = f"{name} is no number of JSON"
    raise ValueError(message)


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse_constant(text)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _error(path: Path, message: str, fix: str = "") -> SpecError:
    again = f"{fix}{', and ' if fix else ''}make the plan again: smtune plan SPEC --out {path.name}"
    return SpecError((Problem(0, 0, "", message, again),), source=str(path))
