"""Scoring the best model on rows it has not seen: the script's own functions, clear reasons when it cannot be done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fake_tuning import FakeTuning
from local_jobs import script_spec, wait_for

from smtune.data.prepare import prepare
from smtune.evaluate import EvaluationError, RowSet, evaluate
from smtune.execute import launch
from smtune.local.session import LocalSession
from smtune.plan import HELD_OUT_TAGS, plan
from smtune.progress import tags
from smtune.results import Best, best_training_job
from smtune.run import report

TRAIN = """
import json, os, sys
class Always:
    def predict(self, rows):
        assert "label" not in rows.columns
        return [1] * len(rows)
if __name__ == "__main__":
    open(os.environ["SM_MODEL_DIR"] + "/one", "w").close()
    print("validation:error=0.5")
"""
MODEL_FN = "def model_fn(folder):\n    assert os.listdir(folder) == ['one']\n    return Always()\n"
TABLE = "label,a\n" + "".join(f"{number % 4 == 0:d},{number}\n" for number in range(80))


def _tuned(session: LocalSession, folder: Path, script: str, **changes: Any) -> tuple[Any, str, Best]:
    (folder / "train.py").write_text(script)
    (folder / "table.csv").write_text(TABLE)
    (folder / "workspace").mkdir()
    said: dict[str, Any] = {
        "objective": {"minimize": "validation:error"},
        "metrics": {"validation:error": r"validation:error=(\S+)"},
        "limits": {"jobs": 1},
        "data": {"source": "table.csv", "split": {"stratify": "label", "test": 0.2, "validation": 0.1}},
        "diagnosis": {"metrics": {"test": "test:accuracy"}},
    }
    spec = script_spec(**{**said, **changes})
    name = launch(session, plan(spec, prepare(spec, folder, folder / "workspace"))).name
    wait_for(session, name)
    best = best_training_job(session, name)
    assert best is not None
    return spec, name, best


def test_a_script_is_scored_with_its_own_functions(session: LocalSession, tmp_path: Path) -> None:
    folder = tmp_path / "job"
    folder.mkdir()
    spec, name, best = _tuned(session, folder, TRAIN.replace("if __name__", f"{MODEL_FN}if __name__"))
    found = evaluate(session, spec, best, RowSet("test", tags(session, name)[HELD_OUT_TAGS["test"]]))

    assert found.rows == 16
    assert found.metrics == pytest.approx({"test:accuracy": 0.25, "test:error": 0.75})


def test_what_was_held_out_of_the_training_period_is_scored_beside_test(session: LocalSession, tmp_path: Path) -> None:
    folder = tmp_path / "job"
    folder.mkdir()
    script = TRAIN.replace("if __name__", f"{MODEL_FN}if __name__").replace(
        'print("validation:error=0.5")', 'print("train:error=0.7 validation:error=0.5")'
    )
    changes = {
        "data": {"source": "table.csv", "split": {"train": 0.4, "train_dev": 0.3, "time": "a"}},
        "metrics": {name: rf"{name}=(\S+)" for name in ("train:error", "validation:error")},
        "diagnosis": {"human_error": 0.1},
    }
    _, name, _ = _tuned(session, folder, script, **changes)
    found = report(session, name)
    assert found.train_dev is not None
    assert found.train_dev.rows == 24
    assert found.train_dev.metrics.keys() == {"train_dev:error"}
    assert found.diagnosis is not None
    assert [level.name for level in found.diagnosis.errors.levels] == [
        "human", "train", "train_dev", "validation", "test",
    ]  # fmt: skip
    assert [level.rows for level in found.diagnosis.errors.levels] == [None, 32, 24, 12, 12]
    told = found.to_dict()
    assert told["train_dev_evaluation"] == {"metrics": dict(found.train_dev.metrics), "rows": 24}
    assert told["best"]["metrics"].keys() >= {"train:error", "train_dev:error", "validation:error", "test:error"}


def test_an_objective_that_names_no_set_is_scored_on_what_was_held_out(session: LocalSession, tmp_path: Path) -> None:
    """And what the spec calls `error` on test is what is scored as `test:error`."""
    folder = tmp_path / "job"
    folder.mkdir()
    script = TRAIN.replace("if __name__", f"{MODEL_FN}if __name__").replace(
        'print("validation:error=0.5")', 'print("train_loss=0.25 error=0.75")'
    )
    changes = {
        "objective": {"minimize": "error"},
        "metrics": {"error": r" error=(\S+)", "train:error": r"train_loss=(\S+)"},
        "diagnosis": {"metrics": {"train": "train:error", "validation": "error", "test": "error"}},
    }
    spec, name, best = _tuned(session, folder, script, **changes)
    found = report(session, name)
    assert found.evaluation is not None
    assert found.evaluation.metrics == {"test:error": 0.75}
    assert found.diagnosis is not None
    assert [(level.name, level.rows) for level in found.diagnosis.errors.levels][-1] == ("test", 16)
    uri = tags(session, name)[HELD_OUT_TAGS["test"]]
    bare = spec.model_copy(update={"diagnosis": None})
    assert evaluate(session, bare, best, RowSet("validation", uri)).metrics == {"validation:error": 0.75}


def test_rows_that_stand_elsewhere_too_are_left_out(session: LocalSession, tmp_path: Path) -> None:
    folder = tmp_path / "job"
    folder.mkdir()
    spec, _, best = _tuned(session, folder, TRAIN.replace("if __name__", f"{MODEL_FN}if __name__"))
    storage: Any = session.client("s3")
    storage.create_bucket(Bucket="rows")
    texts = {"new/1.csv": "label,a\n1,1\n0,2\n", "new/2.csv": '"label",a\n1,"3"\n', "seen/a.csv": "label,a\n0,2\n"}
    for key, text in texts.items():
        storage.put_object(Bucket="rows", Key=key, Body=text.encode())
    whole = evaluate(session, spec, best, RowSet("validation", "s3://rows/new"))
    assert whole.rows == 3
    assert whole.metrics["validation:error"] == pytest.approx(1 / 3)
    found = evaluate(session, spec, best, RowSet("validation", "s3://rows/new", without="s3://rows/seen"))
    assert (found.rows, found.metrics["validation:error"]) == (2, 0)
    with pytest.raises(EvaluationError, match="none of these rows is new"):
        evaluate(session, spec, best, RowSet("validation", "s3://rows/seen", without="s3://rows/new"))


def test_a_model_that_cannot_be_loaded_says_what_is_missing(session: LocalSession, tmp_path: Path) -> None:
    folder = tmp_path / "job"
    folder.mkdir()
    _, name, _ = _tuned(session, folder, TRAIN)
    whole = report(session, name)

    assert whole.best is not None, "the tuning job's own results stand"
    assert whole.evaluation is None
    assert any("no test metrics: " in note and "has no model_fn(model_dir)" in note for note in whole.notes)


def test_an_empty_test_set_says_so(session: LocalSession, tmp_path: Path) -> None:
    folder = tmp_path / "job"
    folder.mkdir()
    spec, _, best = _tuned(session, folder, TRAIN)
    with pytest.raises(EvaluationError, match="there are no rows at s3://bucket/nothing"):
        evaluate(session, spec, best, RowSet("test", "s3://bucket/nothing"))


def test_of_several_algorithms_the_report_has_the_best_ones_objective() -> None:
    service = FakeTuning()
    service.definitions = [
        {
            "DefinitionName": name,
            "TuningObjective": {"Type": kind, "MetricName": "validation:loss"},
            "HyperParameterRanges": service.ranges,
        }
        for name, kind in (("first", "Maximize"), ("second", "Minimize"))
    ]
    service.definition_of[service.add(1)] = "second"
    found = report(service.session(), service.name)
    assert found.objective == ("validation:loss", "Minimize")
    assert found.best is not None
    assert found.best.definition == "second"
    assert found.evaluation is None
    assert found.diagnosis is None
