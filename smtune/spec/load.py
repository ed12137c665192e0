"""A spec's file or text -> TuningSpec, or every mistake in it at once."""

from __future__ import annotations

import copy
import dataclasses
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from smtune.errors import Problem, SpecError, dotted
from smtune.spec.document import Document, in_order
from smtune.spec.environment import expand
from smtune.spec.explain import explain, locate
from smtune.spec.model import TuningSpec
from smtune.spec.overlay import merge
from smtune.spec.setting import parse_setting
from smtune.spec.source import Layers, source_name
from smtune.spec.yaml import parse_yaml


@dataclass(frozen=True)
class Loaded:
    """A spec, and the document it came from (for messages that name a place)."""

    spec: TuningSpec
    document: Document

    def placed(self, error: SpecError) -> SpecError:
        """`error`, found after loading by somebody who knows the keys only, with the places of those keys."""
        paths = {dotted(path): path for path in self.document.places}
        if not all(problem.path in paths and not problem.line for problem in error.problems):
            return error
        problems = [self.document.placed(problem, paths[problem.path]) for problem in error.problems]
        return SpecError(in_order(problems), source=self.document.source)


def load_spec(source: str | Path | Layers) -> TuningSpec:
    """The spec in a file (a path; `-` is standard input), in YAML text (a string of more than one line) or in layers.

    Raises SpecError with every problem: file, line, column, the bad value and the fix.
    """
    return load_document(source).spec


def load_document(source: str | Path | Layers) -> Loaded:
    """`load_spec`, with the document kept."""
    document = expand(read_document(source), os.environ)
    return Loaded(check_document(document), document)


def read_document(source: str | Path | Layers) -> Document:
    """What the files say together, references to the environment as they are written; raises SpecError, UsageError."""
    if isinstance(source, str) and "\n" in source:
        return _parse(source, "<text>", base=True)
    layers = source if isinstance(source, Layers) else Layers((Path(source),))
    settings = [parse_setting(text, number) for number, text in enumerate(layers.settings, start=1)]
    documents, problems = list[Document](), list[Problem]()
    for index, (file, text) in enumerate(zip(layers.files, layers.texts, strict=True)):
        try:
            documents.append(_parse(text, source_name(file), base=index == 0))
        except SpecError as error:
            elsewhere = error.source if index else ""
            problems += [dataclasses.replace(problem, source=elsewhere) for problem in error.problems]
    if problems:
        raise SpecError(in_order(problems), source=layers.name)
    return merge(documents[0], *documents[1:], *settings) if len(documents) + len(settings) > 1 else documents[0]


def _parse(text: str, source: str, *, base: bool) -> Document:
    document = parse_yaml(text, source=source)
    if not isinstance(document.data, dict):
        what = "a spec" if base else "an overlay"
        fix = "start it with: apiVersion: smtune/v1" if base else "write the keys it changes, as in limits: {jobs: 50}"
        raise SpecError((Problem(1, 1, "", f"{what} is a mapping of keys to values", fix),), source=source)
    return document


def check_document(document: Document) -> TuningSpec:
    """The spec that `document` holds; raises SpecError with every problem."""
    data, problems = copy.deepcopy(document.data), set[Problem]()
    while True:
        try:
            spec = TuningSpec.model_validate(data)
        except ValidationError as error:
            details = error.errors(include_url=False)
            problems.update(_problem(detail, document) for detail in details)
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
    raise SpecError(in_order(problems), source=document.source)


def _problem(detail: ErrorDetails, document: Document) -> Problem:
    path, _ = locate(TuningSpec, detail["loc"])
    return document.placed(explain(detail, document, TuningSpec), path)


def _remove(data: Any, path: tuple[str | int, ...]) -> None:
    *parents, key = path
    for part in parents:
        data = data[part]
    del data[key]
