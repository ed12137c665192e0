"""A spec's file or text -> TuningSpec, or every mistake in it at once."""

from __future__ import annotations

import copy
import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from smtune.errors import Problem, SpecError, dotted
from smtune.spec.explain import explain, locate
from smtune.spec.model import TuningSpec
from smtune.spec.yaml import MAX_CHARACTERS, Document, parse_yaml


@dataclass(frozen=True)
class Loaded:
    """A spec, and the document it came from (for messages that name a place)."""

    spec: TuningSpec
    document: Document

    def placed(self, error: SpecError) -> SpecError:
        """`error`, found after loading by somebody who knows the keys only, with the places of those keys."""
        keys = {dotted(path): place for path, place in self.document.places.items()}
        if not all(problem.path in keys and not problem.line for problem in error.problems):
            return error
        problems = [
            dataclasses.replace(problem, line=keys[problem.path][0], column=keys[problem.path][1])
            for problem in error.problems
        ]
        return SpecError(tuple(sorted(problems)), source=self.document.source)


def load_spec(path_or_text: str | Path) -> TuningSpec:
    """The spec in a file (a path) or in YAML text (a string of more than one line).

    Raises SpecError with every problem: file, line, column, the bad value and the fix.
    """
    return load_document(path_or_text).spec


def load_document(path_or_text: str | Path) -> Loaded:
    """`load_spec`, with the document kept."""
    text, source = _read(path_or_text)
    document = parse_yaml(text, source=source)
    if not isinstance(document.data, dict):
        problem = Problem(1, 1, "", "a spec is a mapping of keys to values", "start it with: apiVersion: smtune/v1")
        raise SpecError((problem,), source=source)
    return Loaded(check_document(document), document)


def _read(path_or_text: str | Path) -> tuple[str, str]:
    if isinstance(path_or_text, str) and "\n" in path_or_text:
        return path_or_text, "<text>"
    path = Path(path_or_text)
    try:
        with path.open(encoding="utf-8") as stream:
            return stream.read(MAX_CHARACTERS + 1), str(path)
    except UnicodeDecodeError:
        reason, fix = "the file is not UTF-8 text", "save it as UTF-8"
    except (OSError, ValueError) as error:
        cause = error.strerror if isinstance(error, OSError) else error
        reason, fix = f"cannot read the file: {cause}", "name a spec; `smtune init` makes one"
    raise SpecError((Problem(0, 0, "", reason, fix),), source=str(path))


def check_document(document: Document) -> TuningSpec:
    """The spec that `document` holds; raises SpecError with every problem."""
    data, problems = copy.deepcopy(document.data), set[Problem]()
    while True:
        try:
            spec = TuningSpec.model_validate(data)
        except ValidationError as error:
            details = error.errors(include_url=False)
            problems.update(explain(detail, document, TuningSpec) for detail in details)
            unknown = [detail["loc"] for detail in details if detail["type"] == "extra_forbidden"]
            if not unknown:
                break
            # A model is checked as a whole only once its keys are known: without the unknown ones the rest shows.
            for location in unknown:
                _remove(data, locate(TuningSpec, location)[0])
        else:
            if not problems:
                return spec
            break
    raise SpecError(tuple(sorted(problems)), source=document.source)


def _remove(data: Any, path: tuple[str | int, ...]) -> None:
    *parents, key = path
    for part in parents:
        data = data[part]
    del data[key]
