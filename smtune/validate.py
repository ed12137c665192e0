"""A spec's file, or a request's -> everything wrong with it: its form, then the rules, each problem in its place."""

from __future__ import annotations

import copy
import dataclasses
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from smtune.algorithms.images import families
from smtune.errors import Problem, SpecError, shown
from smtune.request import to_request
from smtune.request.origin import origin
from smtune.request.override import overridden
from smtune.rules import RAW, Finding, as_request, broken_rules, parent_names
from smtune.secrecy import hide
from smtune.service_model import REQUEST, shapes
from smtune.spec import BuiltIn, Definition, Image, Script, TuningSpec
from smtune.spec.document import Document, in_order
from smtune.spec.document import Path as Keys
from smtune.spec.environment import expand
from smtune.spec.explain import locate, nearest
from smtune.spec.load import check_document, read_document
from smtune.spec.source import Layers

Parents = Mapping[str, Mapping[str, Any]]
_VERSIONS_SHOWN = 8
_REQUEST_NAME = "HyperParameterTuningJobName"
_PLACEHOLDERS: Mapping[str, Any] = {
    "name": "spec",
    "algorithm": {"image": "unknown"},
    "objective": {"maximize": "unknown"},
}
"""What stands in for a key that has a mistake and that no spec can do without."""
_DEPENDENT = {
    "algorithm": {"R14", "R22", "R24", "R33", "builtin", "xgboost", "one"},
    "autotune": {"R15", "R44"},
    "compute": {"R37", "R38", "R39"},
    "hyperband": {"R12", "R13"},
    "hyperparameters": {"R11", "R13", "R15"},
    "limits": {"R11", "R15", "R16"},
    "metrics": {"R22"},
    "objective": {"R22"},
    "strategy": {"R11", "R12", "R13", "R14", "R15"},
}
"""A key with a mistake -> the rules that cannot be judged without it."""


def check_file(source: str | Path | Layers) -> tuple[Problem, ...]:
    """Everything that makes a spec unusable, in the order of the file; empty where there is nothing."""
    return tuple(problem for problem in find_problems(source) if problem.severity == "error")


def find_problems(source: str | Path | Layers, parents: Parents | None = None) -> tuple[Problem, ...]:
    """Errors and warnings, all at once, in the order of the file.

    The file is a spec, a CreateHyperParameterTuningJob request or a description of a job. `parents` are the
    descriptions of a warm start's parents by name. What looks like a credential is never shown.
    """
    return tuple(_discreet(problem) for problem in _find(source, parents or {}))


def unread_parents(sources: Iterable[str | Path | Layers], parents: Parents) -> tuple[str, ...]:
    """The names among `parents` that none of the sources starts warm from; none where a source does not tell."""
    named: set[str] = set()
    for source in sources:
        request = _request_of(source)
        if request is None:
            return ()
        named |= parent_names(request)
    return tuple(name for name in parents if name not in named)


def read_parents(files: Iterable[Path]) -> dict[str, Mapping[str, Any]]:
    """DescribeHyperParameterTuningJob responses (JSON or YAML) by the job's name; raises SpecError for what is none."""
    parents = {}
    for file in files:
        document = read_document(file)
        if as_request(document.data) is None:
            fix = "save what `aws sagemaker describe-hyper-parameter-tuning-job` prints"
            raise SpecError((Problem(1, 1, "", "not the description of a tuning job", fix),), source=document.source)
        parents[str(document.data[_REQUEST_NAME])] = document.data
    return parents


def _find(source: str | Path | Layers, parents: Parents) -> tuple[Problem, ...]:
    try:
        document = _read(source)
    except SpecError as error:
        return error.problems
    if _REQUEST_NAME in document.data:
        return in_order(set(_problems_of_request(document, parents)))
    spec, mistakes, cut = _checked(document)
    rest = _problems_of_spec(spec, document, parents, cut) if spec else ()
    return in_order({*mistakes, *rest})


def _read(source: str | Path | Layers) -> Document:
    document = read_document(source)
    return document if _REQUEST_NAME in document.data else expand(document, os.environ)


def _checked(document: Document) -> tuple[TuningSpec | None, tuple[Problem, ...], set[Keys]]:
    """The spec, as far as it can be made; its mistakes of form; the keys that are missing because of them."""
    try:
        return check_document(document), (), set()
    except SpecError as error:
        spec, cut = _without_mistakes(document)
        return spec, error.problems, cut


def _request_of(source: str | Path | Layers) -> Mapping[str, Any] | None:
    """The request of a source, whatever its algorithm; None where its warm start is not known for a mistake."""
    try:
        document = _read(source)
    except SpecError:
        return None
    if _REQUEST_NAME in document.data:
        request: Mapping[str, Any] = document.data
        return request
    spec, _, cut = _checked(document)
    if spec is None or any(gone[0] in ("warm_start", "raw") for gone in cut):
        return None
    return to_request(_with_images(spec))


def _discreet(problem: Problem) -> Problem:
    """Credentials may also stand where keys do: in a path, and in what is said of a form."""
    path, message, fix = (hide(text, ()) for text in (problem.path, problem.message, problem.fix))
    return dataclasses.replace(problem, path=path, message=message, fix=fix)


