"""The report as Markdown and as JSON."""

from __future__ import annotations

import json

import pytest
from report_jobs import told_job

from smtune.reporting import ReportData, gather_report, to_json, to_markdown


@pytest.fixture(scope="module")
def data() -> ReportData:
    other = told_job("again", 4)
    return gather_report(told_job().session(), "tune", [(other.session(), "again")])


def test_markdown_has_every_part(data: ReportData) -> None:
    text = to_markdown(data)
    headings = [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]
    assert headings == [
        "Diagnosis",
        "Search",
        "Learning curves",
        "Best training jobs",
        "Comparison",
        "Cost",
        "Failures",
        "Provenance",
    ]
    assert "| Best validation:error | 0.05 | minimized |" in text
    assert "### 2 \N{MULTIPLICATION SIGN} error in the script" in text
    assert "KeyError: 'label'" in text


def test_every_table_of_markdown_is_whole(data: ReportData) -> None:
    tables = [block for block in to_markdown(data).split("\n\n") if block.startswith("|")]
    assert len(tables) > 6
    for table in tables:
        widths = {line.replace("\\|", "").count("|") for line in table.splitlines()}
        assert len(widths) == 1, table


def test_json_has_the_values(data: ReportData) -> None:
    found = json.loads(to_json(data))
    assert found["schema_version"] == 1
    assert found["report"]["tuning_job_name"] == "tune"
    assert len(found["training_jobs"]) == 11
    assert found["hyperparameters"][0] == {
        "name": "eta",
        "kind": "number",
        "low": 0.001,
        "high": 1.0,
        "scale": "log",
        "choices": [],
    }
    assert found["importance"] is None
    assert [curve["role"] for curve in found["learning_curves"]] == ["best", "best", "median", "median"]
    assert found["failures"]["training_jobs"]["failed"] == 2
    assert found["comparison"]["tuning_jobs"][1]["name"] == "again"
    assert found["ladder"]["rungs"][0]["label"] == "Training"
