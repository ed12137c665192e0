"""A spec that was put together from parts, checked as if it had come from a file."""

from __future__ import annotations

import dataclasses

from smtune.errors import SpecError
from smtune.spec import TuningSpec, dump_spec
from smtune.spec.environment import expand
from smtune.spec.load import check_document
from smtune.spec.yaml import parse_yaml


def checked(spec: TuningSpec) -> TuningSpec:
    """`spec` itself; raises SpecError for what no spec can say, such as a name that no job can have."""
    try:
        return check_document(expand(parse_yaml(dump_spec(spec), source=""), {}))
    except SpecError as error:
        problems = tuple(dataclasses.replace(item, line=0, column=0) for item in error.problems)
        raise SpecError(problems, source="the next spec") from None
