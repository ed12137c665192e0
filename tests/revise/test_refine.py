"""A round of a tuning job tells where the next one should search: every change with its reason, little from little."""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import mean
from typing import Any

import pytest
from revise_spaces import at, draw, failed, space

from smtune.errors import JobError, SpecError, UsageError
from smtune.revise import RefineOptions, Revision, Top, Trial, refine
from smtune.revise.model import Evidence
from smtune.spec import Categorical, Continuous, Integer, TuningSpec, load_spec
from smtune.validate import check_file

LINEAR = [number / 20 for number in range(21)]


def only(revision: Revision, name: str) -> Any:
    return revision.spec.hyperparameters[name]


def change_of(revision: Revision, path: str) -> dict[str, Any]:
    (found,) = (change.to_dict() for change in revision.changes if change.to_dict()["path"] == path)
    return found


# Known truth


def bowl(truth: Mapping[str, float]) -> Any:
    def objective(given: Mapping[str, Any]) -> float:
        rate = (math.log10(given["rate"]) - truth["rate"]) / 5
        depth, mix = (given["depth"] - truth["depth"]) / 20, given["mix"] - truth["mix"]
        return float(rate**2 + depth**2 + mix**2) + (0.1 if given["kind"] == "bad" else 0.0)

    return objective


@pytest.mark.parametrize("jobs", [12, 30])
def test_the_next_round_finds_better_than_the_first_and_than_the_same_search_again(jobs: int) -> None:
    spec = space(
        {
            "rate": {"min": 1e-5, "max": 1.0, "scale": "log"},
            "depth": {"min": 1, "max": 20},
            "mix": {"min": 0.0, "max": 1.0},
            "kind": {"values": ["good", "fine", "bad"]},
        }
    )
    firsts, agains, seconds = [], [], []
    for seed in range(30):
        spot = (seed * 0.618) % 1
        objective = bowl({"rate": -5 * spot, "depth": 1 + 19 * ((spot * 7) % 1), "mix": (spot * 13) % 1})
        first = draw(spec, objective, jobs, seed)
        revised = refine(spec, first).spec
        best = [min(trial.objective or 0.0 for trial in each) for each in (
            first, draw(spec, objective, jobs, seed + 1000), draw(revised, objective, jobs, seed + 1000),
        )]  # fmt: skip
        firsts.append(best[0])
        agains.append(best[1])
        seconds.append(best[2])
    assert mean(seconds) < 0.8 * mean(firsts)
    assert mean(seconds) < 0.8 * mean(agains)


# Numbers


def test_a_range_is_narrowed_to_where_the_best_lie() -> None:
    revision = refine(space({"mix": {"min": 0.0, "max": 1.0}}), at("mix", LINEAR, lambda x: (x - 0.5) ** 2))
    mix = only(revision, "mix")
    assert 0.1 <= mix.min <= 0.4
    assert 0.6 <= mix.max <= 0.9
    found = change_of(revision, "hyperparameters.mix")
    assert found["before"] == {"min": 0.0, "max": 1.0}
    assert found["after"] == {"min": mix.min, "max": mix.max}
    assert found["reason"].startswith("narrowed to where the best 5 of 21 training jobs lie")
    assert found["evidence"]["jobs"] == 21
    assert found["evidence"]["best"] == 5
    assert 0 < found["evidence"]["chance"] < 0.05


def test_a_log_range_is_narrowed_in_log_space() -> None:
    values = [10**-power for power in [number / 4 for number in range(25)]]
    spec = space({"rate": {"min": 1e-6, "max": 1.0, "scale": "log"}})
    rate = only(refine(spec, at("rate", values, lambda x: (math.log10(x) + 3) ** 2)), "rate")
    assert rate.scale == "log"
    assert math.log10(rate.max) - -3 == pytest.approx(-3 - math.log10(rate.min), abs=0.1)


def test_a_maximized_objective_is_read_the_other_way_round() -> None:
    spec = space({"mix": {"min": 0.0, "max": 1.0}}, objective={"maximize": "loss"})
    assert only(refine(spec, at("mix", LINEAR, lambda x: x)), "mix").min > 0.4


