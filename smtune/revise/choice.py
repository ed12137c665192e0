"""A choice of values and how its training jobs ended -> the values of the next round, or the one that is left."""

from __future__ import annotations

from collections import Counter

from smtune.revise.chance import absence, excess
from smtune.revise.model import Evidence
from smtune.revise.sample import Sample, texts
from smtune.revise.verdict import Verdict
from smtune.spec import Categorical
from smtune.spec.ranges import encode

_CHANCE = 0.05
_FEWEST = 3


def revise_choice(name: str, choice: Categorical, sample: Sample) -> Verdict:
    """The next choice: without values that were never among the best, and without those that always failed.

    A value goes only where that would be seen by chance in at most 5 of 100 cases; one that was not tried stays.
    """
    tried, best, failed = (Counter(texts(each, name)) for each in (sample.measured, sample.best, sample.failed))
    total, drawn = tried.total(), best.total()
    reasons, chances, failures = [], [], 0
    kept = []
    for value in choice.values:
        text = encode(value)
        by_chance = absence(total, tried[text], drawn)
        fails = excess(total + failed.total(), failed.total(), failed[text], failed[text])
        if failed[text] >= _FEWEST and not tried[text] and fails <= _CHANCE:
            reasons.append(f"without {text}: {failed[text]} of {failed[text]} training jobs failed with it")
            chances.append(fails)
            failures += failed[text]
        elif sample.is_enough and not best[text] and tried[text] >= _FEWEST and by_chance <= _CHANCE:
            count = f"{tried[text]} of {total} training jobs had it, none of the best {drawn}"
            reasons.append(f"without {text}: {count} (chance {by_chance:.2g} if it did not matter)")
            chances.append(by_chance)
        else:
            kept.append(value)
    evidence = Evidence(total, drawn, failures, max(chances, default=None))
    if not reasons or not kept:
        return Verdict(choice, notes=(f"{name}: unchanged, {_why(choice, sample, best)}",), evidence=evidence)
    if len(kept) == 1:
        return Verdict(kept[0], (*reasons, "one value is left of it"), evidence=evidence)
    return Verdict(choice.model_copy(update={"values": tuple(kept)}), tuple(reasons), evidence=evidence)


def _why(choice: Categorical, sample: Sample, best: Counter[str]) -> str:
    if all(best[encode(value)] for value in choice.values):
        return "every value is among the best"
    if not sample.is_enough:
        return f"{len(sample.measured)} training jobs with an objective are too few ({sample.wanted} would be enough)"
    return "no value is clearly worse"
