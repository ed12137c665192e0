"""Suggestions on a terminal: plain characters, at most 100 a line, nothing left out."""

from __future__ import annotations

from smtune.diagnosis import diagnose
from smtune.revise.model import Change
from smtune.spec import load_spec
from smtune.suggest import Case, Suggestion, Suggestions, suggest
from smtune.suggest.cost import Effort, tell_cost
from smtune.suggest.text import render

SPEC = load_spec(
    """
name: toy
algorithm: {builtin: xgboost, version: 1.7-1}
objective: {minimize: validation:error}
hyperparameters: {num_round: 10, max_depth: 2, eta: {min: 0.05, max: 0.3}, booster: {values: [gbtree]}}
limits: {jobs: 5}
"""
)


def found() -> Suggestions:
    diagnosis = diagnose(human_error="1%/900", train_error="5%/9000", validation_error="12%/4000", algorithm="xgboost")
    return suggest(Case("tune", SPEC, diagnosis, effort=Effort(30.0), notes=("no test metrics: the spec holds none",)))


def test_every_suggestion_is_told_with_its_changes() -> None:
    text = render(found())
    lines = text.splitlines()
    assert lines[0] == "tune: High bias and high variance; work on the bias first"
    assert lines[2].startswith("-> 1. Use a bigger model. More capacity lets it fit what it misses now.")
    told = " ".join(text.split())
    assert "hyperparameters.max_depth: 2 -> 2 to 12 # the same in all training jobs, 2: search it" in told
    assert "hyperparameters.lambda: 1.0 to 100.0, log # not said before (so 1): search it, more than that" in told
    assert "hyperparameters.booster: gbtree -> gbtree | dart" in told
    assert "Brings: at most the gap itself, 4.0 points (between " in told
    assert "Costs: about 5 training jobs of 30 s, 2 min 30 s in all, if they take as long as the last ones" in told
    assert "Run: smtune data curve " in told
    for number, each in enumerate(found().entries, 1):
        assert f"{number}. {each.title}" in told
    assert text.endswith("note: no test metrics: the spec holds none\n")
    assert text.count("->  ") == 0
    assert sum(line.startswith("-> ") for line in lines) == 1


def test_lines_are_short_and_plain() -> None:
    text = render(found())
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 100
    assert not any(line != line.rstrip() for line in text.splitlines())


def test_what_the_training_jobs_say_stands_beside_the_title() -> None:
    entries = tuple(
        Suggestion("Do it", "It helps.", "noise", support=support)
        for support in ("supported", "untested", "undecided", "contradicted")
    )
    lines = [line for line in render(Suggestions("tune", "so", entries)).splitlines() if "Do it" in line]
    assert lines == [
        "   1. Do it (the training jobs speak for it). It helps.",
        "   2. Do it. It helps.",
        "   3. Do it (the training jobs do not say). It helps.",
        "   4. Do it (NOT ADVISED: the training jobs speak against it). It helps.",
    ]


def test_nothing_left_is_said() -> None:
    assert render(Suggestions("tune", "Nothing material", ())) == (
        "tune: Nothing material\n\nNothing is left to do that the numbers call for.\n"
    )


def test_any_value_of_a_change_is_told() -> None:
    changes = tuple(
        Change(("data", "split", "train"), before, after, "so")
        for before, after in ((0.1, 0.7), (None, {"values": ["a", "b"]}), ({"hint": 3}, ["x", "y"]))
    )
    text = render(Suggestions("tune", "so", (Suggestion("Do it", "It helps.", "noise", changes=changes),)))
    assert "data.split.train: 0.1 -> 0.7  # so" in text
    assert "data.split.train: a | b  # so" in text
    assert "data.split.train: {'hint': 3} -> x | y  # so" in text


def test_the_cost_is_the_last_jobs_times_the_jobs_to_come() -> None:
    assert tell_cost(Effort(45.0, 0.5), 20).startswith(
        "about 20 training jobs of 45 s, 15 min 00 s in all, 10.00 USD, if"
    )
    assert tell_cost(Effort(5400.0), 4).startswith("about 4 training jobs of 1 h 30 min, 6 h 00 min in all, if")
    assert tell_cost(None, 4) == tell_cost(Effort(5.0), None) == ""
