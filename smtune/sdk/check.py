"""The service's rules, before anything is built or sent."""

from __future__ import annotations

import dataclasses

from smtune.errors import SpecError
from smtune.spec import TuningSpec, dump_spec
from smtune.spec.source import Layers
from smtune.validate import check_file


def refuse_file(layers: Layers) -> None:
    """Raise SpecError with every error in a spec's file, in its place."""
    problems = check_file(layers)
    if problems:
        raise SpecError(problems, source=layers.name)


def refuse_mistakes(spec: TuningSpec) -> None:
    """Raise SpecError with everything the rules refuse in `spec`; it has no file, so only keys are named."""
    problems = check_file(dump_spec(spec))
    if problems:
        raise SpecError(tuple(dataclasses.replace(problem, line=0, column=0) for problem in problems))
