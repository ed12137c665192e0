"""From a chain of losses and their scale to the whole diagnosis."""

from __future__ import annotations

from smtune.diagnosis.answers import WHOLE
from smtune.diagnosis.assumptions import list_assumptions
from smtune.diagnosis.findings import find
from smtune.diagnosis.model import Diagnosis, Errors, Finding, Gap
from smtune.diagnosis.remedies import next_step, prescribe
from smtune.diagnosis.rule import measure_gaps
from smtune.diagnosis.scale import Scale


def conclude(errors: Errors, scale: Scale, algorithm: str | None) -> Diagnosis:
    """Apply the rule and put the result into words. To be called within the context `EXACT`."""
    gaps = measure_gaps(errors, scale.floor)
    findings = find(gaps, errors, scale)
    remedies = prescribe(findings, algorithm) or (next_step(errors, gaps, scale),)
    headline = _headline(findings, gaps, errors, scale)
    return Diagnosis(scale, errors, gaps, findings, remedies, headline, list_assumptions(errors, gaps, scale))


def _headline(findings: tuple[Finding, ...], gaps: tuple[Gap, ...], errors: Errors, scale: Scale) -> str:
    if scale.floor is None:
        return f"Not assessable: a gap in {scale.loss} has no size of its own; give a human level and a baseline"
    if findings:
        return _name(findings) + _blind_spot(errors)
    unclear = any(gap.verdict == "not assessable" and gap.value is not None for gap in gaps)
    if errors.human is None:
        rest = "whether another gap is material needs one too" if unclear else "no other gap is material"
        return f"Bias not assessable without a human level; {rest}"
    if unclear and errors.one_pool:
        return "Nothing material up to validation; test is worse by chance, or because validation flatters"
    if errors.surpassed:
        return "Human level surpassed: the reference can no longer measure bias; no other gap is material"
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
