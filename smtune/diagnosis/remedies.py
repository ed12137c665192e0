"""What to do about each finding, best first, after Ng's talk and "Machine Learning Yearning".

Collecting rows is a remedy for variance and for mismatch, never for bias: a model which cannot fit its
training rows is not helped by a larger number of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from smtune.diagnosis.answers import name_open, tell_needed
from smtune.diagnosis.levers import Knob, hints_for
from smtune.diagnosis.model import Cause, Errors, Finding, Gap, GapName, Lever, Need, Remedy
from smtune.diagnosis.scale import Scale


@dataclass(frozen=True)
class _Advice:
    title: str
    why: str
    lever: Lever | None = None
    need: Need | None = None


_BIAS = (
    _Advice("Use a bigger model", "More capacity lets it fit what it misses now.", "bigger model"),
    _Advice("Train longer", "Worth it as long as the training curve is still improving.", "train longer"),
    _Advice("Give it better features", "Look at training rows it gets wrong: what would a person look at?"),
    _Advice("Regularize less", "It trades variance for bias, so watch validation error.", "less regularization"),
    _Advice("Try another architecture", "The last resort: hard to predict, may help a lot.", "architecture"),
)
_VARIANCE = (
    _Advice(
        "Get more training data",
        "The surest cure where rows can be had or synthesized. As rows are added training error rises "
        "while validation error falls, and at best they meet.",
        need="training rows",
    ),
    _Advice(
        "Regularize more",
        "Keep the change only if validation error falls: a smaller gap alone is no better model.",
        "more regularization",
    ),
    _Advice("Stop early", "Stop where validation error is lowest, before it rises again.", "early stopping"),
    _Advice("Use fewer features", "Features without information invite fitting noise."),
    _Advice(
        "Try another architecture",
        "One that suits the structure of the data needs fewer rows.",
        "architecture",
    ),
)
_TEST_MISMATCH = (
    _Advice(
        "Draw validation and test from one pool, the one the model is for, and tune again",
        "Split it at random, but keep the rows of one group (a patient, a speaker) in one set. If the gap "
        "closes the two sets had differed; if it comes back it is selection.",
        need="like rows",
    ),
    _Advice(
        "Take a fresh, larger validation set or run fewer tuning jobs",
        "The cure if it was selection: the best of many jobs on a small set is partly lucky.",
        need="validation rows",
    ),
    _Advice(
        "Bring the training data closer to the test distribution",
        "Collect or synthesize rows of that kind (its noise, its fonts, its devices), with variety: many "
        "copies of one noise teach only that noise.",
        need="like rows",
    ),
)
_VALIDATION_MISMATCH = (
    _Advice(
        "Read about 100 validation errors",
        "Find what sets those rows apart from training rows, and how often each difference occurs.",
        need="like rows",
    ),
    _Advice(
        "Bring the training data closer to the validation distribution",
        "Collect or synthesize rows that differ in just that way, with variety: many copies of one noise "
        "teach only that noise.",
        need="closer rows",
    ),
    _Advice("Try another architecture", "One less sensitive to that difference.", "architecture"),
)
_POOL, _FRESH, _CLOSER = _TEST_MISMATCH
_BY_CAUSE: dict[Cause | None, tuple[_Advice, ...]] = {
    "mismatch": (_POOL, _CLOSER),
    "either": (_FRESH, _POOL),
    "selection": (
        _FRESH,
        _Advice(
            "Judge by cross-validation instead of one validation set",
            "Every row then validates once, and luck shrinks with the rows.",
        ),
    ),
}
_BY_GAP: dict[GapName, tuple[_Advice, ...]] = {
    "avoidable_bias": _BIAS,
    "variance": _VARIANCE,
    "data_mismatch": _VALIDATION_MISMATCH,
    "validation_to_test": _TEST_MISMATCH,
}


def prescribe(findings: tuple[Finding, ...], knobs: tuple[Knob, ...]) -> tuple[Remedy, ...]:
    """The remedies finding by finding, each list ranked, with the hyperparameters they are about."""
    return tuple(
        Remedy(
            finding.code,
            advice.title,
            advice.why,
            hints_for(advice.lever, knobs),
            finding.gap.name,
            advice.lever,
            advice.need,
        )
        for finding in findings
        for advice in _BY_CAUSE.get(finding.gap.cause, _BY_GAP[finding.gap.name])
    )


def next_step(errors: Errors, gaps: tuple[Gap, ...], scale: Scale) -> Remedy:
    """The one thing worth doing when no gap is high."""
    if scale.floor is None:
        why = f"A gap in {scale.loss} is large or small only against the span from baseline to human level."
        return Remedy("not_assessable", "Give a human level and a baseline", why)
    undecided = [gap for gap in gaps if gap.verdict == "not enough evidence"]
    if undecided:
        needs = (f"For {name_open([gap])}: {tell_needed(gap, scale)}." for gap in undecided)
        why = f"{' '.join(needs)} That is if the values stay what they are."
        return Remedy("not_enough_evidence", "Measure on more rows", why, need=_need(undecided))
    if errors.human is None:
        why = "Have people (best: a team of experts) label rows of the validation set and count their errors."
        return Remedy("not_assessable", "Measure human level", why)
    if errors.one_pool and any(gap.name == "validation_to_test" and gap.verdict != "absent" for gap in gaps):
        why = "More rows make both errors surer; fewer jobs choose less by luck. Until then test is the honest one."
        return Remedy("not_assessable", "Validate on more rows, or run fewer jobs", why, need="validation rows")
    if errors.surpassed:
        why = "A panel of experts is a stricter one; else look for the kinds of rows where people still win."
        return Remedy("nothing_material", "Find a better reference", why)
    why = (
        f"All that is left is at most {scale.gap(scale.floor)} a gap or a small part of the whole. If "
        "less than that is worth money to you, diagnose with a lower floor or a stricter human level."
    )
    return Remedy("nothing_material", "Ship it, or sharpen the question", why)


def _need(undecided: list[Gap]) -> Need | None:
    """Rows that a split can give: more people's answers, it cannot."""
    places = {place for gap in undecided if gap.needed for place, _ in gap.needed.more}
    return "validation rows" if places & {"validation", "test"} else None
