"""What a played training job prints: lines that the metric's own regex reads."""

from __future__ import annotations

import pytest

from smtune.algorithms import xgboost
from smtune.local.stage.lines import line_of
from smtune.metrics import Scraper


@pytest.mark.parametrize(
    "regex",
    [
        r"score=(\S+)",
        r"score: ([0-9.]+)",
        r"validation score is (.*?);",
        r"\[\d+\]\s+valid_loss:(\S+)",
        r"epoch [0-9]+, loss = ([0-9\.]+)",
        r".*\[[0-9]+\].*#011validation-auc:([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?).*",
        r"'eval_accuracy': (\d+\.\d+)",
    ],
)
def test_the_regex_reads_the_value_from_its_line(regex: str) -> None:
    definitions = [{"Name": "score", "Regex": regex}]
    (line,) = line_of({"score": 0.8125}, definitions)
    assert [item.value for item in Scraper(definitions).read(line, 0.0)] == [0.8125]


def test_every_metric_of_the_built_in_xgboost_has_such_a_line() -> None:
    definitions = xgboost.metric_definitions()
    for item in definitions:
        (line,) = line_of({item["Name"]: 0.5}, definitions)
        assert 0.5 in {found.value for found in Scraper([item]).read(line, 0.0)}


def test_a_metric_that_no_line_is_found_for_is_printed_plainly() -> None:
    assert line_of({"score": 1.5}, [{"Name": "score", "Regex": r"(?<=x{3})(z+)"}]) == ["score=1.5"]
    assert line_of({"score": 1.5}, []) == ["score=1.5"]