def test_best_jobs_that_are_spread_like_all_say_nothing() -> None:
    revision = refine(space({"mix": {"min": 0.0, "max": 1.0}}), at("mix", LINEAR, lambda x: (x * 7.3) % 1))
    assert revision.changes == ()
    assert any("mix: not narrowed, the best 5 of 21 are spread like all" in note for note in revision.notes)


@pytest.mark.parametrize(
    ("before", "values", "end", "after"),
    [
        ({"min": 1.0, "max": 5.0}, [1 + n / 5 for n in range(21)], "max", (6.0, 7.1)),
        ({"min": -1.0, "max": 0.9}, [n * 0.095 - 1 for n in range(21)], "max", (1.3, 1.9)),
        ({"min": 1e-4, "max": 1e-2, "scale": "log"}, [10 ** (n / 10 - 4) for n in range(21)], "max", (0.05, 0.1)),
        ({"min": 2, "max": 10}, [2 + n * 0.4 // 1 for n in range(21)], "max", (12, 14)),
    ],
)
def test_where_the_best_lies_at_an_end_the_range_is_widened_there(
    before: Any, values: list[float], end: str, after: tuple[float, float]
) -> None:
    revision = refine(space({"x": before}), at("x", values, lambda x: -x))
    assert after[0] <= getattr(only(revision, "x"), end) <= after[1]
    assert "widened at the upper end" in change_of(revision, "hyperparameters.x")["reason"]


def test_one_job_at_the_end_widens_less_than_many() -> None:
    spec, values = space({"x": {"min": 10.0, "max": 20.0}}), [10 + n / 2 for n in range(21)]
    many = only(refine(spec, at("x", values, lambda x: -x)), "x")
    alone = only(refine(spec, at("x", values, lambda x: -99 if x == 20 else abs(x - 12))), "x")
    assert 20 < alone.max < many.max


XGBOOST = {"algorithm": {"builtin": "xgboost", "version": "1.7-1"}, "objective": {"minimize": "validation:error"}}
TREES = {"num_round": 10, "objective": "binary:logistic"}


@pytest.mark.parametrize(
    ("name", "before", "sign", "limit", "why"),
    [
        ("eta", {"min": 0.5, "max": 1.0}, -1, 1.0, "XGBoost takes it in [0, 1]"),
        ("max_depth", {"min": 0, "max": 10}, 1, 0, "XGBoost takes it in [0, inf)"),
        ("max_depth", {"min": 1, "max": 12, "scale": "log"}, 1, 1, "a log scale needs it above 0"),
    ],
)
def test_a_built_in_algorithm_says_how_far(name: str, before: Any, sign: int, limit: float, why: str) -> None:
    low, high = before["min"], before["max"]
    values = [low + (high - low) * share for share in LINEAR]
    spec = space({**TREES, name: before}, metrics={}, **XGBOOST)
    revision = refine(spec, at(name, values, lambda x: sign * x))
    range_ = only(revision, name)
    assert (range_.max if sign < 0 else range_.min) == limit
    assert any(f"{name}: not widened, though the best" in note and why in note for note in revision.notes) or (
        revision.changes and limit in (range_.min, range_.max)
    )


@pytest.mark.parametrize(
    ("before", "sign", "low", "high"),
    [
        ({"min": 0.1, "max": 0.9}, -1, 0.01, 0.99),  # a share: it comes near to 1 and does not reach it
        ({"min": 0.0, "max": 1.0}, -1, 0.0, 1.0),
        ({"min": 0.5, "max": 4.0}, 1, 0.05, 4.0),  # a positive number stays positive
        ({"min": 1, "max": 9}, 1, 1, 9),  # a count stays one
        ({"min": 0.5, "max": 0.99, "scale": "reverse-log"}, -1, 0.0, 0.999),
        ({"min": 0.9, "max": 0.9999999, "scale": "reverse-log"}, -1, 0.0, 0.999999995),
    ],
)
def test_without_an_algorithm_to_ask_a_number_stays_what_it_looks_like(
    before: Any, sign: int, low: float, high: float
) -> None:
    values = [before["min"] + (before["max"] - before["min"]) * share for share in LINEAR]
    range_ = only(refine(space({"x": before, "y": {"min": 0.0, "max": 1.0}}), at("x", values, lambda x: sign * x)), "x")
    assert low <= range_.min < range_.max <= high


def test_few_jobs_change_little_and_that_is_said() -> None:
    spec = space({"mix": {"min": 0.0, "max": 1.0}})
    few = refine(spec, at("mix", [0.1, 0.3, 0.5, 0.6, 0.55, 0.9, 0.8], lambda x: (x - 0.55) ** 2))
    mix = only(few, "mix")
    assert mix.max - mix.min >= 0.74
    assert "little evidence for one range (10 would be enough)" in few.notes[0]
    assert "a little only" in change_of(few, "hyperparameters.mix")["reason"]
    assert refine(spec, at("mix", [0.4, 0.6], abs)).changes == ()


def test_one_round_leaves_a_quarter_of_a_range() -> None:
    mix = only(
        refine(space({"mix": {"min": 0.0, "max": 1.0}}), at("mix", [0.5] * 5 + LINEAR, lambda x: abs(x - 0.5))), "mix"
    )
    assert mix.max - mix.min == pytest.approx(0.25, abs=0.02)


def test_a_whole_number_that_alone_is_among_the_best_becomes_the_value() -> None:
    spec = space({"layers": {"min": 1, "max": 2}, "mix": {"min": 0.0, "max": 1.0}})
    trials = [Trial({"layers": 1 + n % 2, "mix": (n * 0.37) % 1}, n % 2 + n / 1000) for n in range(40)]
    revision = refine(spec, trials)
    assert only(revision, "layers") == 1
    assert "one value is left of it" in change_of(revision, "hyperparameters.layers")["reason"]
    assert isinstance(only(refine(spec, trials[:9]), "layers"), Integer)


def test_whole_numbers_stay_whole() -> None:
    spec = space({"depth": {"min": 1, "max": 100, "scale": "log"}})
    depth = only(refine(spec, at("depth", range(1, 100, 3), lambda x: (x - 20) ** 2)), "depth")
    assert isinstance(depth, Integer)
    assert depth.scale == "log"
    assert 5 < depth.min < 20 < depth.max < 60


def test_a_range_beyond_all_numbers_is_left_alone() -> None:
    spec = space({"x": {"min": 0, "max": 10**400}, "y": {"min": -1e308, "max": 1.5e308}})
    revision = refine(spec, [Trial({"x": n, "y": n * 1e300}, float(n)) for n in range(20)])
    assert revision.changes == ()
    assert [note for note in revision.notes if "cannot be computed with" in note]


# Failures


def test_the_end_where_training_jobs_fail_is_cut() -> None:
    trials = at("batch", [16.0 * n for n in range(1, 21)], lambda x: -abs(x - 100) % 7)
    trials += failed("batch", [400, 420, 450, 480, 512])
    revision = refine(space({"batch": {"min": 16, "max": 512}}), trials)
    assert 320 <= only(revision, "batch").max < 400
    found = change_of(revision, "hyperparameters.batch")
    assert "5 of 5 training jobs failed there, 0 of 20 elsewhere" in found["reason"]
    assert found["evidence"]["failed"] == 5


def test_the_lower_end_is_cut_as_well() -> None:
    trials = at("size", [100.0 + n for n in range(20)], lambda x: (x * 7.1) % 1) + failed("size", [10.0, 20.0, 30.0])
    size = only(refine(space({"size": {"min": 0.0, "max": 120.0}}), trials), "size")
    assert 30 < size.min < 100


@pytest.mark.parametrize("scale", ["linear", "log"])
@pytest.mark.parametrize(("good", "bad", "kept"), [((1, 2), 3, (1, 2)), ((4, 5), 3, (4, 5))])
def test_the_first_whole_number_that_fails_is_not_kept_by_rounding(
    scale: str, good: tuple[int, int], bad: int, kept: tuple[int, int]
) -> None:
    trials = [Trial({"size": good[n % 2]}, (n * 7.3) % 1) for n in range(20)] + failed("size", [bad] * 5)
    size = only(
        refine(space({"size": {"min": 1, "max": 5, "scale": scale}, "mix": {"min": 0.0, "max": 1.0}}), trials), "size"
    )
    assert bad not in range(size.min, size.max + 1)
    assert set(range(size.min, size.max + 1)) >= set(kept)


def test_a_small_range_of_whole_numbers_is_widened_by_one() -> None:
    spec = space({"layers": {"min": 1, "max": 2}, "mix": {"min": 0.0, "max": 1.0}})
    trials = [Trial({"layers": 1 + n % 2, "mix": n / 20}, 1 - n % 2 * 0.1 + (n * 0.37) % 1) for n in range(20)]
    found = change_of(refine(spec, trials), "hyperparameters.layers")
    assert found["after"] == {"min": 1, "max": 3}
    assert found["reason"].startswith("widened at the upper end")


def test_failures_all_over_the_range_cut_nothing() -> None:
    trials = at("x", LINEAR, lambda x: (x * 7.3) % 1) + failed("x", [n / 10 for n in range(10)])
    assert refine(space({"x": {"min": 0.0, "max": 1.0}}), trials).changes == ()


def test_a_value_with_which_every_job_fails_goes() -> None:
    trials = [Trial({"kind": "ab"[n % 2], "mix": n / 20}, (n * 7.3) % 1) for n in range(20)]
    trials += [Trial({"kind": "c", "mix": 0.5}, None, "Failed") for _ in range(4)]
    revision = refine(space({"kind": {"values": ["a", "b", "c"]}, "mix": {"min": 0.0, "max": 1.0}}), trials)
    assert only(revision, "kind") == Categorical(values=("a", "b"))
    assert "4 of 4 training jobs failed with it" in change_of(revision, "hyperparameters.kind")["reason"]


# Choices


def kinds(worse: str, jobs: int) -> list[Trial]:
    values = ["a", "b", "c"]
    return [Trial({"kind": values[n % 3], "mix": n / jobs}, (values[n % 3] in worse) + n / 1000) for n in range(jobs)]


CHOICE = {"kind": {"values": ["a", "b", "c"]}, "mix": {"min": 0.0, "max": 1.0}}


def test_a_value_that_is_never_among_the_best_goes_when_there_are_enough_jobs() -> None:
    revision = refine(space(CHOICE), kinds("c", 45))
    assert only(revision, "kind") == Categorical(values=("a", "b"))
    assert "15 of 45 training jobs had it, none of the best 9" in change_of(revision, "hyperparameters.kind")["reason"]
    assert only(refine(space(CHOICE), kinds("c", 9)), "kind") == Categorical(values=("a", "b", "c"))


def test_the_last_value_becomes_the_value() -> None:
    assert only(refine(space(CHOICE), kinds("bc", 45)), "kind") == "a"


def test_a_value_that_was_not_tried_stays() -> None:
    trials = [Trial({"kind": "a", "mix": n / 40}, n / 40) for n in range(40)]
    assert only(refine(space(CHOICE), trials), "kind") == Categorical(values=("a", "b", "c"))


def test_numbers_and_truth_values_of_a_choice_are_those_of_the_spec() -> None:
    trials = [Trial({"kind": ["true", "5", "0.5"][n % 3], "mix": n / 45}, float(n % 3 == 2)) for n in range(45)]
    spec = space({**CHOICE, "kind": {"values": [True, 5, 0.5]}})
    assert only(refine(spec, trials), "kind") == Categorical(values=(True, 5))


# The whole


def test_something_is_left_to_search() -> None:
    spec = space({"kind": {"values": ["a", "b"]}}, limits={"jobs": 2, "parallel": 1})
    revision = refine(spec, [Trial({"kind": "ab"[n % 2]}, float(n % 2)) for n in range(40)])
    assert isinstance(only(revision, "kind"), Categorical)
    assert any("nothing else is left to search" in note for note in revision.notes)


def test_jobs_are_no_more_than_configurations() -> None:
    spec = space(
        {"kind": {"values": ["a", "b", "c"]}, "depth": {"min": 1, "max": 10}}, limits={"jobs": 25, "parallel": 9}
    )
    trials = [Trial({"kind": "abc"[n % 3], "depth": 1 + n % 10}, (n % 3) + abs(n % 10 - 4)) for n in range(30)]
    revision = refine(spec, trials)
    total = len(getattr(only(revision, "kind"), "values", "1")) * (
        only(revision, "depth").max - only(revision, "depth").min + 1
    )
    assert total < 25
    assert revision.spec.limits.jobs == total
    assert f"there are only {total} configurations" in change_of(revision, "limits.jobs")["reason"]


def test_a_grid_runs_what_is_left_of_it() -> None:
    spec = space(
        {"kind": {"values": list("abcd")}, "size": {"values": list(range(20))}}, strategy="grid", limits={"jobs": 80}
    )
    trials = [
        Trial({"kind": kind, "size": str(n)}, ("abcd".index(kind)) + n / 100) for kind in "abcd" for n in range(20)
    ]
    revision = refine(spec, trials)
    kept = [getattr(only(revision, name), "values", (1,)) for name in ("kind", "size")]
    assert revision.spec.limits.jobs == len(kept[0]) * len(kept[1]) < 80


def test_jobs_and_name_are_as_asked_and_the_rest_stays() -> None:
    spec = space({"mix": {"min": 0.0, "max": 1.0}}, seed=7, tags={"team": "ml"}, limits={"jobs": 20, "parallel": 5})
    revision = refine(spec, at("mix", LINEAR, lambda x: (x * 7.3) % 1), RefineOptions(jobs=3, name="next"))
    assert revision.spec.name == "next"
    assert (revision.spec.limits.jobs, revision.spec.limits.parallel) == (3, 3)
    assert revision.spec == TuningSpec.model_validate(
        {**spec.model_dump(), "name": "next", "limits": {"jobs": 3, "parallel": 3}}
    )


def test_a_name_that_no_job_can_have_is_refused() -> None:
    with pytest.raises(SpecError, match="the next spec: name: 'a_b' is not a job name"):
        refine(space(CHOICE), kinds("c", 9), RefineOptions(name="a_b"))


def test_a_name_that_looks_like_a_reference_stays_text() -> None:
    spec = space({**CHOICE, "note": "${env:HOME}"})
    assert only(refine(spec, kinds("c", 9), RefineOptions(name="next")), "note") == "${env:HOME}"


def test_several_algorithms_are_refined_each_by_its_own_jobs() -> None:
    entries = [
        {"name": name, "algorithm": {"image": "mine:1"}, "hyperparameters": {"mix": {"min": 0.0, "max": 1.0}}}
        for name in ("one", "two")
    ]
    spec = space({}, algorithm=None, algorithms=entries)
    trials = [
        Trial(trial.hyperparameters, trial.objective, algorithm="two")
        for trial in at("mix", LINEAR, lambda x: (x - 0.5) ** 2)
    ]
    trials += [
        Trial(trial.hyperparameters, trial.objective, algorithm="one")
        for trial in at("mix", LINEAR, lambda x: (x * 7.3) % 1)
    ]
    revision = refine(spec, trials)
    assert revision.spec.algorithms[0] == spec.algorithms[0]
    assert [change.to_dict()["path"] for change in revision.changes] == ["algorithms[1].hyperparameters.mix"]
    assert load_spec(revision.to_yaml()) == revision.spec


def test_without_any_objective_there_is_nothing_to_say() -> None:
    with pytest.raises(JobError, match="no training job of toy has ended with an objective"):
        refine(space(CHOICE), failed("kind", ["a", "b"]))
    with pytest.raises(JobError):
        refine(space(CHOICE), [Trial({"kind": "a"}, math.nan), Trial({"kind": "a"}, 1.0, "InProgress")])


def test_the_yaml_has_each_reason_beside_its_key_and_loads_to_the_same_spec() -> None:
    revision = refine(space(CHOICE), kinds("c", 45), RefineOptions(jobs=5))
    text = revision.to_yaml()
    lines = text.splitlines()
    assert lines[0].startswith("# refined by 45 training jobs with an objective, the best 9 of them")
    (reason,) = (number for number, line in enumerate(lines) if line.startswith("  # kind: was a, b, c; without c: "))
    assert next(line for line in lines[reason:] if not line.lstrip().startswith("#")).startswith("  kind: ")
    assert "# limits.jobs: was 20; as asked" in lines
    assert load_spec(text) == revision.spec
    assert check_file(text) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("20%", Top(0.2)), ("100%", Top(1.0)), (" 2.5 %", Top(0.025)), ("7", Top(count=7))],
)
def test_the_best_are_a_share_or_a_number(text: str, expected: Top) -> None:
    found = Top.parse(text)
    assert found.share == pytest.approx(expected.share)
    assert found.count == expected.count


