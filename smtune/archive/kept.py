"""The spec that smtune kept of a job it launched, as a file of the job's archive: where S3 had it, it is read there.

It says what no request does, human level before all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import boto3

from smtune.archive.manifest import OBJECTS
from smtune.clone.kept import read_kept
from smtune.clone.running import PATIENCE
from smtune.errors import SmtuneError, SpecError
from smtune.local.objects import ObjectKeyError, object_path, parse_uri
from smtune.patience import Line
from smtune.plan import SPEC_TAG
from smtune.secrecy import HIDDEN, hide
from smtune.spec.environment import expand
from smtune.spec.load import check_document
from smtune.spec.yaml import parse_yaml
from smtune.veil import kept_text

Tags = Sequence[Mapping[str, str]]


def keep_spec(session: boto3.Session, tags: Tags, secrets: Sequence[str], draft: Path) -> Iterator[str]:
    """Write the spec that `tags` name into an archive's folder; yields why it could not be, if so.

    A launch has veiled it, but anybody may have written it since: it is veiled again, and has none of `secrets`.
    """
    uri = kept_uri(tags)
    if uri is None:
        return
    try:
        content = _presentable(kept_text(read_kept(Line(session, PATIENCE), uri)), secrets)
        place = object_path(draft / OBJECTS, *parse_uri(uri))
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as file:  # a model may be there, if somebody has written the tag
            file.write(content.encode())
    except (SmtuneError, OSError) as error:
        yield _without(f"the job's own spec is not in the archive: {_reason(error, uri)}", secrets)


def kept_uri(tags: Tags) -> str | None:
    """Where a tuning job's own spec is on S3, as its tags say."""
    return next((tag["Value"] for tag in tags if tag["Key"] == SPEC_TAG), None)


def kept_files(tags: Tags) -> tuple[str, ...]:
    """The spec's file, below an archive's folder; none where no job's spec can be there."""
    uri = kept_uri(tags)
    try:
        return () if uri is None else (object_path(Path(OBJECTS), *parse_uri(uri)).as_posix(),)
    except ObjectKeyError:
        return ()


def _reason(error: SmtuneError | OSError, uri: str) -> str:
    first = error.problems[0] if isinstance(error, SpecError) else None
    return f"{uri}: {error}" if first is None else replace(first, fix="").describe(uri)


def _presentable(text: str, secrets: Sequence[str]) -> str:
    """`text` without secrets; raises SpecError where it is no spec without them."""
    shown = _without(text, secrets)
    if shown != text:
        check_document(expand(parse_yaml(shown, source="spec"), {}))  # as it is read: no variable is followed
    return shown


def _without(text: str, secrets: Sequence[str]) -> str:
    return hide(text, tuple(secret for secret in secrets if secret != HIDDEN))
