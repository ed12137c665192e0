"""A CreateHyperParameterTuningJob request, whoever wrote it -> TuningSpec.

What a friendly key says exactly becomes that key; everything else stays in `raw`, computed as the difference
between the request and what the friendly keys give. So nothing can be lost, by construction.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from smtune.errors import Problem, SpecError, dotted, shown
from smtune.request.definition import read_definition
from smtune.request.fields import CONFIG, JOB, read_fields
from smtune.request.patch import make_patch
from smtune.request.site import Site
from smtune.request.write import to_request
from smtune.service_model import REQUEST, violations
from smtune.spec import TuningSpec
from smtune.spec.definition import SHARED
from smtune.spec.explain import explain, locate
from smtune.spec.yaml import MAX_BITS, UNSENDABLE, Document, Path

Json = Mapping[str, Any]
_SOURCE = "request"
_MAX_LEVELS = 25
_FIX = "give the members of CreateHyperParameterTuningJob, with TrainingJobDefinition or TrainingJobDefinitions"
_DEFINITIONS = "TrainingJobDefinitions"
_NEEDED: tuple[Path, ...] = (("name",), ("algorithm",))


def from_request(request: Json, site: Site | None = None) -> TuningSpec:
    """The spec whose request at `site` is exactly `request`; raises SpecError for what is no such request.

    Members that the installed service model does not know (a newer API's) are kept in `raw`.
    """
    problems = tuple(malformed(request))
    if problems:
        raise SpecError(problems, source=_SOURCE)
    site = site or Site()
    data = _accepted(_friendly(request, site))
    said = to_request(TuningSpec.model_validate(data), site)
    entries = data.get("algorithms", ())
    for entry, mine, theirs in zip(entries, said.get(_DEFINITIONS, ()), request.get(_DEFINITIONS, ()), strict=False):
        entry["raw"] = make_patch(mine, theirs)
    raw = make_patch(to_request(TuningSpec.model_validate(data), site), request)
    return TuningSpec.model_validate({**data, "raw": raw} if raw else data)


def malformed(request: Any) -> Iterator[Problem]:
    """What keeps `request` from being read at all; values that only the service would refuse stay as they are."""
    if not isinstance(request, Mapping):
        yield Problem(0, 0, "", "a request is a mapping of members to values", _FIX)
    elif "TrainingJobDefinition" not in request and not request.get(_DEFINITIONS):
        yield Problem(0, 0, "", "no TrainingJobDefinition", _FIX)
    else:
        unsayable = dict(_unsayable(request, ()))
        found = {item.path: (item.constraint, _FIX) for item in violations(REQUEST, request) if item.is_malformed}
        for path, (message, fix) in (found | unsayable).items():
            yield Problem(0, 0, dotted(path), message, fix)


def _unsayable(value: Any, path: Path) -> Iterator[tuple[Path, tuple[str, str]]]:
    """What no spec can hold. A merge patch, for one, cannot hold null: it means that the member is to be removed."""
    if value is None:
        yield path, ("null is no value", "leave the member out")
    if isinstance(value, str) and UNSENDABLE.search(value):
        yield path, ("the text holds a NUL or half a character", "remove it")
    huge = isinstance(value, int) and value.bit_length() > MAX_BITS
    if huge or (isinstance(value, float) and not math.isfinite(value)):
        yield path, ("the number is too large, or none", "correct it")
    if len(path) > _MAX_LEVELS:
        yield path, (f"more than {_MAX_LEVELS} levels", "give a request as the service takes it")
        return
    if isinstance(value, Mapping) and not all(isinstance(key, str) for key in value):
        yield path, ("a member has no name", "name members with text")
        return
    members = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, item in members:
        if isinstance(key, str) and UNSENDABLE.search(key):
            yield path, (f"the member {shown(key)} holds a NUL or half a character", "remove it")
        yield from _unsayable(item, (*path, key))


def _friendly(request: Json, site: Site) -> dict[str, Any]:
    """The keys that say what they can of `request`."""
    data = read_fields(JOB, request)
    if "TrainingJobDefinition" in request:
        config: Json = request.get(CONFIG, {})
        moved = {
            "TuningObjective": config.get("HyperParameterTuningJobObjective"),
            "HyperParameterRanges": config.get("ParameterRanges"),
        }
        definition = {**request["TrainingJobDefinition"], **moved}
        data |= read_definition({key: value for key, value in definition.items() if value is not None}, site)
        data.pop("name", None)
        return {**data, "name": request["HyperParameterTuningJobName"]}
    entries = [read_definition(definition, site) for definition in request[_DEFINITIONS]]
    return {**data, **_hoisted(entries), "algorithms": _named(entries)}


def _hoisted(entries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The shared keys on which all `entries` agree, taken out of them: the whole spec says them once."""
    agreed = {}
    for key in SHARED:
        values = [entry.get(key) for entry in entries]
        if values[0] is not None and all(value == values[0] for value in values):
            agreed[key] = values[0]
            for entry in entries:
                del entry[key]
    return agreed


def _named(entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """`entries`, each with a name of its own: a request of one nobody named keeps that in `raw`."""
    names: list[str] = []
    for index, entry in enumerate(entries):
        name = entry.get("name", "")
        names.append(name if name and name not in names else f"algorithm-{index + 1}")
    return [{**entry, "name": name} for entry, name in zip(entries, names, strict=True)]


def _accepted(data: dict[str, Any]) -> dict[str, Any]:
    """`data` without the keys that a spec refuses, which then stay in `raw`; raises SpecError for those it needs."""
    while True:
        try:
            TuningSpec.model_validate(data)
        except ValidationError as error:
            details = error.errors(include_url=False)
            # Before any key goes, all have to be found: a path means another place once a list is shorter.
            paths = [locate(TuningSpec, detail["loc"])[0] for detail in details]
            if not any(_forget(data, path) for path in dict.fromkeys(paths)):
                document = Document(data, {(): (0, 0)}, _SOURCE)
                problems = {explain(detail, document, TuningSpec) for detail in details}
                raise SpecError(tuple(sorted(problems)), source=_SOURCE) from None
        else:
            return data


def _forget(data: dict[str, Any], path: Path) -> bool:
    """Remove the key at `path`, or the nearest thing around it that can go; False where nothing can."""
    if path in _NEEDED:
        return False
    base = 2 if path[:1] == ("algorithms",) else 0
    for end in (base + 2, base + 1):
        *parents, last = path[:end]
        target: Any = data
        for part in parents:
            target = target[part] if isinstance(part, int) else target.get(part, {})
        if len(path) >= end and isinstance(target, dict) and last in target:
            del target[last]
            return True
    return False