@pytest.mark.parametrize("text", ["0%", "101%", "0", "-1", "x", "", "1.5", "20%%"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="write a share as 20%"):
        Top.parse(text)


def test_at_least_three_count_as_the_best() -> None:
    assert [Top().of(total) for total in (1, 2, 5, 100)] == [1, 2, 3, 20]
    assert Top(count=50).of(8) == 8


def test_evidence_is_plain() -> None:
    assert Evidence(30, 6, 0, 0.012345).to_dict() == {"jobs": 30, "best": 6, "failed": 0, "chance": 0.0123}


def test_a_continuous_range_stays_one() -> None:
    spec = space({"x": {"min": 0, "max": 4, "type": "continuous"}})
    revision = refine(spec, at("x", [n / 5 for n in range(21)], lambda x: (x - 2) ** 2))
    assert isinstance(load_spec(revision.to_yaml()).hyperparameters["x"], Continuous)


def test_wishes_that_break_a_rule_are_refused() -> None:
    spec = space(CHOICE, strategy="bayesian")
    with pytest.raises(SpecError, match="R17"):
        refine(spec, kinds("", 9), RefineOptions(jobs=5000))


# Of equals none is better


def test_where_all_are_equally_good_nothing_is_changed() -> None:
    spec = space({"mix": {"min": 0.0, "max": 1.0}, "kind": {"values": ["a", "b"]}})
    trials = [Trial({"mix": number / 20, "kind": "a" if number < 10 else "b"}, 1.0) for number in range(21)]
    revision = refine(spec, trials)
    assert revision.spec == spec
    assert "all are equally good" in revision.notes[0]


def test_a_job_that_is_as_good_as_the_last_of_the_best_is_one_of_them() -> None:
    trials = at("mix", [0.5], lambda _: 0.0) + at("mix", LINEAR, lambda _: 1.0)
    assert refine(space({"mix": {"min": 0.0, "max": 1.0}}), trials).changes == ()


def test_a_best_at_both_ends_widens_neither() -> None:
    values = [0.05, 0.95, *LINEAR[2:-2]]
    trials = at("mix", values, lambda x: 0.0 if x in (0.05, 0.95) else 1.0)
    assert only(refine(space({"mix": {"min": 0.05, "max": 0.95}}), trials), "mix") == Continuous(min=0.05, max=0.95)


def test_a_choice_among_secrets_shows_none_of_them() -> None:
    keys = [f"sk-{letter * 24}" for letter in "abc"]
    spec = space({"mix": {"min": 0.0, "max": 1.0}, "token": {"values": keys}})
    trials = [Trial({"mix": number / 60, "token": keys[number % 3]}, float(number % 3)) for number in range(60)]
    revision = refine(spec, trials)
    assert "hyperparameters.token" in [change.to_dict()["path"] for change in revision.changes]
    assert "sk-" not in revision.to_yaml() + str(revision.to_dict())
