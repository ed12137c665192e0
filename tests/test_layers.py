"""Imports flow one way: a module imports only from rows below its own, and no row's packages import each other."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

import smtune

PACKAGE = Path(smtune.__file__).parent
# Top to bottom. A package is one entry: its modules may import each other.
ROWS = (
    {"cli"},
    {"job"},
    {"loop", "reporting"},
    {"advise", "run", "sdk", "simulate", "testing"},
    {"examine", "launching", "suggest"},
    {"corroborate", "session"},
    {"archive", "evaluate", "growth", "recall", "revise", "verify"},
    {"retrain"},
    {"results", "progress", "execute", "control", "scaffold", "draft", "triage", "preflight"},
    {"clone", "logs"},
    {"trainings"},
    {"data", "predictions"},
    {"patience"},
    {"service"},
    {"local"},
    {"config", "metric_lab", "plan", "validate"},
    {"request"},
    {"rules"},
    {"algorithms", "compare", "diagnosis", "estimate", "history", "metrics", "service_model", "veil"},
    {"spec"},
    {"search", "secrecy"},
    {
        "clients",
        "definitions",
        "durations",
        "errand",
        "files",
        "folders",
        "json_text",
        "line_search",
        "naming",
        "partitions",
        "roles",
        "statuses",
        "where",
    },
    {"errors"},
)
OWNERS = {
    "click": {"cli"},
    "rich": {"cli"},
    "jinja2": {"reporting"},
    "markupsafe": {"reporting"},
    "matplotlib": {"reporting"},
    "regex": {"line_search"},
    "xgboost": {"local"},
    "moto": {"local"},
    "lightgbm": {"local"},
    "catboost": {"local"},
    "sagemaker": {"local", "sdk"},
    "boto3": {
        "advise",
        "archive",
        "clients",
        "clone",
        "control",
        "data",
        "evaluate",
        "corroborate",
        "examine",
        "execute",
        "growth",
        "job",
        "launching",
        "local",
        "logs",
        "loop",
        "patience",
        "preflight",
        "progress",
        "recall",
        "reporting",
        "results",
        "retrain",
        "revise",
        "run",
        "sdk",
        "session",
        "testing",
        "triage",
        "verify",
    },
    "botocore": {"archive", "data", "execute", "local", "preflight", "results", "sdk", "service", "session", "testing"},
    "pandas": {"data", "job", "local", "predictions", "reporting", "results", "sdk"},
}
HEIGHT = {name: len(ROWS) - index for index, row in enumerate(ROWS) for name in row}


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """All that are below it, at any depth. No expression holds one, so none is looked at."""
    for field in ("body", "orelse", "handlers", "finalbody", "cases"):
        below = getattr(node, field, ())
        for item in below if isinstance(below, list) else ():  # a lambda's body is no list
            yield item
            yield from statements(item)


@functools.cache
def imports() -> list[tuple[str, str, str]]:
    """(file, its top-level part, imported module) for every import in the package, lazy ones included.

    Only this is kept: the trees of the whole package would be searched for garbage again and again.
    """
    found = []
    for file in sorted(PACKAGE.rglob("*.py")):
        part = file.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for node in statements(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += ["." * node.level + (node.module or "")] if isinstance(node, ast.ImportFrom) else []
            found += [(str(file.relative_to(PACKAGE)), part, name) for name in names]
    return found


def test_every_module_has_a_row() -> None:
    parts = {part for _, part, _ in imports()} - {"__init__", "templates"}
    assert parts == set(HEIGHT)


def test_imports_go_down() -> None:
    wrong = []
    for file, part, name in imports():
        words = name.split(".")
        target = words[1] if words[0] == "smtune" and len(words) > 1 else None
        if target and part != "__init__" and target != part and HEIGHT[target] >= HEIGHT[part]:
            wrong.append(f"{file} imports {name}")
    assert wrong == []


@pytest.mark.parametrize(("library", "owners"), sorted(OWNERS.items()))
def test_a_library_is_known_in_few_places(library: str, owners: set[str]) -> None:
    users = {part for _, part, name in imports() if name.split(".")[0] == library}
    assert users <= owners


def test_imports_are_absolute() -> None:
    assert [file for file, _, name in imports() if name.startswith(".")] == []
