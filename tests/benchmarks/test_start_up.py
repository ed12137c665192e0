"""The benchmark measures what it says. How fast anything is, no test can know: see docs/benchmarks.md."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from smtune.cli import main
from smtune.validate import find_problems

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def measure(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(FOLDER)
    return import_module("measure")


@pytest.fixture
def start_up(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(FOLDER)
    return import_module("start_up")


def case(measure: Any, name: str, code: str) -> Any:
    return measure.Case(name, (sys.executable, "-I", "-S", "-c", code))


def sample(measure: Any, wall: float) -> Any:
    return measure.Sample(wall=wall, cpu=wall / 2, memory=wall * 1e6)


def test_two_commands_are_measured_side_by_side(measure: Any) -> None:
    cases = [case(measure, "small", "pass"), case(measure, "large", "held = b'x' * 64_000_000")]
    samples = measure.measure(cases, 2)
    assert {name: len(found) for name, found in samples.items()} == {"small": 2, "large": 2}
    for small, large in zip(samples["small"], samples["large"], strict=True):
        assert small.wall > 0
        assert small.cpu > 0
        assert large.memory - small.memory > 60_000_000
    assert [line.split("|")[1].strip() for line in measure.table(samples, "small")][2:] == ["small", "large"]


def test_the_time_of_a_command_that_only_waits_is_no_cpu(measure: Any) -> None:
    found = measure.run_once(case(measure, "sleeper", "import time; time.sleep(0.5)"))
    assert found.cpu < found.wall / 2


def test_the_memory_is_the_commands_own_however_large_the_one_is_that_measures(measure: Any) -> None:
    held = b"x" * 200_000_000
    assert measure.run_once(case(measure, "small", "pass")).memory < len(held) / 2


def test_each_run_has_a_folder_of_its_own_and_may_print(measure: Any) -> None:
    once = case(measure, "once", "print('1 2 3'); open('here', 'x')")
    assert measure.run_once(once).memory > 1_000_000
    measure.run_once(once)


def test_a_command_that_fails_is_no_measurement(measure: Any) -> None:
    with pytest.raises(measure.CommandFailedError, match="broken: out of order"):
        measure.run_once(case(measure, "broken", "raise SystemExit('out of order')"))


def test_a_round_warms_up_and_each_begins_with_another_command(measure: Any) -> None:
    order: list[str] = []

    def run(each: Any) -> Any:
        order.append(each.name)
        return sample(measure, float(len(order)))

    samples = measure.measure([measure.Case(name, ()) for name in "abc"], 3, run)
    assert "".join(order) == "abc" + "abc" + "bca" + "cab"
    assert [found.wall for found in samples["a"]] == [4, 9, 11]


def test_a_command_is_compared_with_the_base_in_the_same_round(measure: Any) -> None:
    samples = {
        "base": [sample(measure, wall) for wall in (1, 10, 100)],
        "own": [sample(measure, wall) for wall in (3, 20, 50)],
    }
    ratios = measure.compare(samples, "base", "wall")
    assert ratios["base"] == measure.Spread(1, 1, 1)
    assert ratios["own"] == measure.Spread(0.5, 2, 3)


def test_the_table_shows_ratios_first(measure: Any) -> None:
    samples = {"base": [sample(measure, 2)], "a longer name": [sample(measure, 0.5)]}
    lines = [line.strip("|").split("|") for line in measure.table(samples, "base")]
    assert len({tuple(map(len, line)) for line in lines}) == 1
    cells = [[cell.strip() for cell in line] for line in lines]
    assert cells[2] == ["base", "1.000", "1.000 to 1.000", "1.000", "1.00", "2.00", "2"]
    assert cells[3] == ["a longer name", "0.250", "0.250 to 0.250", "0.250", "0.25", "0.50", "0"]


def test_the_long_spec_has_300_lines_and_nothing_is_wrong_with_it(start_up: Any) -> None:
    assert len(start_up.LONG.read_text(encoding="utf-8").splitlines()) == 300
    assert find_problems(start_up.LONG) == ()


def test_every_command_that_is_measured_works(
    start_up: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    request = tmp_path / "request.json"
    start_up.render(start_up.LONG, request)
    assert len(json.loads(request.read_text(encoding="utf-8"))["TrainingJobDefinitions"]) == 4
    cases = start_up.all_cases(request)
    assert start_up.SDK in {each.name for each in cases}
    own = [each.command[3:] for each in cases if each.command[2] == start_up.SMTUNE]
    assert {arguments[0] for arguments in own} == {
        "--help",
        "validate",
        "render",
        "plan",
        "schema",
        "init",
        "clone",
    }
    for arguments in own:
        assert main(arguments) == 0
        assert capsys.readouterr().out


def test_no_round_at_all_is_refused(start_up: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        start_up.main(["--rounds", "0"])
    assert "--rounds is at least 1" in capsys.readouterr().err
