"""The pytest plugin as a user's own test suite has it."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from smtune.testing import LocalService

pytest_plugins = ["smtune.testing.plugin"]
ROOT = Path(__file__).parents[2]
PLUGIN = "smtune.testing.plugin"


def test_the_fixture_is_a_service_of_the_tests_own(smtune_local: LocalService) -> None:
    client = smtune_local.session.client("sagemaker")
    assert client.list_hyper_parameter_tuning_jobs()["HyperParameterTuningJobSummaries"] == []
    began = smtune_local.now
    time.sleep(7)
    assert (smtune_local.now - began).total_seconds() == 7


def test_pytest_finds_the_plugin_by_its_entry_point() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    # Its name is the module's: whoever also says `-p smtune.testing.plugin` does not have it twice.
    assert project["entry-points"]["pytest11"] == {PLUGIN: PLUGIN}


def test_loading_the_plugin_imports_nothing_else() -> None:
    code = f"import sys, pytest; before = set(sys.modules); import {PLUGIN}; print(*sorted(set(sys.modules) - before))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert loaded == ["smtune", "smtune.testing", PLUGIN]


def test_the_suite_of_the_docs_passes(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
    example = re.findall(r"^```python\n(# test_nightly\.py\n.*?)^```", page, re.DOTALL | re.MULTILINE)
    (tmp_path / "test_nightly.py").write_text(example[0], encoding="utf-8")
    words = ["-m", "pytest", "-q", "-p", PLUGIN, "-p", "no:cacheprovider", "-W", "error", "test_nightly.py"]
    done = subprocess.run([sys.executable, *words], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert "3 passed" in done.stdout, done.stdout


def test_the_sdks_own_job_waits_on_it(smtune_local: LocalService) -> None:
    resources = pytest.importorskip("sagemaker.core.resources")
    from smtune.job import launch

    smtune_local.script(curve=lambda given: given["dose"], seconds=600)
    spec = {
        "name": "toy",
        "algorithm": {"image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1"},
        "objective": {"maximize": "score"},
        "metrics": {"score": r"score=(\S+)"},
        "hyperparameters": {"dose": {"min": 0.0, "max": 1.0}},
        "limits": {"jobs": 3, "parallel": 3},
    }
    name = launch(spec, session=smtune_local.session).name
    job = resources.HyperParameterTuningJob.get(name, session=smtune_local.session)
    job.wait(poll=300)
    assert job.hyper_parameter_tuning_job_status == "Completed"
    assert job.training_job_status_counters.completed == 3
    trained = {item.training_job_name for item in job.get_all_training_jobs(session=smtune_local.session)}
    assert job.best_training_job.training_job_name in trained
