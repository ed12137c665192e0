"""Autotune: the range that a hint becomes. What it does to a tuning job is in test_strategies."""

from __future__ import annotations

import math
from typing import Any

import pytest

from smtune.algorithms.builtins import builtin, builtin_names
from smtune.local.autotune import filled_ranges


def auto_range(image: str, name: str, hint: str) -> dict[str, Any]:
    """What Autotune makes of one hint: a kind of range, with the one range in it."""
    account = "382416733822.dkr.ecr.us-east-1.amazonaws.com"
    definition = {"AlgorithmSpecification": {"TrainingImage": f"{account}/{image}:1"}}
    filled = filled_ranges({"AutoParameters": [{"Name": name, "ValueHint": hint}]}, definition)
    (kind,) = filled.keys() - {"AutoParameters"}
    ((made,),) = [filled[kind]]
    return {"kind": kind.removesuffix("ParameterRanges"), **made}


def test_a_recommendation_may_be_a_list_of_values() -> None:
    wanted = {"kind": "Categorical", "Name": "use_bias", "Values": ["true", "false"]}
    assert auto_range("linear-learner", "use_bias", "true") == wanted
    sizes = auto_range("seq2seq", "batch_size", "64")
    assert (sizes["kind"], sizes["Values"][0], len(sizes["Values"])) == ("Categorical", "16", 8)


def test_every_recommendation_becomes_a_range() -> None:
    for algorithm in filter(None, map(builtin, builtin_names())):
        for parameter in algorithm.parameters.values():
            made = auto_range(algorithm.name, parameter.name, parameter.default or "1")
            if made["kind"] != "Categorical":
                assert -math.inf < float(made["MinValue"]) < float(made["MaxValue"]) < math.inf, parameter


@pytest.mark.parametrize(("hint", "ends"), [("1e308", "1.7976931348623157e+308"), ("-1e308", "-1e+307")])
def test_a_range_around_a_hint_ends_where_numbers_end(hint: str, ends: str) -> None:
    assert auto_range("unknown", "x", hint)["MaxValue"] == ends


@pytest.mark.parametrize("hint", [" 8", "8 ", "+8"])
def test_a_whole_hint_is_one_however_it_is_written(hint: str) -> None:
    assert auto_range("unknown", "depth", hint)["kind"] == "Integer"
