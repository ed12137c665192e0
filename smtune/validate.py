"""A spec's file -> everything wrong with it: its form, the rules, and the request against the service's own model."""

from __future__ import annotations

from pathlib import Path

from smtune.errors import Problem, SpecError, dotted
from smtune.request import to_request
from smtune.rules import broken_rules
from smtune.service_model import violations
from smtune.spec import load_document


def check_file(path: Path) -> tuple[Problem, ...]:
    """All problems, in the order of the file; empty when there are none."""
    try:
        loaded = load_document(path)
    except SpecError as error:
        return error.problems
    problems = []
    for broken in broken_rules(loaded.spec):
        line, column = loaded.document.place(broken.path)
        problems.append(Problem(line, column, dotted(broken.path), broken.message, broken.fix, broken.rule))
    if not problems:
        found = violations("CreateHyperParameterTuningJobRequest", to_request(loaded.spec))
        problems = [Problem(1, 1, "", item.sentence, "the service refuses this request", "model") for item in found]
    return tuple(sorted(problems))
