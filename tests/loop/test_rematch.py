"""Rounds whose validation rows differ are compared on rows that neither model learned from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from local_jobs import script_spec, wait_for
from played_rounds import SPEC, playing

from smtune.data.prepare import prepare
from smtune.execute import launch
from smtune.local.session import LocalSession
from smtune.loop import LoopOptions, Rematch, run_rounds
from smtune.loop.rematch import Contender, beats, play_rematch
from smtune.plan import plan
from smtune.results import Best, best_training_job
from smtune.spec import load_spec

# Learns nothing: it answers what it is told to, and says that its error is what it is told to say.
SCRIPT = """
import os, shutil
def model_fn(folder):
    answer = int(open(folder + "/answer").read())
    return type("Always", (), {"predict": lambda self, rows: [answer] * len(rows)})()
if __name__ == "__main__":
    with open(os.environ["SM_MODEL_DIR"] + "/answer", "w") as file:
        file.write(os.environ["SM_HP_ANSWER"])
    print("validation:error=" + os.environ["SM_HP_SAYS"])
"""
TABLE = "label,a\n" + "".join(f"{number % 4 == 0:d},{number}\n" for number in range(80))


def tuned(session: LocalSession, folder: Path, answer: int, says: float, validation: float) -> Contender:
    """The best model of a tuning job whose error is 0.25 (`answer` 0) or 0.75 (1) in truth."""
    folder.mkdir()
    (folder / "train.py").write_text(SCRIPT)
    (folder / "table.csv").write_text(TABLE)
    (folder / "workspace").mkdir()
    split = {"train": round(0.8 - validation, 2), "validation": validation, "test": 0.2, "stratify": "label"}
    spec = script_spec(
        objective={"minimize": "validation:error"},
        metrics={"validation:error": r"validation:error=(\S+)"},
        hyperparameters={"x": {"min": 0.0, "max": 1.0}, "answer": answer, "says": says},
        limits={"jobs": 1},
        data={"source": "table.csv", "split": split},
    )
    name = launch(session, plan(spec, prepare(spec, folder, folder / "workspace"))).name
    wait_for(session, name)
    best = best_training_job(session, name)
    assert best is not None
    return Contender(spec, best)


def test_both_models_are_scored_on_the_rows_that_are_new_to_both(session: LocalSession, tmp_path: Path) -> None:
    before = tuned(session, tmp_path / "before", 1, says=0.1, validation=0.2)
    after = tuned(session, tmp_path / "after", 0, says=0.2, validation=0.4)
    assert before.best.objective < after.best.objective, "each says what it likes"
    found = play_rematch(session, before, after)
    assert found is not None
    learned = set(rows_of(session, before, "train"))
    new = [row for row in rows_of(session, after, "validation") if row not in learned]
    assert 0 < len(new) < 32
    assert found.rows == len(new)
    ones = sum(row.startswith("1,") for row in new) / len(new)
    assert found.values == pytest.approx((1 - ones, ones))
    assert play_rematch(session, after, after) is None, "the same validation rows need no rematch"


def rows_of(session: LocalSession, contender: Contender, channel: str) -> list[str]:
    client: Any = session.client("sagemaker")
    job = client.describe_training_job(TrainingJobName=contender.best.name)
    (place,) = [
        item["DataSource"]["S3DataSource"]["S3Uri"] for item in job["InputDataConfig"] if item["ChannelName"] == channel
    ]
    bucket, _, prefix = place.removeprefix("s3://").partition("/")
    body = session.client("s3").get_object(Bucket=bucket, Key=f"{prefix}/{channel}.csv")["Body"]
    text: str = body.read().decode()
    return text.splitlines()[1:]


def test_what_cannot_be_compared_so_is_said(tmp_path: Path) -> None:
    """Played training jobs have no model that could be scored."""
    (tmp_path / "rows.csv").write_text(TABLE)
    split = "{train: 0.3, validation: 0.4, test: 0.3}"
    text = SPEC.replace(
        "{channels: {train: s3://bucket/train/, validation: s3://bucket/validation/}}",
        f"{{source: rows.csv, split: {split}}}",
    )
    with playing(tmp_path / "service", lambda _: (0.01, 0.2)) as service:
        first, second = run_rounds(service.session, load_spec(text), tmp_path, LoopOptions(rounds=2))
    assert first.rematch is None
    assert second.applied is not None
    assert second.applied.title == "Get more training data"
    assert second.rematch is not None
    assert second.rematch.values is None
    assert second.rematch.failure
    assert not second.is_best, "then the objectives decide, and these are equal"
    told = second.to_dict()["on_the_same_rows"]
    assert told == {"rows": 0, "before": None, "after": None, "failure": second.rematch.failure}
    assert first.to_dict()["on_the_same_rows"] is None


def of(objective: float, direction: str = "minimize") -> Contender:
    spec = load_spec(SPEC.replace("minimize", direction))
    return Contender(spec, Best("t", {}, {}, objective, {}, "s3://b/model.tar.gz"))


@pytest.mark.parametrize(
    ("before", "after", "rematch", "is_better"),
    [
        (of(0.2), of(0.1), None, True),
        (of(0.1), of(0.1), None, False),
        (of(0.1), of(0.2), Rematch(50, 0.4, 0.2), True),
        (of(0.2), of(0.1), Rematch(50, 0.2, 0.3), False),
        (of(0.2), of(0.1), Rematch(failure="no model"), True),
        (of(0.2, "maximize"), of(0.1, "maximize"), None, False),
        (of(0.2, "maximize"), of(0.1, "maximize"), Rematch(50, 0.2, 0.3), True),
        (None, of(0.3), None, True),
        (of(0.3), None, None, False),
        (None, None, None, False),
    ],
)
def test_the_same_rows_decide_before_the_objectives_do(
    before: Contender | None, after: Contender | None, rematch: Rematch | None, *, is_better: bool
) -> None:
    assert beats(after, before, rematch) is is_better
