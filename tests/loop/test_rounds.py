"""The loop: tune, diagnose, apply, repeat. Training jobs are played: what they err is a function of hyperparameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from played_rounds import SPEC, jobs_of, play, playing, small_model

from smtune.errors import SpecError
from smtune.estimate import Budget
from smtune.loop import LoopOptions, Round, run_rounds
from smtune.progress import Progress
from smtune.spec import Integer, TuningSpec, load_spec
from smtune.testing import LocalService

CREATE = "CreateHyperParameterTuningJob"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[LocalService]:
    with playing(tmp_path / "service") as service:
        yield service


def rounds(service: LocalService, folder: Path, spec: TuningSpec | None = None, **options: Any) -> list[Round]:
    return list(run_rounds(service.session, spec or load_spec(SPEC), folder, LoopOptions(**options)))


def perfect(_: Mapping[str, Any]) -> tuple[float, float]:
    return 0.01, 0.0101


@pytest.mark.parametrize(
    "changes",
    [
        {"eta: {min: 0.05, max: 0.3, scale: log}": "eta: {hint: 0.1}", "seed: 7": "autotune: true"},
        {
            "seed: 7": "raw: {HyperParameterTuningJobConfig: {ParameterRanges: {ContinuousParameterRanges: "
            "[{Name: alpha, MinValue: '0', MaxValue: '9'}]}}}"
        },
    ],
)
def test_what_a_spec_tunes_beside_its_ranges_is_no_other_spec(
    service: LocalService, tmp_path: Path, changes: Mapping[str, str]
) -> None:
    """Hints of Autotune, and ranges of a raw request."""
    text = SPEC
    for old, new in changes.items():
        text = text.replace(old, new)
    (found,) = rounds(service, tmp_path, load_spec(text), rounds=1)
    assert found.objective is not None
    assert found.ends == "the rounds are used"


def test_the_first_suggestion_of_a_round_is_what_the_next_one_tries(service: LocalService, tmp_path: Path) -> None:
    first, second = rounds(service, tmp_path, rounds=2)
    assert (first.number, first.applied, first.is_best) == (1, None, True)
    assert first.headline == "High bias"
    assert first.next is not None
    assert first.next.title == "Use a bigger model"
    assert second.applied == first.next
    assert second.spec == first.next.spec
    assert second.spec.hyperparameters["num_round"] == Integer(min=10, max=1000, scale="log")
    assert first.objective is not None
    assert second.objective is not None
    assert second.objective < first.objective
    assert second.is_best
    assert jobs_of(service) == [first.job, second.job]


def test_the_rounds_that_are_allowed_are_used(service: LocalService, tmp_path: Path) -> None:
    (only,) = rounds(service, tmp_path, rounds=1)
    assert (only.next, only.ends) == (None, "the rounds are used")
    assert only.to_dict()["ends"] == "the rounds are used"
    assert len(jobs_of(service)) == 1


def test_nothing_material_left_is_the_end(service: LocalService, tmp_path: Path) -> None:
    play(service, perfect)
    (only,) = rounds(service, tmp_path)
    assert (only.next, only.ends) == (None, "nothing material is left")


def test_what_takes_more_rows_to_tell_is_the_end_too(service: LocalService, tmp_path: Path) -> None:
    play(service, lambda _: (0.01, 0.03))
    few = load_spec(SPEC.replace("validation: 5000", "validation: 50"))
    (only,) = rounds(service, tmp_path, few)
    assert only.ends == "nothing material is shown; what is open takes more rows to tell"


def test_a_round_that_is_no_better_is_taken_back(service: LocalService, tmp_path: Path) -> None:
    """A bigger model is worse here: the second suggestion is tried on the spec as it was."""

    def deep_is_bad(given: Mapping[str, Any]) -> tuple[float, float]:
        return (0.1, 0.105) if given["max_depth"] == 2 and given["num_round"] == 10 else (0.2, 0.205)

    play(service, deep_is_bad)
    first, second, third = rounds(service, tmp_path, rounds=3)
    assert [each.is_best for each in (first, second, third)] == [True, False, False]
    assert second.applied is not None
    assert third.applied is not None
    assert (second.applied.title, third.applied.title) == ("Use a bigger model", "Train longer")
    assert third.spec.hyperparameters["max_depth"] == 2, "what the second round changed is taken back"
    assert second.basis is not None
    assert second.basis.subject == first.job, "what comes next rests on the best round, not on the last one"


def test_equal_is_no_better(service: LocalService, tmp_path: Path) -> None:
    play(service, lambda _: (0.1, 0.105))
    assert [each.is_best for each in rounds(service, tmp_path, rounds=2)] == [True, False]


def test_what_is_maximized_gets_better_upwards(service: LocalService, tmp_path: Path) -> None:
    text = SPEC.replace("minimize: validation:error", "maximize: validation:auc").replace("error\n", "auc\n")
    text = text.replace(
        "train: train:error, validation: validation:error", "train: train:auc, validation: validation:auc"
    )
    service.script(
        curve=lambda given: 1 - small_model(given)[1], metrics=lambda given: {"train:auc": 1 - small_model(given)[0]}
    )
    first, second = rounds(service, tmp_path, load_spec(text), rounds=2)
    assert second.is_best
    assert second.objective > first.objective  # type: ignore[operator]


def test_all_that_a_spec_can_say_may_be_tried_before_the_rounds_are_used(service: LocalService, tmp_path: Path) -> None:
    play(service, lambda _: (0.1, 0.105))
    found = rounds(service, tmp_path, rounds=20)
    tried = [each.applied.title for each in found if each.applied]
    assert len(tried) == len(set(tried)), "nothing is tried twice"
    assert 3 <= len(found) < 20
    assert found[-1].ends == "no spec can say what is left to do: see the suggestions"


def test_a_tuning_job_that_fails_is_the_end(service: LocalService, tmp_path: Path) -> None:
    service.script(fails="AlgorithmError: no such column")
    (only,) = rounds(service, tmp_path)
    assert only.progress.status == "Failed"
    assert (only.objective, only.next, only.ends) == (None, None, "the tuning job ended as Failed")
    assert only.to_dict()["headline"] == only.progress.failure_reason


def test_a_round_that_fails_leaves_the_rounds_before_it(service: LocalService, tmp_path: Path) -> None:
    play(service, small_model)
    service.script(fails=lambda given: "AlgorithmError: too deep" if given["max_depth"] > 2 else None)
    service.script(seconds=60)
    found = run_rounds(
        service.session, load_spec(SPEC.replace("jobs: 3, parallel: 3", "jobs: 1")), tmp_path, LoopOptions(3)
    )
    assert next(found).is_best
    last = list(found)[-1]
    assert (last.number, last.is_best, last.ends) == (2, False, "the tuning job ended as Failed")


def test_a_mistake_in_the_spec_is_raised_and_nothing_is_launched(service: LocalService, tmp_path: Path) -> None:
    text = SPEC.replace(
        "{channels: {train: s3://bucket/train/, validation: s3://bucket/validation/}}", "{source: no.csv}"
    )
    with pytest.raises(SpecError, match=r"no\.csv"):
        rounds(service, tmp_path, load_spec(text))
    assert jobs_of(service) == []


# Cut off


def test_a_loop_that_is_run_again_finds_its_tuning_jobs(service: LocalService, tmp_path: Path) -> None:
    begun = list(islice(run_rounds(service.session, load_spec(SPEC), tmp_path, LoopOptions(3)), 1))
    assert len(service.calls(CREATE)) == 1
    again = rounds(service, tmp_path, rounds=3)
    assert [each.job for each in again[:1]] == [each.job for each in begun]
    assert again[0].to_dict() == begun[0].to_dict()
    assert len(again) == len(service.calls(CREATE)) == 2


def test_a_loop_that_is_cut_off_while_it_waits_launches_nothing_twice(service: LocalService, tmp_path: Path) -> None:
    waited: list[str] = []

    def cut_off(_: Any, job: str) -> Progress:
        waited.append(job)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rounds(service, tmp_path, wait=cut_off)
    (only,) = rounds(service, tmp_path, rounds=1)
    assert waited == [only.job]
    assert len(service.calls(CREATE)) == 1


# Money


@pytest.fixture
def paid(service: LocalService, monkeypatch: pytest.MonkeyPatch) -> LocalService:
    """As on AWS: each training job is five minutes of a large machine, and no better than any other."""
    monkeypatch.setattr("smtune.loop.run.is_local", lambda _: False)
    play(service, lambda _: (0.1, 0.105))
    service.script(seconds=300)
    return service


def limited(text: str = SPEC) -> TuningSpec:
    """No training job may take longer than it does, so its price is known before."""
    return load_spec(text.replace("{instance: ml.m5.large}", "{instance: ml.m5.24xlarge, runtime_seconds: 300}"))


def test_rounds_are_paid_from_one_purse(paid: LocalService, tmp_path: Path) -> None:
    first, second = rounds(paid, tmp_path, limited(), rounds=2, budget=Budget(100.0, "USD"))
    assert first.spent is not None
    assert second.spent is not None
    assert 1.2 < first.spent < 1.8, "three times five minutes"
    assert second.spent == pytest.approx(2 * first.spent, rel=0.01)
    assert first.next is not None
    assert first.next.spec is not None
    assert first.next.spec.limits.budget is None, "what the purse leaves is no part of the next spec"


def test_a_round_gets_no_more_than_is_left(paid: LocalService, tmp_path: Path) -> None:
    found = rounds(paid, tmp_path, limited(), rounds=20, budget=Budget(2.9, "USD"))
    assert [each.progress.completed for each in found] == [3, 2]
    assert found[-1].ends.startswith("the budget is used")
    assert found[-1].spent is not None
    assert found[-1].spent <= 2.9


def test_the_specs_own_budget_holds_for_each_round(paid: LocalService, tmp_path: Path) -> None:
    own = limited(SPEC.replace("parallel: 3", "parallel: 3, budget: 1.5 USD"))
    found = rounds(paid, tmp_path, own, rounds=2, budget=Budget(100.0, "USD"))
    assert [each.progress.completed for each in found] == [2, 2]


def test_without_prices_a_budget_cannot_be_kept(
    paid: LocalService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smtune.loop.run.region_of", lambda _: "mars-north-1")
    (only,) = rounds(paid, tmp_path, limited(), budget=Budget(100.0, "USD"))
    assert only.spent is None
    assert only.ends == "what it has cost is not known, so the budget cannot be kept"
    free = rounds(paid, tmp_path, limited(), rounds=2)
    assert [each.spent for each in free] == [None, None]


def test_here_nothing_costs_anything(service: LocalService, tmp_path: Path) -> None:
    (only,) = rounds(service, tmp_path, rounds=1, budget=Budget(0.01, "USD"))
    assert only.spent == 0.0
