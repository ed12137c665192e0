"""Problems as SARIF 2.1.0 (OASIS), which GitHub, GitLab and editors show beside the lines of a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from smtune import __version__
from smtune.errors import Problem
from smtune.rules import DESCRIBED

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
HOME = "https://github.com/smtune/smtune"
RULES_PAGE = f"{HOME}/blob/main/docs/rules.md"
FORM = "form"
"""The id of mistakes in a document's form, which no rule is about."""


def as_sarif(found: Iterable[tuple[str, Sequence[Problem]]]) -> dict[str, Any]:
    """A log with one run; `found` has each file's name and its problems."""
    rules = [_described(FORM, "The document is a spec: its keys are known, its values of the right type.", "error", "")]
    rules += [
        _described(each.id, each.title, each.severity, f"{each.fix} (source: {each.source})") for each in DESCRIBED
    ]
    numbers = {rule["id"]: index for index, rule in enumerate(rules)}
    results = [_result(problem, name, numbers) for name, problems in found for problem in problems]
    driver = {"name": "smtune", "version": __version__, "informationUri": HOME, "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _described(id: str, title: str, severity: str, fix: str) -> dict[str, Any]:
    return {
        "id": id,
        "shortDescription": {"text": title},
        "fullDescription": {"text": title},
        "help": {"text": fix or title},
        "helpUri": f"{RULES_PAGE}#{id.lower()}",
        "defaultConfiguration": {"level": severity},
    }


def _result(problem: Problem, name: str, numbers: dict[str, int]) -> dict[str, Any]:
    rule = problem.rule or FORM
    text = f"{problem.message}. {problem.fix}" if problem.fix else problem.message
    result = {
        "ruleId": rule,
        "level": problem.severity,
        "message": {"text": text},
        "locations": [_location(problem, name)],
    }
    return result | ({"ruleIndex": numbers[rule]} if rule in numbers else {})


def _location(problem: Problem, name: str) -> dict[str, Any]:
    """The place in a file; what `--set` says has none but its key's name."""
    source = problem.source or name
    location: dict[str, Any] = {}
    if not source.startswith("--set"):
        physical: dict[str, Any] = {"artifactLocation": {"uri": quote(source.replace("\\", "/"), safe="/:")}}
        if problem.line:
            physical["region"] = {"startLine": problem.line, "startColumn": problem.column}
        location["physicalLocation"] = physical
    if problem.path:
        location["logicalLocations"] = [{"fullyQualifiedName": problem.path}]
    return location
