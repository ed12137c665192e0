"""From a tuning job on a service to all that its report tells."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from fake_tuning import FakeTuning
from recorded_jobs import Ran, record_job
from report_jobs import METRIC, SECRET, add, told_job

from smtune.archive.session import ArchiveSession
from smtune.archive.write import archive_job
from smtune.errors import ServiceError, UsageError
from smtune.examine import Known
from smtune.job import TuningJob
from smtune.local.session import LocalSession
from smtune.local.settings import Settings
from smtune.reporting import gather_report, to_html, to_markdown
from smtune.reporting.charts.history import draw_history
from smtune.reporting.charts.learning import draw_learning
from smtune.reporting.origin import origin_of
from smtune.results.record import plain_tuning_job


def test_training_jobs_come_in_their_order_and_ranked() -> None:
    service = told_job()
    data = gather_report(service.session(), "tune")
    assert [row.number for row in data.rows] == list(range(1, 12))
    assert [row.status for row in data.rows].count("Failed") == 2
    assert (data.name, data.metric, data.is_maximized, data.is_local) == ("tune", METRIC, False, False)
    assert (data.ranked[0].number, data.ranked[0].objective) == (6, 0.05)
    assert len(data.ranked) == 9, "what failed is not ranked"
    assert data.rows[0].values == {"eta": 0.001778, "depth": 2, "booster": "dart"}


def test_curves_are_of_the_best_and_of_the_median() -> None:
    data = gather_report(told_job().session(), "tune")
    median = data.ranked[len(data.ranked) // 2].name
    assert {(curve.role, curve.training_job) for curve in data.curves} == {
        ("best", "tune-006-00000006"),
        ("median", median),
    }
    assert [(curve.place, curve.metric) for curve in data.curves[:2]] == [
        ("train", "train:error"),
        ("validation", METRIC),
    ]
    assert data.curves[0].steps == tuple(float(step) for step in range(20))


def test_failures_cost_and_origin_are_told() -> None:
    data = gather_report(told_job().session(), "tune")
    assert data.triage is not None
    (group,) = data.triage.groups
    assert (group.cause.id, group.count) == ("error", 2)
    assert data.spending.billable_seconds == 6600
    facts = {fact.name: fact.value for fact in data.origin.facts}
    assert facts["Account"] == "111122223333"
    assert facts["Region"] == "eu-west-1"
    assert facts["ARN"].endswith(":hyper-parameter-tuning-job/tune")
    assert facts["Created"] == "21 September 2026, 14:13:20 UTC"
    assert data.origin.tags == {"team": "tuning"}


def test_a_job_that_has_found_nothing_so_far_has_a_report() -> None:
    service = told_job(jobs=0, status="InProgress")
    data = gather_report(service.session(), "tune")
    assert (data.rows, data.curves, data.ladder) == ((), (), None)
    assert "No training job has an objective yet." in to_html(data)


def test_curves_that_cannot_be_read_are_a_note() -> None:
    service = told_job()
    service.refused = {"GetMetricData": "AccessDeniedException", "FilterLogEvents": "AccessDeniedException"}
    data = gather_report(service.session(), "tune")
    assert data.curves == ()
    assert any(note.startswith("no learning curves: ") for note in data.notes)


def test_a_curve_that_became_infinite_does_not_end_where_it_was_last_finite() -> None:
    service = told_job("diverged", 1)
    for key, points in service.points.items():
        service.points[key] = [(time, value if step < 10 else math.inf) for step, (time, value) in enumerate(points)]
    data = gather_report(service.session(), "diverged")
    assert [(len(curve.values), curve.lost) for curve in data.curves] == [(10, 10), (10, 10)]
    (chart,) = draw_learning(data.curves, is_maximized=False)
    assert "at the end" not in chart.caption
    assert "20 values infinite or no number, not drawn." in chart.caption


def test_failures_that_cannot_be_read_are_a_note() -> None:
    service = told_job(jobs=4)
    service.refused = {"ListTrainingJobsForHyperParameterTuningJob": "AccessDeniedException"}
    data = gather_report(service.session(), "tune")
    assert data.triage is None
    assert "the failures could not be read: AccessDeniedException: no" in data.notes
    assert "They could not be read." in to_html(data)
    assert "They could not be read." in to_markdown(data)


def test_what_the_caller_knows_is_in_the_ladder() -> None:
    known = Known(human_error="1%/5000", rows={"train": 4000, "validation": 200}, confidence=0.9)
    data = gather_report(told_job().session(), "tune", known=known)
    assert data.ladder is not None
    assert [(rung.label, rung.rows) for rung in data.ladder.rungs] == [
        ("Human level", 5000),
        ("Training", 4000),
        ("Validation", 200),
    ]
    assert "90 % interval" in to_markdown(data)
    page = to_html(data)
    assert "The bands are 90 % confidence intervals." in page
    assert "95 % confidence" not in page


def test_what_the_caller_knows_and_cannot_be_is_an_error() -> None:
    with pytest.raises(UsageError, match="human_error is 'abc'"):
        gather_report(told_job().session(), "tune", known=Known(human_error="abc"))


def test_an_unknown_job_is_an_error() -> None:
    with pytest.raises(ServiceError):
        gather_report(told_job().session(), "no-such-job")


def test_other_jobs_stand_beside_it() -> None:
    service, other = told_job("tune", 6), told_job("again", 4)
    data = gather_report(service.session(), "tune", [(other.session(), "again")])
    assert data.comparison is not None
    assert [side.name for side in data.comparison.sides] == ["tune", "again"]
    (side,) = data.others
    assert side.objectives == (0.1, 0.09, 0.08, 0.07)
    page = to_html(data)
    assert 'id="versus"' in page
    assert "Asked for otherwise in again" in page


def test_objectives_that_cannot_be_compared_are_not_drawn_beside_each_other() -> None:
    service, other = told_job("tune", 6), FakeTuning(name="other")
    other.add(1)
    page = to_html(gather_report(service.session(), "tune", [(other.session(), "other")]))
    assert "Not comparable: other has another objective" in page
    assert 'id="versus"' not in page


def test_importance_and_lessons_are_those_of_all_training_jobs() -> None:
    data = gather_report(told_job(jobs=30).session(), "tune")
    shares = {bar.name: bar for bar in data.importance}
    assert set(shares) == {"eta", "depth", "booster"}
    assert max(shares.values(), key=lambda bar: bar.value).name == "eta", "the error is made of it"
    assert shares["eta"].is_shown
    assert any(lesson.sentence.startswith("eta matters") for lesson in data.lessons)
    page = to_html(data)
    assert 'id="importance"' in page
    assert "What the training jobs teach" in page
    assert "not shown to be more than chance" in page


def test_of_few_training_jobs_no_importance_is_claimed() -> None:
    data = gather_report(told_job(jobs=4).session(), "tune")
    assert data.importance == ()
    assert "too few training jobs" in to_html(data)


def test_a_stopped_training_job_is_not_the_best_unless_the_service_says_so() -> None:
    service = told_job(jobs=8)
    service.jobs["tune-006-00000006"]["TrainingJobStatus"] = "Stopped"
    data = gather_report(service.session(), "tune")
    assert data.best_name == "tune-007-00000007"
    assert [row.number for row in data.ranked[:2]] == [7, 6]
    chart = draw_history(data.rows, METRIC, data.best_name, is_maximized=False)
    assert chart is not None
    assert "it ends at 0.06, from training job 7. Hollow: stopped before the end." in chart.caption


def test_two_objectives_in_one_job_are_said() -> None:
    service = told_job(jobs=0)
    service.definitions = [
        {"DefinitionName": name, "TuningObjective": goal, "HyperParameterRanges": service.ranges}
        for name, goal in (
            ("a", {"Type": "Minimize", "MetricName": METRIC}),
            ("b", {"Type": "Minimize", "MetricName": "other"}),
        )
    ]
    service.definition_of[add(service, 1)] = "a"
    notes = gather_report(service.session(), "tune").notes
    assert any("several objectives in one job: other, validation:error" in note for note in notes)


def test_what_looks_like_a_secret_is_in_no_part_of_the_origin() -> None:
    description = (
        told_job().session().client("sagemaker").describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="tune")
    )
    plain = plain_tuning_job(description)
    plain["TrainingJobDefinition"]["Environment"] = {"DB_PASSWORD": SECRET, "MODE": "fast"}
    origin = origin_of(plain, [{"Key": "owner-token", "Value": SECRET}, {"Key": "team", "Value": "ml"}])
    assert SECRET not in repr(origin)
    assert origin.tags == {"owner-token": "(hidden)", "team": "ml"}
    assert '"MODE": "fast"' in origin.request
    assert "DB_PASSWORD" in origin.spec


def test_the_data_of_an_upload_has_the_hash_of_its_content() -> None:
    plain = plain_tuning_job(
        told_job().session().client("sagemaker").describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="tune")
    )
    places = ("s3://b/smtune/x/data/22c1d986ccec5043/train", "s3://b/raw/" + "ab" * 32 + "/rows", "s3://b/other/data")
    plain["TrainingJobDefinition"]["InputDataConfig"] = [
        {"ChannelName": f"c{number}", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": place}}}
        for number, place in enumerate(places)
    ]
    found = origin_of(plain, ())
    assert [content for _, _, _, content in found.channels] == ["22c1d986ccec5043", "ab" * 32, ""]


def test_a_job_writes_its_report_into_a_file(tmp_path: Path) -> None:
    job = TuningJob("tune", told_job(jobs=3).session())
    found = job.report(tmp_path / "told.html")
    assert found.best is not None
    assert "<h1>tune</h1>" in (tmp_path / "told.html").read_text(encoding="utf-8")
    with pytest.raises(UsageError, match="tells no format"):
        job.report(tmp_path / "told.docx")


def test_a_local_job_and_its_archive_tell_the_same(tmp_path: Path) -> None:
    settings = Settings.from_environment()
    record_job(settings, "toy", [Ran((0.1, 0.2)), Ran((0.3, 0.5)), Ran((), "Failed", failure_reason="Error: no")])
    session = LocalSession(settings)
    here = gather_report(session, "toy")
    archive_job(session, "toy", tmp_path / "kept")
    kept = gather_report(ArchiveSession(tmp_path / "kept"), "toy")
    assert here.is_local
    assert kept.is_local, "it cost nothing, wherever it is read"
    assert (kept.rows, kept.curves, kept.axes) == (here.rows, here.curves, here.axes)
    assert kept.origin == here.origin
