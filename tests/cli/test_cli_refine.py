"""A job that really ran here, refined, extended and cloned: the specs load, and the next round searches less."""

from __future__ import annotations

import json

from cli_jobs import inside
from local_jobs import Run, script_spec, wait_for
from recorded_jobs import Ran, record_job

from smtune.local.session import LocalSession
from smtune.local.settings import Settings
from smtune.request import Site, to_request
from smtune.spec import Continuous, load_spec
from smtune.validate import check_file

SIX = {"limits": {"jobs": 6, "parallel": 2}}


def test_a_job_of_this_machine_has_a_next_round_a_child_and_a_clone(submit: Run, session: LocalSession) -> None:
    name = submit(changes=SIX)
    while_it_runs = inside("extend", name, "--jobs", "5")
    job = wait_for(session, name)
    if while_it_runs.returncode:  # else it was over already
        assert while_it_runs.returncode == 252
        assert f"smtune wait {name}, or stop it: smtune stop {name}" in while_it_runs.stderr

    refined = inside("refine", name, "--top", "3", "--jobs", "4", "--name", "next")
    assert refined.returncode == 0, refined.stderr
    spec = load_spec(refined.stdout)
    dose = spec.hyperparameters["dose"]
    assert isinstance(dose, Continuous)
    assert 0 <= dose.min < dose.max <= 1
    assert (spec.name, spec.limits.jobs) == ("next", 4)
    assert "refined by 6 training jobs with an objective, the best 3 of them; that is little evidence" in " ".join(
        line.lstrip("# ") for line in refined.stdout.splitlines()
    )
    assert check_file(refined.stdout) == ()

    as_json = json.loads(inside("refine", name, "--top", "3", "--jobs", "4", "-o", "json").stdout)
    assert {"path": "limits.jobs", "before": 6, "after": 4, "reason": "as asked", "evidence": None} in as_json[
        "changes"
    ]

    extended = inside("extend", name, "--jobs", "5")
    assert extended.returncode == 0, extended.stderr
    warm = load_spec(extended.stdout).warm_start
    assert warm is not None
    assert warm.parents == (name,)

    cloned = inside("clone", name, "--local")
    assert cloned.stdout.startswith(f"# clone of {name} (Completed), launched by smtune\n")
    request = to_request(load_spec(cloned.stdout), Site())
    definition = job["TrainingJobDefinition"]
    assert definition["StaticHyperParameters"].pop("_tuning_objective_metric") == "score"
    assert request["TrainingJobDefinition"] == definition
    assert request["HyperParameterTuningJobConfig"] == job["HyperParameterTuningJobConfig"]
    assert load_spec(cloned.stdout).name == script_spec().name


def test_a_share_that_is_none_is_a_usage_error() -> None:
    done = inside("refine", "any", "--top", "200%")
    assert done.returncode == 2
    assert "write a share as 20%, or a number of training jobs as 10" in done.stderr


def test_while_no_training_job_has_an_objective_it_is_exit_code_1(settings: Settings) -> None:
    record_job(settings, "toy", [Ran((), "Failed", {"dose": "1"}, "no")], status="Failed")
    done = inside("refine", "toy")
    assert (done.returncode, done.stdout) == (1, "")
    assert "no training job" in done.stderr
