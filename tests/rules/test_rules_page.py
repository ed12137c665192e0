"""docs/rules.md is generated from the rules, and is current."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from smtune.rules import DESCRIBED, OFFLINE_UNKNOWABLE

DOCS = Path(__file__).parents[2] / "docs"


def test_the_rules_page_is_current() -> None:
    description = importlib.util.spec_from_file_location("generate_rules", DOCS / "generate_rules.py")
    assert description is not None
    assert description.loader is not None
    module = importlib.util.module_from_spec(description)
    description.loader.exec_module(module)
    assert (DOCS / "rules.md").read_text(encoding="utf-8") == module.generate(), "run: python docs/generate_rules.py"


def test_every_rule_has_a_row() -> None:
    page = (DOCS / "rules.md").read_text(encoding="utf-8")
    for id in [*(rule.id for rule in DESCRIBED), *OFFLINE_UNKNOWABLE]:
        assert page.count(f"`{id}` |") == 1
