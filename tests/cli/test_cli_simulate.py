"""smtune run --simulate: what the search would do, in a second, with nothing launched and nothing kept."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cli_jobs import inside

SPEC = r"""
name: toy
algorithm: {script: {framework: scikit-learn, version: 1.2-1, entry_point: train.py}}
objective: {maximize: score}
metrics: {score: 'score=(\S+)'}
hyperparameters: {epochs: 9, dose: {min: 0.0, max: 1.0}}
strategy: random
limits: {jobs: 4, parallel: 2}
seed: 7
data: {source: nowhere.csv, label: big, split: {train: 0.5, validation: 0.25, test: 0.25}}
"""
PRICES = """
currency: EUR
sources: {mine: {date: 2026-01-02, what: a test}}
regions: {eu-west-1: {source: mine, storage: 0.000001, instances: {ml.m5.large: 6.0}}}
"""


@pytest.fixture(autouse=True)
def _spec() -> None:
    Path("spec.yaml").write_text(SPEC, encoding="utf-8")


def test_it_is_printed_clearly_as_a_simulation(home: Path) -> None:
    done = inside("run", "spec.yaml", "--local", "--simulate")
    assert done.returncode == 0
    assert done.stdout.startswith("SIMULATION of spec.yaml: nothing was launched, nothing was trained\n")
    assert "its values say nothing about a model" in done.stdout
    assert "training jobs  4 (4 completed), 2 at once at most" in done.stdout
    assert "best           training job " in done.stdout
    assert "would take     " in done.stdout
    assert "USD on demand" in done.stdout
    assert "a guess: say what yours takes with --job-minutes" in done.stdout
    assert not home.exists()


def test_objective_minutes_prices_and_region_are_the_users_own() -> None:
    Path("prices.yaml").write_text(PRICES, encoding="utf-8")
    asked = ("--objective", "dose * epoch / epochs", "--job-minutes", "10:10:10", "--prices", "prices.yaml")
    done = inside("run", "spec.yaml", "--simulate", *asked, "--region", "eu-west-1", "-o", "json")
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert found["simulated"] is True
    assert found["billed_seconds"] == 4 * 600
    assert found["bill"] == {"currency": "EUR", "on_demand": pytest.approx(4.0), "spot_floor": pytest.approx(0.4)}
    for job in found["jobs"]:
        assert job["objective"] == pytest.approx(float(job["hyperparameters"]["dose"]))


def test_a_table_shows_early_stops_and_the_best() -> None:
    asked = ("--set", "early_stopping=auto", "--set", "limits.jobs=8", "--set", "limits.parallel=1")
    done = inside("run", "spec.yaml", "--simulate", "--objective", "dose * epoch", *asked, "-o", "table")
    assert done.returncode == 0
    assert "stopped: early stopping: worse than the median" in done.stdout
    assert sum(line.split(maxsplit=1)[0].endswith("*") for line in done.stdout.splitlines() if line.strip()) == 1


def test_a_search_of_which_every_training_job_fails_exits_with_1() -> None:
    done = inside("run", "spec.yaml", "--simulate", "--objective", "nan")
    assert done.returncode == 1
    assert "All training jobs failed" in done.stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("run", "spec.yaml", "--simulate", "--objective", "doze"), 2, "'doze' is not defined; there are epochs, dose"),
        (("run", "spec.yaml", "--simulate", "--job-minutes", "5:2:1"), 2, "does not rise"),
        (("run", "spec.yaml", "--objective", "dose"), 2, "--objective: only with --simulate"),
        (("run", "spec.yaml", "--local", "--job-minutes", "1:2:3"), 2, "--job-minutes: only with --simulate"),
        (("run", "spec.yaml", "--local", "--prices", "prices.yaml"), 2, "--prices: only with --simulate"),
        (("run", "spec.yaml", "--simulate", "--skip-data-check"), 2, "leave --skip-data-check out"),
        (("run", "spec.yaml", "--local", "--simulate", "--runner", "process"), 2, "leave --runner out"),
        (("run", "--resume", "toy-1", "--simulate"), 2, "leave --resume out"),
        (("run", "spec.yaml", "--simulate", "--set", "strategy=grid"), 252, "spec.yaml:"),
    ],
)
def test_what_makes_no_sense_is_refused(words: tuple[str, ...], code: int, said: str) -> None:
    done = inside(*words)
    assert done.returncode == code
    assert said in done.stderr
    assert done.stdout == ""


def test_it_needs_no_sdk() -> None:
    code = (
        "import sys; from smtune.cli import main; assert main(['run', 'spec.yaml', '--simulate']) == 0; "
        "print({'boto3', 'botocore', 'sagemaker', 'pandas', 'sklearn'} & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == "set()\n"
