"""What the best model of a tuning job is worth, by what its spec and the caller say."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_tuning import FakeTuning
from played_rounds import SPEC, playing
from report_jobs import told_job

from smtune.errors import UsageError
from smtune.examine import Examination, Known, examine
from smtune.job import launch
from smtune.plan import SPEC_TAG
from smtune.progress import describe, tags
from smtune.results import Calls
from smtune.results.trials import best_of
from smtune.spec import load_spec
from smtune.testing import LocalService


@pytest.fixture
def service(tmp_path: Path) -> Iterator[LocalService]:
    with playing(tmp_path / "service") as service:
        yield service


def examined(session: Any, name: str, known: Known | None = None) -> Examination:
    job = describe(session, name)
    return examine(session, job, best_of(Calls(session), job), known or Known())


def of(service: LocalService, text: str = SPEC, known: Known | None = None) -> Examination:
    """As a job that was launched from this spec."""
    name = launch(text, session=service.session).name
    service.finish()
    return examined(service.session, name, known)


def rows(found: Examination) -> dict[str, int | None]:
    assert found.diagnosis is not None
    return {level.name: level.rows for level in found.diagnosis.errors.levels}


def test_rows_and_human_level_of_the_spec_are_remembered(service: LocalService) -> None:
    found = of(service)
    assert rows(found) == {"human": 10000, "train": 5000, "validation": 5000}
    assert found.diagnosis is not None
    assert found.diagnosis.order == ("high_bias",)
    assert found.diagnosis.errors.jobs == 3, "validation chose the best of them"
    assert found.notes == ("no test metrics: the spec holds no test set out",)


def test_what_the_caller_knows_wins(service: LocalService) -> None:
    known = Known(human_error="14%/300", rows={"validation": 70}, confidence=0.8, one_pool=True)
    found = of(service, known=known)
    assert rows(found) == {"human": 300, "train": 5000, "validation": 70}
    assert found.diagnosis is not None
    assert (found.diagnosis.confidence, found.diagnosis.errors.one_pool) == (0.8, True)
    assert "high_bias" not in found.diagnosis.order


def test_confidence_pool_and_people_of_the_spec(service: LocalService) -> None:
    people = "people: [{label: nurse, error: 0.2, cases: 900}, {label: doctor, error: 0.02, cases: 900}]"
    text = SPEC.replace("human_error: 0.01\n  human_cases: 10000", f"{people}\n  confidence: 0.9\n  one_pool: true")
    found = of(service, text)
    assert found.diagnosis is not None
    assert (found.diagnosis.confidence, found.diagnosis.errors.one_pool) == (0.9, True)
    assert rows(found)["human"] == 900


def test_metrics_without_names_go_by_convention(service: LocalService) -> None:
    text = SPEC.replace("  metrics: {train: train:error, validation: validation:error}\n", "")
    found = of(service, text)
    assert found.diagnosis is not None
    assert found.diagnosis.scale.metric == "validation:error"


def test_metrics_that_are_not_reported_are_named(service: LocalService) -> None:
    found = of(service, known=Known(metrics={"train": "train:nothing"}))
    assert found.diagnosis is None
    (note,) = [note for note in found.notes if note.startswith("no diagnosis")]
    assert note == "no diagnosis: it needs the same error on train and validation; not reported: train:nothing"


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (Known(human_error="abc"), "human_error is 'abc'"),
        (Known(confidence=0.0), r"confidence is 0\.0"),
        (Known(baseline=3), "needs no baseline"),
    ],
)
def test_what_the_caller_says_and_no_loss_can_be_measured_against_is_refused(
    known: Known, said: str, service: LocalService
) -> None:
    with pytest.raises(UsageError, match=said):
        of(service, known=known)


def test_a_metric_that_nobody_knows_is_a_note_whatever_the_caller_says(service: LocalService) -> None:
    strange = {"validation": "train:error", "train": "train:error"}
    played = told_job("tune", 4, metrics=("validation:wonder", "train:wonder"))
    for known in (Known(), Known(human_error=0.01)):
        found = examined(played.session(), "tune", known)
        assert found.diagnosis is None
        assert found.notes[-1].startswith("no diagnosis: the metric 'validation:wonder' is not known")
    assert of(service, known=Known(metrics=strange)).diagnosis is not None


def test_a_job_that_smtune_did_not_launch_has_no_rows_and_no_test(monkeypatch: pytest.MonkeyPatch) -> None:
    played: FakeTuning = told_job("tune", 7)
    found = examined(played.session(), "tune", Known(human_error=0.01))
    assert found.evaluation is None
    assert found.notes == ()
    assert rows(found) == {"human": None, "train": None, "validation": None}
    given = Known(human_error=0.01, rows={"train": 9, "validation": 8})
    assert rows(examined(played.session(), "tune", given)) == {"human": None, "train": 9, "validation": 8}


def test_a_job_without_a_best_training_job_has_neither(service: LocalService) -> None:
    service.script(fails="AlgorithmError: no")
    found = of(service)
    assert (found.evaluation, found.diagnosis) == (None, None)


def test_a_spec_that_is_gone_is_a_note_and_the_metrics_still_count(service: LocalService) -> None:
    name = launch(SPEC, session=service.session).name
    service.finish()
    client: Any = service.session.client("sagemaker")
    job = describe(service.session, name)
    gone = [{"Key": SPEC_TAG, "Value": "s3://bucket/gone.yaml"}]
    client.add_tags(ResourceArn=job["HyperParameterTuningJobArn"], Tags=gone)
    found = examined(service.session, name, Known(human_error=0.01))
    assert found.notes[0].startswith("the job's spec at s3://bucket/gone.yaml cannot be read: ")
    assert found.diagnosis is not None
    assert rows(found) == {"human": None, "train": None, "validation": None}


def test_known_says_a_judgement_only_with_what_losses_are_measured_against() -> None:
    assert not Known(rows={"train": 5}, one_pool=True, metrics={"train": "x"}).is_judgement
    assert dataclasses.replace(Known(), confidence=0.0).is_judgement


def test_the_spec_that_the_caller_has_stands_for_one_that_is_gone(service: LocalService) -> None:
    name = launch(SPEC, session=service.session).name
    service.finish()
    bucket, _, key = tags(service.session, name)[SPEC_TAG].removeprefix("s3://").partition("/")
    service.session.client("s3").delete_object(Bucket=bucket, Key=key)
    without = examined(service.session, name)
    assert without.diagnosis is None or "high_bias" not in without.diagnosis.order
    job = describe(service.session, name)
    found = examine(service.session, job, best_of(Calls(service.session), job), spec=load_spec(SPEC))
    assert found.diagnosis is not None
    assert found.diagnosis.order == ("high_bias",)
    assert rows(found) == {"human": 10000, "train": 5000, "validation": 5000}
    assert any("cannot be read" in note for note in found.notes)
