"""From a chain of losses and their scale to the whole diagnosis."""

from __future__ import annotations

from smtune.diagnosis.answers import WHOLE, name_open, tell_needed, walk
from smtune.diagnosis.assumptions import list_assumptions
from smtune.diagnosis.findings import find
from smtune.diagnosis.levers import knobs_of
from smtune.diagnosis.model import Diagnosis, Errors, Finding, Gap
from smtune.diagnosis.reference import Benchmark
from smtune.diagnosis.remedies import next_step, prescribe
from smtune.diagnosis.rule import measure_gaps
from smtune.diagnosis.scale import Scale
from smtune.diagnosis.setting import Setting


def conclude(errors: Errors, scale: Scale, setting: Setting, reference: Benchmark | None) -> Diagnosis:
    """Apply the rule and put the result into words. To be called within the context `EXACT`."""
    gaps = measure_gaps(errors, scale.floor, setting.confidence)
    findings = find(gaps, errors, scale)
    return Diagnosis(
        scale=scale,
        errors=errors,
        gaps=gaps,
        findings=findings,
        remedies=prescribe(findings, knobs_of(setting.algorithm, setting.roles)) or (next_step(errors, gaps, scale),),
        headline=_headline(findings, gaps, errors, scale),
        path=walk(gaps, errors, scale),
        assumptions=list_assumptions(errors, gaps, scale, setting, reference),
        confidence=setting.confidence,
    )


def _headline(findings: tuple[Finding, ...], gaps: tuple[Gap, ...], errors: Errors, scale: Scale) -> str:
    if scale.floor is None:
        return f"Not assessable: a gap in {scale.loss} has no size of its own; give a human level and a baseline"
    if findings:
        return _name(findings) + _blind_spot(errors) + _still_open(gaps)
    undecided = [gap for gap in gaps if gap.verdict == "not enough evidence"]
    if undecided:
        first = undecided[0]
        told = f"Not enough evidence about {name_open(undecided)}: {tell_needed(first, scale)}"
        return told + (" first" if len(undecided) > 1 else "") + _blind_spot(errors)
    return _nothing(gaps, errors, scale)


def _nothing(gaps: tuple[Gap, ...], errors: Errors, scale: Scale) -> str:
    unclear = any(gap.verdict == "not assessable" and gap.value is not None for gap in gaps)
    if errors.human is None:
        rest = "whether another gap is material needs one too" if unclear else "no other gap is material"
        return f"Bias not assessable without a human level; {rest}"
    if unclear and errors.one_pool:
        return "Nothing material up to validation; test is worse by chance, or because validation flatters"
    if errors.surpassed:
        return "Human level surpassed: the reference can no longer measure bias; no other gap is material"
    assert scale.floor is not None  # noqa: S101  the caller has looked
    return f"Nothing material: no gap is both over {scale.gap(scale.floor)} and at least {WHOLE}"


def _name(findings: tuple[Finding, ...]) -> str:
    first, *rest = [finding.title for finding in findings]
    if not rest:
        return first
    others = " and ".join(title[0].lower() + title[1:] for title in rest)
    if findings[0].gap.name == "validation_to_test":
        return f"{first}; also {others}"
    return f"{first} and {others}; work on the {findings[0].code.removeprefix('high_')} first"


def _blind_spot(errors: Errors) -> str:
    if errors.human is None:
        return "; bias not assessable without a human level"
    return "; human level is surpassed and can no longer measure bias" if errors.surpassed else ""


def _still_open(gaps: tuple[Gap, ...]) -> str:
    undecided = [gap for gap in gaps if gap.verdict == "not enough evidence"]
    return f"; not enough evidence about {name_open(undecided)}" if undecided else ""
