"""What has to be true of every case: a spec, or one error that a person can read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from smtune.errors import Problem, SmtuneError, SpecError
from smtune.request import from_request, to_request
from smtune.spec import TuningSpec, dump_spec, load_document, load_spec
from smtune.spec.source import Layers
from smtune.validate import find_problems

from .cases import SECRET, Case

MAX_LINES = 3
MAX_LENGTH = 500


class BrokenPromiseError(AssertionError):
    """smtune did what it must never do."""


def run_case(case: Case, folder: Path) -> str:
    """`accepted` or `refused`; raises BrokenPromiseError, or whatever smtune raises that is no SmtuneError."""
    if case.kind == "request":
        return _run_request(case.request)
    return _run_spec(Layers(case.write(folder), case.settings))


def _run_spec(layers: Layers) -> str:
    refused = _is_refused(layers)
    try:
        spec = load_document(layers).spec
    except SmtuneError as error:
        _check_error(error)
        _expect(refused, "a spec that cannot be loaded has no problems")
        return "refused"
    _check_spec(spec)
    return "refused" if refused else "accepted"


def _is_refused(layers: Layers) -> bool:
    """Whether `smtune validate` finds an error."""
    try:
        problems = find_problems(layers)
    except SmtuneError as error:
        _check_error(error)
        return True
    for problem in problems:
        _check_problem(problem)
    return any(problem.severity == "error" for problem in problems)


def _run_request(request: Any) -> str:
    try:
        spec = from_request(request)
    except SmtuneError as error:
        _check_error(error)
        return "refused"
    _expect(load_spec(dump_spec(spec)) == spec, "a request's spec is another one after a dump")
    sent = to_request(spec)
    _expect(_same(sent, request), "a request is another one after a round trip")
    return "accepted"


def _check_spec(spec: TuningSpec) -> None:
    """What holds for every spec that loads, problems or not."""
    _expect(_same_spec(load_spec(dump_spec(spec)), spec), "a spec is another one after a dump")
    try:
        request = to_request(spec)
    except SmtuneError as error:
        _check_error(error)
        return
    json.dumps(request, allow_nan=False)
    try:
        again = from_request(request)
    except SmtuneError as error:
        _check_error(error)
        return
    _expect(_same(to_request(again), request), "a spec's request is another one after a round trip")


def _same(left: Any, right: Any) -> bool:
    """Whether two values are the same JSON; a request is compared by its members, whatever their order."""
    return json.dumps(left, sort_keys=True, default=repr) == json.dumps(right, sort_keys=True, default=repr)


def _same_spec(left: TuningSpec, right: TuningSpec) -> bool:
    return left == right or _same(left.model_dump(), right.model_dump())


def _check_error(error: SmtuneError) -> None:
    if isinstance(error, SpecError):
        _expect(len(error.problems) > 0, "an error without a problem")
        for problem in error.problems:
            _check_problem(problem)
    else:
        _check_text(str(error))


def _check_problem(problem: Problem) -> None:
    _check_text(problem.describe("spec.yaml"))
    _expect(problem.line >= 0 and problem.column >= 0, "a place before the file")


def _check_text(text: str) -> None:
    _expect(SECRET not in text and SECRET[:12] not in text, f"a secret in a message: {text!r}")
    _expect(text.count("\n") < MAX_LINES, f"a message of {text.count(chr(10)) + 1} lines: {text[:300]!r}")
    _expect(len(text) <= MAX_LENGTH, f"a message of {len(text)} characters: {text[:300]!r}")
    _expect(all(line.isprintable() for line in text.split("\n")), f"a message to upset a terminal: {text[:300]!r}")


def _expect(holds: bool, what: str) -> None:
    if not holds:
        raise BrokenPromiseError(what)
