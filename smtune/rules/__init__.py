"""The service's rules as small functions, each with an id, a severity, a source and a fix.

Pure: a CreateHyperParameterTuningJob request in, findings out. `R1` to `R50` are the service's; those that no file can
tell are in `OFFLINE_UNKNOWABLE`, with the reason.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from smtune.errors import cut
from smtune.rules import algorithm, compute, limits, metrics, model, names, secrets, space, strategy, tags, warm_start
from smtune.rules.case import Case, Json, Path
from smtune.rules.rule import About, Finding, Rule
from smtune.rules.unknowable import OFFLINE_UNKNOWABLE
from smtune.rules.warm_start import as_request, parent_names
from smtune.rules.wording import CONSTANT
from smtune.secrecy import hide, secret_values

__all__ = [
    "DESCRIBED",
    "OFFLINE_UNKNOWABLE",
    "RAW",
    "RULES",
    "About",
    "Finding",
    "Rule",
    "as_request",
    "broken_rules",
    "check_warm_start",
    "parent_names",
]

_MODULES = (names, space, strategy, limits, metrics, warm_start, algorithm, compute, tags, secrets)
_CHECKED: tuple[Rule, ...] = tuple(
    item for module in _MODULES for item in vars(module).values() if isinstance(item, Rule)
)
RULES: tuple[Rule, ...] = (*_CHECKED, *model.RULES)
"""Every rule about a request; what they are about, where that is written and what to do stands in docs/rules.md."""
RAW = About(
    "raw",
    "A key and raw do not contradict each other: raw wins, and the key misleads.",
    "warning",
    "docs/spec.md, raw: it is merged into the request last",
    "say it once",
)
"""The one rule about a spec, whose request cannot tell."""
DESCRIBED: tuple[About, ...] = (*RULES, RAW)

_FIXES = CONSTANT | {rule.fix for rule in RULES}
_MESSAGE = 180


def broken_rules(request: Json, parents: Mapping[str, Json] | None = None) -> tuple[Finding, ...]:
    """Everything wrong with a request of any form, each thing once and without any secret's value.

    `parents` are the DescribeHyperParameterTuningJob responses of a warm start's parents by name, as far as they are
    known. Paths are in API names.
    """
    case = Case(request, parents or {})
    bare = [finding for rule in model.RULES for finding in rule.findings(case)]
    found: list[Finding] = []
    sound, cut = _well_formed(case)
    if sound is not None:
        found = [finding for rule in _CHECKED for finding in rule.findings(sound)]
        found = [finding for finding in found if not any(_related(finding.path, path) for path in cut)]
    found += [finding for finding in bare if not any(_says_the_same(other, finding) for other in found)]
    hidden = secret_values(request)
    return tuple(dict.fromkeys(_shown(finding, hidden) for finding in found))


def check_warm_start(request: Json, parents: Mapping[str, Json]) -> tuple[Finding, ...]:
    """What is against starting `request` warm from these parents (DescribeHyperParameterTuningJob responses)."""
    mine = {rule.id for rule in vars(warm_start).values() if isinstance(rule, Rule)}
    return tuple(finding for finding in broken_rules(request, parents) if finding.rule in mine)


def _well_formed(case: Case) -> tuple[Case | None, list[Path]]:
    """The request without what is not even of the right form, and the paths of that; None where nothing can be left
    out of it."""
    sound, cut = case, list[Path]()
    while wrong := next((violation for violation in sound.violations if violation.is_malformed), None):
        request = copy.deepcopy(sound.request)
        gone = _remove(request, wrong.path)
        if gone is None:
            return None, []
        cut.append(gone)
        sound = Case(request, case.parents)
    return sound, cut


def _remove(request: Any, path: Path) -> Path | None:
    """Take the member at `path` out of `request`, or the nearest one around it that is there; its path, or None."""
    for end in range(len(path), 0, -1):
        *parents, last = path[:end]
        holder = request
        for part in parents:
            holder = holder[part]
        if isinstance(holder, dict) and last in holder:
            del holder[last]
            return path[:end]
    return None


def _says_the_same(finding: Finding, bare: Finding) -> bool:
    """Whether a rule of ours has said what the model says as well."""
    return finding.rule.partition("-")[0] == bare.rule.partition("-")[0] and _related(finding.path, bare.path)


def _related(one: Path, other: Path) -> bool:
    return one[: len(other)] == other or other[: len(one)] == one


def _shown(finding: Finding, hidden: tuple[str, ...]) -> Finding:
    if finding.rule == secrets.secrets.id:
        # It says names only; a value that is an everyday word would be cut out of its own words.
        hidden = ()
    fix = finding.fix if finding.fix in _FIXES else hide(finding.fix, hidden)
    return replace(finding, message=_line(hide(finding.message, hidden)), fix=_line(fix))


def _line(text: str) -> str:
    return cut(" ".join(text.split()), _MESSAGE)
