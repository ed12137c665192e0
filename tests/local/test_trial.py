"""The parts of a trial: outcomes in words, programs for images, settings, notes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from local_jobs import script_spec

from smtune.errors import ConfigurationError
from smtune.local.notes import notes
from smtune.local.outcome import Ending, judge
from smtune.local.program import NoProgramError, Program, find_program
from smtune.local.sandbox import find_bubblewrap
from smtune.local.settings import Settings
from smtune.request import to_request
from smtune.spec import TuningSpec

SCRIPT = Program("script train.py", (sys.executable, "train.py"), "train.py", "s3://b/k")
XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"


def ending(**changes: Any) -> Ending:
    fields: dict[str, Any] = {
        "exit_code": 0,
        "stopped": False,
        "exceeded": None,
        "values": {"auc": 0.5},
        "lines": 1,
        "tail": ["auc=0.5"],
    }
    return Ending(**{**fields, **changes})


def test_success_has_no_reason(tmp_path: Path) -> None:
    verdict = judge(ending(), "auc", r"auc=(\S+)", SCRIPT, tmp_path)

    assert (verdict.status, verdict.secondary, verdict.reason) == ("Completed", "Completed", None)


def test_a_time_limit_counts_before_a_stop_and_a_stop_before_a_failure(tmp_path: Path) -> None:
    both = judge(ending(exceeded="MaxRuntime", stopped=True, exit_code=-9), "auc", None, SCRIPT, tmp_path)
    stopped = judge(ending(stopped=True, exit_code=1), "auc", None, SCRIPT, tmp_path)

    assert (both.status, both.secondary) == ("Stopped", "MaxRuntimeExceeded")
    assert (stopped.status, stopped.secondary) == ("Stopped", "Stopped")


def test_the_decisive_line_is_the_exception_not_the_last_word(tmp_path: Path) -> None:
    tail = ["Traceback (most recent call last):", '  File "x"', "torch.OutOfMemoryError: CUDA", "", "bye"]
    verdict = judge(ending(exit_code=1, tail=tail), "auc", None, SCRIPT, tmp_path)

    assert '"torch.OutOfMemoryError: CUDA" in train.py, exit code: 1' in str(verdict.reason)


@pytest.mark.parametrize("changes", [{"values": {}}, {"given_up": True}])
def test_an_objective_whose_regex_takes_too_long_names_it(tmp_path: Path, changes: dict[str, Any]) -> None:
    verdict = judge(ending(unsearched=True, **changes), "auc", "(a|aa)+$", SCRIPT, tmp_path)

    assert verdict.status == "Failed"
    assert "objective metric 'auc' is not known: its regex '(a|aa)+$' takes more than 0.5 s" in str(verdict.reason)


def test_a_line_that_took_too_long_does_no_harm_to_the_others(tmp_path: Path) -> None:
    assert judge(ending(unsearched=True), "auc", "(a|aa)+$", SCRIPT, tmp_path).status == "Completed"


def test_an_objective_without_a_definition_says_so(tmp_path: Path) -> None:
    verdict = judge(ending(values={}), "auc", None, SCRIPT, tmp_path)

    assert "has no metric definition" in str(verdict.reason)


def _definition(image: str, **static: str) -> dict[str, Any]:
    return {"AlgorithmSpecification": {"TrainingImage": image}, "StaticHyperParameters": static}


def test_a_script_runs_with_its_archive() -> None:
    quoted = _definition("any", sagemaker_program='"train.py"', sagemaker_submit_directory='"s3://b/k.tar.gz"')
    found = find_program(quoted, {})

    assert (found.entry_point, found.archive) == ("train.py", "s3://b/k.tar.gz"), (
        "quotes of the older SDK are taken off"
    )
    with pytest.raises(NoProgramError, match="comes without sagemaker_submit_directory"):
        find_program(_definition("any", sagemaker_program="train.py"), {})


def test_a_registered_program_comes_before_the_built_in() -> None:
    assert find_program(_definition(XGBOOST), {}).title == "built-in xgboost"
    assert find_program(_definition(XGBOOST), {XGBOOST: "/my/train"}).command == ("/my/train", "train")
    with pytest.raises(NoProgramError, match="nothing on this machine can stand for the image 'mine:1'"):
        find_program(_definition("mine:1"), {})


def test_settings_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    plain = Settings.from_environment({})

    assert plain == Settings(home=tmp_path / ".smtune", stop_grace=120.0, sandbox=True)
    given = {"SMTUNE_HOME": "/x", "SMTUNE_STOP_GRACE_SECONDS": "1.5", "SMTUNE_SANDBOX": "off"}
    assert Settings.from_environment(given) == Settings(home=Path("/x"), stop_grace=1.5, sandbox=False)
    assert Settings.from_environment(plain.as_environment()) == plain, "a worker gets the same"
    for grace in ("soon", "-1", "nan", ""):
        with pytest.raises(ConfigurationError, match="SMTUNE_STOP_GRACE_SECONDS"):
            Settings.from_environment({"SMTUNE_STOP_GRACE_SECONDS": grace})
    limited = Settings.from_environment({"SMTUNE_MEMORY_GB": "1.5"})
    assert limited.memory == 1.5
    assert Settings.from_environment(limited.as_environment()) == limited
    for memory in ("much", "0", "-1", "nan"):
        with pytest.raises(ConfigurationError, match=r"SMTUNE_MEMORY_GB=.* is not a number of gigabytes from 0\.01 to"):
            Settings.from_environment({"SMTUNE_MEMORY_GB": memory})


def test_what_is_not_honoured_here_is_said() -> None:
    spec = script_spec(
        compute={"spot": True, "wait_seconds": 90_000, "count": 3},
        early_stopping="auto",
        raw={"TrainingJobDefinition": {"VpcConfig": {"Subnets": ["s"], "SecurityGroupIds": ["g"]}}},
    )
    said = " | ".join(notes(to_request(spec)))

    for words in ("not on ml.m5.large", "one host instead of 3", "the VPC, spot instances"):
        assert words in said
    assert "the script runs in this Python" in said


def test_the_built_in_says_which_version_runs() -> None:
    fields = script_spec().model_dump() | {
        "algorithm": {"builtin": "xgboost", "version": "1.7-1"},
        "objective": {"maximize": "validation:auc"},
        "metrics": {},
    }
    said = " | ".join(notes(to_request(TuningSpec.model_validate(fields))))

    assert "the built-in XGBoost runs on xgboost " in said
    assert "the image is 1.7-1" in said


def test_this_machine_has_a_sandbox_where_ci_needs_one(monkeypatch: pytest.MonkeyPatch) -> None:
    found = find_bubblewrap()
    if found is None:
        pytest.skip("neither bubblewrap nor user namespaces here")
    assert Path(found).is_file()
