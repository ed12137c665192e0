"""TuningJob: a whole life in Python."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from local_jobs import GOOD, script_spec

import smtune
from smtune.errors import JobError, SpecError, UsageError
from smtune.job import TuningJob, launch
from smtune.spec import dump_spec


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text(GOOD)
    return tmp_path


def test_a_life_in_python(folder: Path) -> None:
    job = launch(script_spec(), session="local", folder=folder)

    assert job.wait(timeout=180, require=["objective > 0", "failed == 0"], min_completed=3) is job
    assert len(job.results()) == 3
    best = job.best()
    assert best is not None
    assert best.objective == job.results()["objective"].max()
    assert set(job.curves()["training_job"]) == set(job.results()["name"])
    assert job.describe()["HyperParameterTuningJobName"] == job.name
    assert job.why().groups == ()
    assert job.refine().spec.name != job.name
    with pytest.raises(JobError, match="no diagnosis: it needs the same error on train and validation"):
        job.diagnose()
    with pytest.raises(JobError, match="objective > 2"):
        job.wait(timeout=180, require=["objective > 2"])
    html = job._repr_html_()
    assert job.name in html
    assert "Completed" in html
    assert "3 of 3 done" in html

    again = launch(script_spec(), session="local", folder=folder)
    assert (again.name, repr(again)) == (job.name, f"TuningJob('{job.name}')")
    assert TuningJob(job.name).progress().status == "Completed", "found on this machine without being told"
    job.stop()  # over already: nothing happens
    job.delete()
    assert "error" in TuningJob(job.name, job.session)._repr_html_()


@pytest.mark.parametrize("way", ["text", "file", "mapping"])
def test_a_spec_in_any_form(folder: Path, way: str) -> None:
    text = dump_spec(script_spec(limits={"jobs": 1, "parallel": 1}))
    file = folder / "spec.yaml"
    file.write_text(text)
    forms: dict[str, Any] = {
        "text": text,
        "file": file,
        "mapping": script_spec(limits={"jobs": 1, "parallel": 1}).model_dump(),
    }
    job = launch(forms[way], session="local", folder=None if way == "file" else folder)
    job.stop()
    assert job.name.startswith("toy-")


def test_every_problem_of_a_spec_is_told(folder: Path) -> None:
    wrong = dump_spec(script_spec()).replace("jobs: 3", "jobs: 0").replace("seed: 7", "seed: -1")
    with pytest.raises(SpecError) as caught:
        launch(wrong, session="local", folder=folder)
    assert {problem.path for problem in caught.value.problems} == {"limits.jobs", "seed"}
    assert str(caught.value).startswith("spec:"), "and not with the whole text"


def test_every_problem_of_a_mapping_is_told_like_a_files(folder: Path) -> None:
    wrong = {**script_spec().model_dump(exclude_defaults=True), "seed": -1, "nonsense": 1}
    with pytest.raises(SpecError) as caught:
        launch(wrong, session="local", folder=folder)
    assert {problem.path for problem in caught.value.problems} == {"nonsense", "seed"}
    assert str(caught.value).startswith("spec: ")


@pytest.mark.parametrize(("spec", "session"), [(None, "local"), (7, "local"), (script_spec(), "mars")])
def test_what_is_no_spec_or_no_session_is_refused(spec: Any, session: Any) -> None:
    with pytest.raises(UsageError, match=r"is no spec: give|'mars': give 'aws', 'local'"):
        launch(spec, session=session)


def test_a_bad_requirement_is_refused_before_anything_is_asked() -> None:
    with pytest.raises(UsageError):
        TuningJob("nobody").wait(require=["objective is good"])


def test_public_names_and_modules_are_different_things() -> None:
    """Importing a submodule sets it as an attribute of the package, over a function of the same name."""
    modules = {path.stem for path in Path(smtune.__file__).parent.iterdir()}
    assert set(smtune.__all__) & modules == set()


def test_importing_asks_for_nothing() -> None:
    code = (
        "import sys, smtune; smtune.TuningJob('x'); smtune.launch; "
        "print(*({'sagemaker', 'torch'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
