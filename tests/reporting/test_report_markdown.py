"""The report as Markdown and as JSON."""

from __future__ import annotations

import dataclasses
import json
import math
import re

import pytest
from report_jobs import told_job

from smtune.diagnosis import diagnose
from smtune.reporting import Bar, ReportData, gather_report, to_json, to_markdown
from smtune.reporting.ladder import ladder_of


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


def test_what_is_not_shown_to_be_more_than_chance_says_so(data: ReportData) -> None:
    bars = (Bar("eta", 0.62, 0.5, 0.7), Bar("depth", 0.04, 0.0, 0.12, is_shown=False))
    text = to_markdown(dataclasses.replace(data, importance=bars))
    assert "| eta | 62 % | 50 to 70 % | yes |" in text
    assert "| depth | 4 % | 0 to 12 % | not shown |" in text


def test_a_failed_training_job_is_in_no_line_of_bars(data: ReportData) -> None:
    failed = dataclasses.replace(data.rows[4], objective=77.0)
    assert failed.status == "Failed"
    text = to_markdown(dataclasses.replace(data, rows=(*data.rows[:4], failed, *data.rows[5:])))
    assert "77" not in text.split("## Search")[1].split("## Learning")[0]


def test_the_way_through_the_ladder_has_its_answers_apart(data: ReportData) -> None:
    found = diagnose(human_error="5%", train_error="1%/400", validation_error="2%/400")
    text = to_markdown(dataclasses.replace(data, ladder=ladder_of(found)))
    assert re.search(
        r"1\. Is training error .*\? 5.0 % → 1.0 %: cannot be told: .*: \*\*avoidable bias stays open\*\*", text
    )
    assert "between \N{MINUS SIGN}0.8 and 3.0 points" in text
    assert not re.search(r"[ (]-\d", text), "a negative number has a minus sign"


def test_metrics_that_are_no_numbers_are_null_in_json() -> None:
    service = told_job("odd", 6)
    for job in service.jobs.values():
        for value in (math.nan, math.inf):
            job["FinalMetricDataList"].append({"MetricName": f"validation:{value}", "Value": value})
    best = json.loads(to_json(gather_report(service.session(), "odd")))["report"]["best"]
    assert best["metrics"]["validation:inf"] is None
    assert best["metrics"]["validation:error"] == 0.05


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
