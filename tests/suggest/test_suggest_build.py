"""Which suggestions there are for a case, in which order, and what each of them changes."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from past_jobs import past

from smtune.diagnosis import Diagnosis, diagnose
from smtune.diagnosis.levers import ALGORITHMS
from smtune.errors import UsageError
from smtune.history import Lessons, Observation, study
from smtune.history.observation import Code, Verdict
from smtune.revise import Trial
from smtune.roles import ROLES
from smtune.search.space import Number
from smtune.spec import Integer, TuningSpec, dump_spec, load_spec
from smtune.suggest import Case, Suggestion, Suggestions, suggest
from smtune.suggest.cost import Effort
from smtune.validate import check_file

AXES = (Number("eta", 0.01, 0.3, "Logarithmic"), Number("max_depth", 2, 6, "Linear", is_whole=True))
SEARCHED = {
    "objective": "binary:logistic",
    "num_round": 50,
    "eta": {"min": 0.01, "max": 0.3, "scale": "log"},
    "max_depth": {"min": 2, "max": 6},
}


def spec_of(hyperparameters: Mapping[str, Any] | None = None, **changes: Any) -> TuningSpec:
    fields = {
        "name": "toy",
        "algorithm": {"builtin": "xgboost", "version": "1.7-1"},
        "objective": {"minimize": "validation:error"},
        "hyperparameters": hyperparameters or SEARCHED,
        "limits": {"jobs": 5},
        "data": {"source": "rows.csv", "label": "y"},
    }
    return TuningSpec.model_validate({**fields, **changes})


def errors(*rates: str, **more: Any) -> Diagnosis:
    """Human level, training, validation and perhaps test."""
    names = ("human_error", "train_error", "validation_error", "test_error")
    given = dict(zip(names, rates, strict=False))
    return diagnose(**given, algorithm=more.pop("algorithm", "xgboost"), **more)  # type: ignore[arg-type]


BIAS, VARIANCE, BOTH = errors("1%", "5%", "6%"), errors("1%", "2%", "6%"), errors("1%", "5%", "10%")
MISMATCH = errors("1%", "1.5%", "9%", train_dev_error="2%")


def of(diagnosis: Diagnosis | None = None, spec: TuningSpec | None = None, **fields: Any) -> Suggestions:
    return suggest(Case("tune", spec or spec_of(), diagnosis, **fields))


def titles(found: Suggestions, finding: str | None = None) -> list[str]:
    return [each.title for each in found.entries if finding in (None, each.finding)]


def entry(found: Suggestions, title: str) -> Suggestion:
    return next(each for each in found.entries if each.title == title)


def changed(found: Suggestion) -> set[str]:
    return {str(change.path[-1]) for change in found.changes}


def lesson(code: Code, verdict: Verdict = "present", **fields: Any) -> Lessons:
    return Lessons("", 30, 30, (Observation(code, verdict, f"{code} is so.", **fields),), ())


def test_a_split_gives_rows_to_validate_on_but_no_more_answers_of_people() -> None:
    few_cases = errors("1%/40", "5%/70000", "5.2%/15000", "5.2%/15000")
    assert {gap.name for gap in few_cases.gaps if gap.needed} == {"avoidable_bias"}
    assert not entry(of(few_cases), "Measure on more rows").is_applicable
    few_rows = errors("1%/9000", "1%/70000", "2.5%/150", "2.5%/15000")
    assert changed(entry(of(few_rows), "Measure on more rows")) == {"train", "validation", "test"}


# The four scenarios


def test_high_bias_asks_for_a_bigger_model_first() -> None:
    found = of(BIAS)
    assert found.headline == "High bias"
    assert titles(found, "high_bias")[:2] == ["Use a bigger model", "Train longer"]
    assert changed(entry(found, "Use a bigger model")) == {"num_round"}, "max_depth is searched already"
    assert changed(entry(found, "Train longer")) == {"num_round", "early_stopping_rounds"}
    assert found.first == 1


def test_high_variance_asks_for_rows_then_for_regularization() -> None:
    found = of(VARIANCE)
    assert titles(found)[:3] == ["Get more training data", "Regularize more", "Stop early"]
    assert not found.entries[0].is_applicable
    assert found.entries[0].command.startswith("smtune data curve tune says what more rows would bring")
    assert {"lambda", "alpha", "min_child_weight", "gamma", "colsample_bytree"} <= changed(found.entries[1])
    assert found.first == 2


def test_both_are_acted_on_bias_first() -> None:
    codes = [each.finding for each in of(BOTH).entries]
    assert codes == sorted(codes)
    assert set(codes) == {"high_bias", "high_variance"}


def test_mismatch_beside_high_bias_doubts_the_yardstick_first() -> None:
    found = of(errors("1%", "5%", "6%", "10%"))
    assert found.entries[0].finding == "data_mismatch"
    assert "high_bias" in {each.finding for each in found.entries}
    assert found.entries[0].command == "smtune data compare TRAIN VALIDATION shows which columns differ"


def test_a_mismatch_between_training_and_validation() -> None:
    found = of(MISMATCH)
    assert {each.finding for each in found.entries} == {"data_mismatch"}
    assert entry(found, "Try another architecture").is_applicable, "hyperparameters have a part in it"
    assert all(each.command for each in found.entries if not each.is_applicable)


def test_a_mismatch_by_time_brings_training_nearer() -> None:
    split = {"train": 0.4, "train_dev": 0.1, "validation": 0.3, "test": 0.2, "time": "day"}
    found = of(MISMATCH, spec_of(data={"source": "rows.csv", "split": split}))
    first = found.entries[(found.first or 0) - 1]
    assert first.title == "Bring the training data closer to the validation distribution"
    assert changed(first) == {"train", "validation"}


def test_variance_by_time_may_be_a_mismatch_and_rows_held_out_of_training_tell() -> None:
    split = {"train": 0.7, "validation": 0.15, "test": 0.15, "time": "day"}
    found = of(VARIANCE, spec_of(data={"source": "rows.csv", "split": split}))
    told = entry(found, "Hold out rows of the training period")
    assert changed(told) == {"train", "train_dev"}
    assert found.first is not None
    assert found.entries.index(told) >= found.first, "what may make the model better comes first"
    assert "Hold out rows of the training period" not in titles(of(VARIANCE))
    assert "Hold out rows of the training period" not in titles(of(MISMATCH))


def test_the_luck_of_the_best_asks_for_more_validation_rows() -> None:
    chosen = {"one_pool": True, "jobs": 400}
    for diagnosis, code in (
        (errors("4.9%", "5%", "5%/400", "9.5%/4000", **chosen), "validation_overfitting"),
        (errors("4.9%", "5%", "5%/400", "9.5%/4000", jobs=400), "mismatch_or_luck"),
    ):
        found = of(diagnosis)
        first = found.entries[0]
        assert (first.finding, first.title) == (code, "Take a fresh, larger validation set or run fewer tuning jobs")
        assert changed(first) == {"train", "validation", "test"}


def test_rows_that_are_too_few_to_tell_ask_for_more() -> None:
    found = of(errors("1%/400", "1%/9000", "3%/60"))
    (only,) = [each for each in found.entries if each.finding == "not_enough_evidence"]
    assert only.title == "Measure on more rows"
    assert changed(only) == {"train", "validation", "test"}


def test_where_people_were_not_measured_that_is_what_to_do() -> None:
    found = of(diagnose(human_error=None, train_error="1%", validation_error="1.2%"))
    assert titles(found) == ["Measure human level"]
    assert found.first is None


def test_nothing_material_leaves_nothing_to_do() -> None:
    found = of(errors("1%", "1%", "1%"))
    assert (found.entries, found.first) == ((), None)


def test_without_a_diagnosis_there_is_what_the_training_jobs_show() -> None:
    found = of(None, lessons={"": lesson("noise")}, notes=("no diagnosis: no train:error",))
    assert found.headline == "no diagnosis"
    assert titles(found) == ["Train the best configurations again"]
    assert found.entries[0].command == "smtune verify-best tune"
    assert found.notes == ("no diagnosis: no train:error",)
    assert of(None).entries == ()


# What the training jobs say


def test_what_the_training_jobs_speak_against_is_listed_last_and_not_applied() -> None:
    """Deeper was worse: a bigger model is no remedy for this bias."""
    lessons = study(past(lambda place: place[1], 60, noise=0.02, axes=AXES))
    fixed = {**SEARCHED, "num_round": {"values": ["50"]}, "eta": SEARCHED["eta"]}
    found = of(BIAS, spec_of(fixed), lessons={"": lessons})
    bigger = entry(found, "Use a bigger model")
    assert bigger.support != "supported"
    assert not bigger.is_applicable
    assert any("raising max_depth is contradicted by 60 training jobs" in each for each in bigger.evidence)
    only = dataclasses.replace(bigger, support="contradicted")
    assert "speak against" in " ".join(Suggestions("tune", "", (only, entry(found, "Train longer"))).revision(2).notes)


def test_within_a_finding_what_the_training_jobs_speak_for_comes_first() -> None:
    found = of(BIAS, lessons={"": lesson("still_falling")})
    assert titles(found, "high_bias")[0] == "Train longer"
    assert found.entries[0].support == "supported"
    assert found.entries[0].evidence[0] == "still_falling is so."


def test_overfitting_curves_speak_for_stopping_early() -> None:
    found = of(VARIANCE, lessons={"": lesson("overfitting")})
    assert titles(found, "high_variance")[0] == "Stop early"
    assert changed(found.entries[0]) == {"early_stopping_rounds"}


@pytest.mark.parametrize(
    ("code", "verdict", "title"),
    [
        ("noise", "present", "Train the best configurations again"),
        ("unstable_jobs", "present", "Train the best configurations again"),
        ("runtime_hit", "present", "Give training jobs more time"),
        ("plateau", "absent", "Run more training jobs"),
        ("plateau", "present", None),
        ("noise", "absent", None),
        ("importance", "present", None),
    ],
)
def test_what_the_search_itself_calls_for(code: Code, verdict: Verdict, title: str | None) -> None:
    found = of(None, lessons={"": lesson(code, verdict)})
    assert titles(found) == ([] if title is None else [title])
    for each in found.entries:
        assert (each.support, each.evidence, bool(each.command)) == ("supported", (f"{code} is so.",), True)
        assert "{" not in each.command


def test_one_thing_to_do_is_told_once() -> None:
    both = Lessons("", 9, 9, (*lesson("noise").observations, *lesson("unstable_jobs").observations), ())
    assert len(of(None, lessons={"": both}).entries) == 1


def test_the_last_suggestion_is_to_search_again_where_the_best_are() -> None:
    trials = [Trial({"eta": 0.01 * 1.12**number, "max_depth": 4}, abs(number - 15.0)) for number in range(30)]
    found = of(None, spec_of(), trials=trials)
    (only,) = found.entries
    assert only.title == "Search again where the best training jobs are"
    assert "eta" in changed(only)
    assert only.support == "undecided"


# Whose hyperparameters


def test_roles_that_a_spec_declares_are_turned() -> None:
    image = {"image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1"}
    own = spec_of(
        {"layers": 2, "dropout": 0.5, "rate": {"min": 0.1, "max": 0.2}},
        algorithm=image,
        metrics={"validation:error": r"e=(\S+)"},
        diagnosis={"roles": {"layers": "capacity", "dropout": "regularization"}},
    )
    found = of(errors("1%", "5%", "6%", algorithm=None), own)
    bigger = entry(found, "Use a bigger model")
    assert bigger.spec is not None
    assert bigger.spec.hyperparameters["layers"] == Integer(min=2, max=8)
    assert changed(entry(found, "Regularize less")) == {"dropout"}
    assert not entry(found, "Train longer").is_applicable, "nothing is known of its length"


def test_an_algorithm_that_nobody_knows_has_remedies_without_changes() -> None:
    image = {"image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1"}
    own = spec_of({"rate": {"min": 0.1, "max": 0.2}}, algorithm=image, metrics={"validation:error": r"e=(\S+)"})
    found = of(errors("1%", "5%", "6%", algorithm=None), own)
    assert found.entries
    assert not any(each.is_applicable for each in found.entries)


def several() -> TuningSpec:
    part = {
        "objective": {"minimize": "validation:error"},
        "hyperparameters": {"num_round": 10, "eta": {"min": 0.1, "max": 0.3}},
        "algorithm": {"builtin": "xgboost", "version": "1.7-1"},
    }
    boosted = {"num_boost_round": 100, "learning_rate": {"min": 0.01, "max": 0.3}}
    other = {**part, "algorithm": {"builtin": "lightgbm", "version": "1.9.0"}, "hyperparameters": boosted}
    return TuningSpec.model_validate(
        {"name": "two", "algorithms": [{**part, "name": "a"}, {**other, "name": "b"}], "limits": {"jobs": 5}}
    )


@pytest.mark.parametrize(("best", "index", "name"), [("a", 0, "num_round"), ("b", 1, "num_boost_round")])
def test_of_several_algorithms_the_best_training_jobs_is_the_one_to_change(best: str, index: int, name: str) -> None:
    algorithm = ("xgboost", "lightgbm")[index]
    lessons = {"a": lesson("noise"), "b": lesson("still_falling")}
    found = of(errors("1%", "5%", "6%", algorithm=algorithm), several(), best=best, lessons=lessons)
    longer = entry(found, "Train longer")
    assert ("algorithms", index, "hyperparameters", name) in [change.path for change in longer.changes]
    assert {change.path[1] for change in longer.changes} == {index}
    assert (longer.support == "supported") == (best == "b"), "the other's curves say nothing of it"


# Effect, cost, numbers


def test_nothing_brings_more_than_the_gap_and_what_it_costs_goes_by_the_last_job() -> None:
    found = of(BIAS, effort=Effort(90.0, 0.02))
    first = found.entries[0]
    assert first.effect == "at most the gap itself, 4.0 points"
    assert first.cost.startswith("about 5 training jobs of 1 min 30 s, 7 min 30 s in all, 0.10 USD")
    assert [each.cost for each in found.entries if not each.is_applicable and each.cost] == []
    measured = of(errors("1%/2000", "5%/9000", "6%/3000")).entries[0].effect
    assert "(between " in measured


def test_a_number_chooses() -> None:
    found = of(VARIANCE)
    assert found.chosen() is found.entries[1]
    assert found.chosen(3).title == "Stop early"
    for number, said in ((1, "smtune data curve"), (99, "numbered from 1 to"), (-1, "numbered from 1 to")):
        with pytest.raises(UsageError, match=said):
            found.chosen(number)
    with pytest.raises(UsageError, match="smtune suggest tune -o table"):
        of(None).chosen()


# Any of it


def known_specs() -> list[TuningSpec]:
    """A spec of every algorithm that has levers, each with one range."""
    ranges: dict[str, dict[str, Any]] = {
        "xgboost": {"objective": "binary:logistic", "num_round": 20, "eta": {"min": 0.05, "max": 0.3}},
        "lightgbm": {"num_boost_round": 50, "learning_rate": {"min": 0.01, "max": 0.3}},
        "catboost": {"iterations": 100, "learning_rate": {"min": 0.01, "max": 0.3}},
        "linear-learner": {
            "predictor_type": "binary_classifier",
            "learning_rate": {"min": 0.001, "max": 0.1, "scale": "log"},
            "wd": 0.01,
        },
        "knn": {"k": {"min": 3, "max": 9}, "sample_size": 1000, "predictor_type": "classifier", "feature_dim": 4},
    }
    objectives = {"linear-learner": {"minimize": "validation:objective_loss"}, "knn": {"maximize": "test:accuracy"}}
    versions = {"xgboost": "1.7-1", "lightgbm": "1.9.0", "catboost": "1.9.0"}
    return [
        spec_of(
            ranges[name],
            algorithm={"builtin": name, "version": versions.get(name, "1")},
            objective=objectives.get(name, {"minimize": "validation:error"}),
            data={"channels": {"train": "s3://b/train/", "validation": "s3://b/validation/", "test": "s3://b/test/"}},
        )
        for name in ALGORITHMS
    ]


_rates = st.integers(0, 40).map(lambda number: f"{number}%")
_values = st.one_of(
    st.integers(0, 64),
    st.floats(0, 20, allow_nan=False).map(lambda number: round(number, 3)),
    st.sampled_from(["auto", "gbtree", "gbdt", True]),
    st.tuples(st.integers(1, 20), st.integers(1, 20)).map(lambda pair: {"min": min(pair), "max": max(pair) + 1}),
)
_known = known_specs()
assert not any(check_file(dump_spec(each)) for each in _known)
_better_deep = study(past(lambda place: 1 - place[1], 20, axes=AXES))


@examples(100)
@given(st.data(), st.lists(_rates, min_size=3, max_size=4), st.booleans())
def test_whatever_can_be_applied_is_a_spec_that_is_sound_and_says_all_its_changes(
    data: st.DataObject, rates: list[str], is_searched: bool
) -> None:
    spec = data.draw(st.sampled_from(_known))
    algorithm = spec.algorithm.builtin  # type: ignore[union-attr]
    case = Case("tune", spec)
    names = [knob.name for knob in case.knobs if knob.name not in spec.hyperparameters]
    more = data.draw(st.dictionaries(st.sampled_from(names), _values, max_size=4)) if names else {}
    said = spec.model_dump(exclude_unset=True)
    said["hyperparameters"] |= more
    roles = data.draw(st.dictionaries(st.sampled_from(names or ["x"]), st.sampled_from(ROLES), max_size=3))
    spec = TuningSpec.model_validate({**said, **({"diagnosis": {"roles": roles}} if roles else {})})
    was_sound = not check_file(dump_spec(spec))
    found = of(errors(*rates, algorithm=algorithm), spec, lessons={"": _better_deep} if is_searched else {})
    for number, each in enumerate(found.entries, 1):
        if not each.is_applicable:
            continue
        text = found.revision(number).to_yaml()
        after = load_spec(text)
        assert after == each.spec
        assert restored(after, spec, each) == spec, "what is not listed does not change"
        if was_sound:
            assert check_file(text) == ()


def restored(after: TuningSpec, before: TuningSpec, suggestion: Suggestion) -> TuningSpec:
    """`after` with its listed changes undone."""
    paths = {change.path for change in suggestion.changes}
    assert all(path[0] == "hyperparameters" for path in paths)
    kept = {name: value for name, value in after.hyperparameters.items() if ("hyperparameters", name) not in paths}
    undone = {name: value for name, value in before.hyperparameters.items() if ("hyperparameters", name) in paths}
    together = {**kept, **undone}
    return after.model_copy(update={"hyperparameters": {name: together[name] for name in before.hyperparameters}})
