"""The table of causes, held against words that the service and its containers really used."""

from __future__ import annotations

import pytest
from wordings import WORDINGS

from smtune.triage.causes import TABLE, TRACEBACK, UNKNOWN, cause
from smtune.triage.verdict import judge_reason


@pytest.mark.parametrize(("identity", "text", "source"), WORDINGS, ids=[f"{row[0]} {row[2]}" for row in WORDINGS])
def test_a_real_wording_has_its_cause(identity: str, text: str, source: str) -> None:
    assert source
    assert judge_reason(text).cause.id == identity


def test_every_cause_has_a_wording_and_says_what_to_do() -> None:
    entries = (*TABLE, TRACEBACK, UNKNOWN)
    assert {entry.cause.id for entry in entries} == {row[0] for row in WORDINGS}
    for entry in entries:
        assert entry.cause is cause(entry.cause.id)
        assert entry.cause.explanation.endswith(".")
        assert entry.cause.fix.endswith(".")
        assert len(entry.cause.name) < 40


@pytest.mark.parametrize(
    "text",
    ["AlgorithmError: , exit code: 1", "", "the model is 137 MB and trained on 28 files, exit code: 2", "no such luck"],
)
def test_what_says_nothing_is_unknown(text: str) -> None:
    assert judge_reason(text).cause.id == "unknown"
