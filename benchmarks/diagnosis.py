"""Are the verdicts right? Learners of known bias, variance, mismatch and luck, measured on sets of known sizes.

    python benchmarks/diagnosis.py [--samples 1000]

Each line is a truth. From it a tuning job is drawn again and again: people and the model err on so many rows, and of
the training jobs the one with the lowest validation error is taken. `right` is the part of the diagnoses in which every
verdict that was given is true, `false alarm` those with a gap called present that is not there (or luck called a
mismatch), `missed` those with one called absent that is there, `decided` those without an open gap.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext

import numpy as np

from smtune.diagnosis.interval import CONFIDENCE
from smtune.diagnosis.level import Level
from smtune.diagnosis.model import Errors, Gap
from smtune.diagnosis.quantity import EXACT
from smtune.diagnosis.rule import RATE_FLOOR, SHARE, measure_gaps
from smtune.diagnosis.spread import Counted

SETS = ("human", "train", "validation", "test")


@dataclass(frozen=True)
class Truth:
    """Error rates in percent, rows, and how many training jobs the model was chosen from."""

    name: str
    errors: tuple[float, ...]
    """Human level, training, validation and perhaps test, of the best training job."""
    rows: tuple[int, ...]
    jobs: int = 1
    spread: float = 0.0
    """How much worse the other training jobs are, in points: half-normal."""


SMALL, MIDDLE, LARGE = (100, 700, 150, 150), (500, 7_000, 1_500, 1_500), (2_000, 35_000, 7_500, 7_500)
HUGE = (50_000, 700_000, 150_000, 150_000)
SCENARIOS = (
    Truth("1: high bias", (1, 5, 6), MIDDLE),
    Truth("2: high variance", (1, 2, 6), MIDDLE),
    Truth("3: both", (1, 5, 10), MIDDLE),
    Truth("4: mismatch, high bias", (1, 5, 6, 10), MIDDLE),
)
TRUTHS = (
    *(
        replace(each, name=f"{each.name}; {size[1]:,} rows", rows=size)
        for each in SCENARIOS
        for size in (SMALL, MIDDLE, LARGE)
    ),
    *(
        replace(each, name=f"{each.name}; {size[1]:,} rows, 50 jobs", rows=size, jobs=50)
        for each in SCENARIOS
        for size in (MIDDLE, LARGE)
    ),
    Truth("no gap at all; 700 rows", (5, 5, 5, 5), SMALL),
    Truth("no gap at all; 7,000 rows", (5, 5, 5, 5), MIDDLE),
    Truth("no gap at all; 7,000 rows, 100 jobs", (5, 5, 5, 5), MIDDLE, 100),
    Truth("no gap at all; 700,000 rows, 100 jobs", (5, 5, 5, 5), HUGE, 100, 0.5),
    Truth("small gaps; 700,000 rows", (5, 5.5, 6, 6.2), HUGE),
    Truth("all gaps right at the floor; 7,000 rows", (1, 2, 3, 4), MIDDLE),
    Truth("all gaps right at the floor; 700,000 rows", (1, 2, 3, 4), HUGE),
    Truth("shares right at a quarter; 7,000 rows", (2, 10, 13, 18), MIDDLE),
    Truth("shares right at a quarter; 700,000 rows", (0, 6, 8), HUGE),
    Truth("variance hidden by luck; 700 rows, 100 jobs", (1, 2, 6), SMALL, 100),
    Truth("luck only, val to test; 700 rows, 100 jobs", (4, 5, 8, 8), SMALL, 100),
    Truth("luck only, val to test; 7,000 rows, 100 jobs", (4, 5, 8, 8), MIDDLE, 100, 0.5),
    Truth("better than people; 35,000 rows", (6, 3, 3.5), LARGE),
    Truth("memorised; 7,000 rows", (5, 0, 9), MIDDLE),
)


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare verdicts with the truth.")
    parser.add_argument("--samples", type=int, default=1000)
    samples = parser.parse_args().samples
    for line in table(TRUTHS, samples):
        print(line, flush=True)


def table(truths: tuple[Truth, ...], samples: int) -> Iterator[str]:
    """Markdown, a line a truth, in percent of the samples."""
    yield "| truth | right | false alarm | missed | decided |"
    yield "|---|---:|---:|---:|---:|"
    for number, truth in enumerate(truths):
        rates = outcomes(truth, samples, np.random.default_rng([number, 6]))
        yield f"| {truth.name} | {' | '.join(f'{100 * rate:.1f}' for rate in rates)} |"


def outcomes(truth: Truth, samples: int, rng: np.random.Generator) -> tuple[float, float, float, float]:
    """The parts of the samples with every verdict right, a false alarm, a missed gap, no open gap."""
    alarms = misses = wrong = decided = 0
    with localcontext(EXACT):
        for _ in range(samples):
            real, errors = draw(truth, rng)
            gaps = measure_gaps(errors, RATE_FLOOR, CONFIDENCE)
            alarm = any(_is_alarm(gap, real) for gap in gaps)
            missed = any(gap.verdict == "absent" and _is_there(gap, real) for gap in gaps)
            alarms, misses, wrong = alarms + alarm, misses + missed, wrong + (alarm or missed)
            decided += all(gap.verdict != "not enough evidence" and gap.cause != "either" for gap in gaps)
    return 1 - wrong / samples, alarms / samples, misses / samples, decided / samples


def draw(truth: Truth, rng: np.random.Generator) -> tuple[dict[str, Decimal], Errors]:
    """The true errors of the model that is chosen, and what is measured."""
    real = {name: Decimal(str(error)) / 100 for name, error in zip(SETS, truth.errors, strict=False)}
    worse = np.abs(rng.normal(0, truth.spread / 100, truth.jobs)) if truth.spread else np.zeros(truth.jobs)
    seen = rng.binomial(truth.rows[2], float(real["validation"]) + worse)
    best = int(seen.argmin())
    for name in real.keys() & {"validation", "test"}:
        real[name] += Decimal(f"{worse[best]:.9f}")
    counts = {
        name: int(rng.binomial(rows, float(real[name])))
        for name, rows in zip(SETS, truth.rows, strict=False)
        if name in real
    }
    counts["validation"] = int(seen[best])
    levels = {
        name: Level(name, Decimal(f"{counts[name] / rows:.12g}"), Counted(rows), rows)  # type: ignore[arg-type]
        for name, rows in zip(SETS, truth.rows, strict=False)
        if name in real
    }
    jobs = truth.jobs if truth.jobs > 1 else None
    return real, Errors(levels["train"], levels["validation"], levels["human"], None, levels.get("test"), jobs=jobs)


def _is_there(gap: Gap, real: dict[str, Decimal]) -> bool:
    value, whole = real[gap.end] - real[gap.start], list(real.values())[-1] - real["human"]
    return value > RATE_FLOOR and (whole <= 0 or value >= SHARE * whole)


def _is_alarm(gap: Gap, real: dict[str, Decimal]) -> bool:
    """A gap that is not there is called present; a difference by luck is there, but is no mismatch."""
    return gap.verdict == "present" and gap.cause != "either" and not _is_there(gap, real)


if __name__ == "__main__":
    main()