def _problems_of_request(document: Document, parents: Parents) -> Iterator[Problem]:
    members = shapes()[REQUEST]["members"]
    described = "HyperParameterTuningJobStatus" in document.data
    request = {key: value for key, value in document.data.items() if key in members or not described}
    for finding in broken_rules(request, parents):
        if not (described and finding.rule == "R49"):
            yield _placed(finding, finding.path, document)


def _problems_of_spec(spec: TuningSpec, document: Document, parents: Parents, cut: set[Keys]) -> Iterator[Problem]:
    unknown = list(_unknown_algorithms(spec, document))
    yield from unknown
    cut = cut | {("algorithm",) for _ in unknown}
    try:
        request = to_request(_with_images(spec) if unknown else spec)
    except SpecError as error:
        yield from (document.placed(problem, ("algorithm",)) for problem in error.problems)
        return
    if not cut:
        yield from _overridden(spec, document)
    for finding in broken_rules(request, parents):
        keys = origin(finding.path, request, document.places)
        if not any(_hides(gone, keys, finding.rule) for gone in cut):
            yield _placed(finding, keys, document)


def _overridden(spec: TuningSpec, document: Document) -> Iterator[Problem]:
    for keys in overridden(spec, document.data, document.places):
        problem = Problem(0, 0, "", "raw says otherwise, and wins", RAW.fix, RAW.id, severity=RAW.severity)
        yield document.placed(problem, keys)


def _placed(finding: Finding, keys: Keys, document: Document) -> Problem:
    problem = Problem(0, 0, "", finding.message, finding.fix, finding.rule, severity=finding.severity)
    return document.placed(problem, keys)


def _hides(gone: Keys, keys: Keys, rule: str) -> bool:
    """Whether a key that has a mistake makes a finding doubtful: it is about that key, or needs it."""
    related = gone[: len(keys)] == keys or keys[: len(gone)] == gone
    words = {str(part) for part in gone[:3]}
    return related or any(rule.partition("-")[0] in _DEPENDENT.get(word, ()) for word in words)


# What is right in a spec with mistakes


def _without_mistakes(document: Document) -> tuple[TuningSpec | None, set[Keys]]:
    """The spec without the keys that have a mistake, so that the rules can look at the others; and the keys that are
    missing because of it. None where nothing can be made of the rest."""
    data, removed, missing = copy.deepcopy(document.data), set[Keys](), set[Keys]()
    while True:
        try:
            return TuningSpec.model_validate(data), missing
        except ValidationError as error:
            details = error.errors(include_url=False)
        for detail in details:
            path = locate(TuningSpec, detail["loc"])[0]
            if not path and "objective" not in data and "algorithms" not in data:
                path = ("objective",)
            if detail["type"] == "missing" and path[:1] not in {(key,) for key in _PLACEHOLDERS}:
                path = path[:-1]
            if not path or path in removed or not _cut(data, path):
                return None, missing
            removed.add(path)
            missing |= _meant(path) if detail["type"] == "extra_forbidden" else {path}


def _meant(path: Keys) -> set[Keys]:
    """The key that an unknown one stands for, if it is like any: that one is not said then."""
    known = locate(TuningSpec, path[:-1])[1]
    near = nearest(str(path[-1]), known)
    return {(*path[:-1], near)} if near else set()


def _cut(data: Any, path: Keys) -> bool:
    if len(path) == 1 and path[0] in _PLACEHOLDERS:
        data[path[0]] = _PLACEHOLDERS[str(path[0])]
        return True
    *parents, last = path
    try:
        for part in parents:
            data = data[part]
        del data[last]
    except (KeyError, IndexError, TypeError):
        return False
    return isinstance(data, dict)


# Algorithms that have no image


def _unknown_algorithms(spec: TuningSpec, document: Document) -> Iterator[Problem]:
    for index, definition in enumerate(spec.definitions):
        keys: Keys = ("algorithms", index, "algorithm") if spec.algorithms else ("algorithm",)
        for message, fix in _unknown(definition):
            yield document.placed(Problem(0, 0, "", message, fix, "R33"), keys)


def _unknown(definition: Definition) -> Iterator[tuple[str, str]]:
    algorithm = definition.algorithm
    if isinstance(algorithm, BuiltIn):
        kind, name, version = "builtin", algorithm.builtin, algorithm.version
    elif isinstance(algorithm, Script) and algorithm.script.image is None:
        kind, name, version = "framework", algorithm.script.framework, algorithm.script.version
    else:
        return
    known = {family.name: family for family in families().values() if family.kind == kind}
    if name not in known:
        near = nearest(name, known)
        names = f"did you mean {near}?" if near else f"known: {', '.join(sorted(known))};"
        yield f"unknown {kind} {shown(name)}", f"{names} or name an image"
    elif version not in known[name].versions:
        newest = tuple(known[name].versions)[-_VERSIONS_SHOWN:]
        more = ", and older ones" if len(newest) < len(known[name].versions) else ""
        yield f"{name} has no version {shown(version)}", f"known: {', '.join(newest)}{more}"


def _with_images(spec: TuningSpec) -> TuningSpec:
    """`spec` with an image in the place of each algorithm, so that it has a request."""
    image = Image(image="unknown")
    entries = tuple(entry.model_copy(update={"algorithm": image}) for entry in spec.algorithms)
    return spec.model_copy(update={"algorithms": entries, "algorithm": None if entries else image})
