"""The benchmark of pulling measures what it says, over real HTTP. How fast anything is, no test can know."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def pull(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(FOLDER)
    return import_module("pull")


@pytest.mark.slow
def test_each_pull_of_smtunes_brings_everything_with_the_calls_that_the_plan_says(pull: Any) -> None:
    own = {name: pull.PEERS[name] for name in ("smtune: and curves", "smtune: curves from the logs")}
    with pull.server(120, 2, 5, 0.0) as url:
        samples = pull.measure(own, 1, url)
    found = {name: (each[0].calls, each[0].rows) for name, each in samples.items()}
    assert found == {
        "smtune: and curves": (4, 120 * 2 * 5),
        "smtune: curves from the logs": (4, 120 * 2 * 5),
        pull.AGAIN: (1, 120 * 2 * 5),
    }
    assert all(each[0].wall > 0 for each in samples.values())


def test_the_table_compares_within_a_round(pull: Any) -> None:
    slow = [pull.Sample(10.0, 1.0, 5, 100), pull.Sample(30.0, 3.0, 5, 100)]
    fast = [pull.Sample(1.0, 0.5, 5, 10), pull.Sample(2.0, 1.0, 5, 10)]
    *_, row = pull.table({"slow": slow, "fast": fast}, "slow")
    cells = [cell.strip() for cell in row.split("|")[1:-1]]
    assert cells == ["fast", "10", "10.0", "12.5", "10.0 to 15.0", "2.5", "1.50", "5"]


def test_a_peer_that_fails_is_no_result(pull: Any) -> None:
    with pull.server(1, 1, 1, 0.0) as url, pytest.raises(pull.PeerFailedError, match="no such thing"):
        pull.pull_once("raise SystemExit('no such thing')", url, "/nowhere")


def test_numbers_below_one_are_refused(pull: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        pull.main(["--rounds", "0"])
    assert "at least 1" in capsys.readouterr().err
