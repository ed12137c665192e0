"""A file that holds a tuning job, in whoever's spelling -> the request in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smtune.errors import Problem, SpecError, UsageError
from smtune.request.description import Normalized, normalize
from smtune.request.formats import find_job
from smtune.spec.source import read_text, source_name
from smtune.spec.yaml import parse_yaml


def read_job(path: Path, name: str | None = None) -> Normalized:
    """The request in `path` (JSON or YAML; `-` is stdin), and what was left out of what stands there.

    Raises SpecError for what is neither JSON nor YAML, UsageError where there is not exactly one tuning job (called
    `name`, if that is given).
    """
    return normalize(find_job(read_document(path), name, source_name(path)))


def read_document(path: Path) -> Any:
    """The plain data of a JSON or YAML file (`-` is stdin); raises SpecError for what is neither."""
    text = read_text(path)
    if text.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(text, object_pairs_hook=_unique)
        except (ValueError, RecursionError) as error:
            place = (error.lineno, error.colno) if isinstance(error, json.JSONDecodeError) else (1, 1)
            reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
            flow = _flow(text)  # YAML may begin with a brace, too
            if flow is not None:
                return flow
            raise SpecError((Problem(*place, "", f"not JSON: {reason}", "save it again"),), source=str(path)) from None
    return parse_yaml(text, source=str(path)).data


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [key for key, _ in pairs]
        message = f"key {next(key for key in names if names.count(key) > 1)!r} stands twice"
        raise ValueError(message)
    return found


def _flow(text: str) -> Any:
    try:
        return parse_yaml(text, source="").data
    except SpecError:
        return None


def read_tags(path: Path) -> list[Mapping[str, str]]:
    """The tags in a ListTags answer; raises UsageError for anything else."""
    document = read_document(path)
    tags = document.get("Tags") if isinstance(document, Mapping) else document
    if not isinstance(tags, list) or not all(isinstance(tag, Mapping) and set(tag) == {"Key", "Value"} for tag in tags):
        message = f"{path} holds no tags: give the answer of `aws sagemaker list-tags`"
        raise UsageError(message)
    return tags
