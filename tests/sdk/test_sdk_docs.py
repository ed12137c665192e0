"""What docs/sdk.md shows runs, and its table has a test for every row."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from smtune.scaffold import templates_folder

pytest_plugins = ["sdk_fixtures"]
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "sdk.md").read_text(encoding="utf-8")


@pytest.mark.usefixtures("sdk")
def test_every_snippet_runs(capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(templates_folder() / "quickstart", "quickstart")
    names: dict[str, Any] = {}
    snippets = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert len(snippets) == PAGE.count("<!-- runnable -->")

    for snippet in snippets:
        exec(compile(snippet, "sdk.md", "exec"), names)  # noqa: S102  our own page

    printed, said = capsys.readouterr()
    assert printed.startswith("Bayesian 20 validation:auc\nCompleted\nbreast-cancer-xgb-")
    assert "an-older-job" in printed
    assert printed.endswith("IdenticalDataAndAlgorithm\n")
    assert "Completed: 4/4 done, 0 running, best so far 0." in said


def test_every_row_of_the_table_has_its_test() -> None:
    tests = (ROOT / "tests" / "sdk" / "test_sdk_bugs.py").read_text(encoding="utf-8")
    rows = re.findall(r"^\| B(\d+) \|", PAGE, re.MULTILINE)

    assert rows == [str(number) for number in range(1, 34)]
    assert re.findall(r"^def test_b(\d+)_", tests, re.MULTILINE) == rows
