"""A clone with changes: `--set KEY=VALUE` and overlays, as they change a spec's file, and then the rules."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from smtune.clone.write import Clone
from smtune.errors import Problem, SpecError, UsageError
from smtune.spec import TuningSpec, dump_spec
from smtune.spec.document import Document
from smtune.spec.environment import expand
from smtune.spec.load import check_document
from smtune.spec.overlay import merge
from smtune.spec.setting import parse_setting
from smtune.spec.source import read_text, source_name
from smtune.spec.yaml import parse_yaml
from smtune.validate import find_problems

_SOURCE = "<the clone>"


def changed(clone: Clone, settings: Sequence[str] = (), overlays: Sequence[Path] = ()) -> Clone:
    """`clone` with overlays merged over it, then settings (`KEY=VALUE`).

    Raises SpecError for what is no spec then, and for every rule that the changes break; UsageError for a setting that
    is none.
    """
    if not settings and not overlays:
        return clone
    base = parse_yaml(dump_spec(clone.spec), source=_SOURCE)
    layers = [_overlay(file) for file in overlays]
    layers += [parse_setting(text, number) for number, text in enumerate(settings, start=1)]
    # References in overlays are the user's own; those in the clone are escaped already.
    document = expand(merge(base, *layers), os.environ)
    spec = check_document(document)
    refuse_new_problems(clone.spec, spec)
    kept = {path: remark for path, remark in clone.remarks.items() if _at(document.data, path) == _at(base.data, path)}
    return dataclasses.replace(clone, spec=spec, remarks=kept)


def refuse_new_problems(before: TuningSpec, after: TuningSpec) -> None:
    """Raise SpecError with the rules that `after` breaks and `before` does not: the service took the job as it was."""
    known = {(item.path, item.rule) for item in problems_of(before)}
    new = [item for item in problems_of(after) if item.severity == "error" and (item.path, item.rule) not in known]
    if new:
        unplaced = tuple(dataclasses.replace(item, line=0, column=0) for item in new)
        raise SpecError(unplaced, source=after.name)


def problems_of(spec: TuningSpec) -> tuple[Problem, ...]:
    """Everything that the rules find in a spec, warnings too; the places are those of its YAML."""
    return find_problems(dump_spec(spec))


def _overlay(file: Path) -> Document:
    document = parse_yaml(read_text(file), source=source_name(file))
    if not isinstance(document.data, dict):
        message = f"{source_name(file)}: an overlay is a mapping: write the keys it changes, as in limits: {{jobs: 50}}"
        raise UsageError(message)
    return document


def _at(data: Any, path: Sequence[str | int]) -> Any:
    for part in path:
        if isinstance(data, Mapping):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data
