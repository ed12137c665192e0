"""Is what a training job ends with a matter of luck: of its last epoch, or of the job itself?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from smtune.history.curves import FEWEST_POINTS, roughness
from smtune.history.model import Floats, History, Run, Sample
from smtune.history.noise import estimate_noise
from smtune.history.observation import Observation, Verdict, too_few
from smtune.history.ranks import LEVEL, controls, holm, partial
from smtune.history.words import tell_jobs

HALF = 0.5
"""What is unstable: noise as large as half of the spread (standard deviation) of all training jobs' objectives."""
_FEWEST = 5
_FEWEST_JOBS = 10
_RESAMPLES = 1_000
_TO_SD = 0.7413
"""Standard deviations in the range between the quartiles."""


def spread_of(sample: Sample) -> float:
    """How far the training jobs' objectives lie apart: the range of the quartiles, as a standard deviation."""
    low, high = np.quantile(sample.losses, [0.25, 0.75])
    return _TO_SD * float(high - low)


def observe_epochs(history: History) -> Iterator[Observation]:
    """Whether the validation metric jumps from step to step about as much as training jobs differ."""
    sample = history.sample
    rough = {run.name: value for run in sample.runs if (value := _late_roughness(history, run)) is not None}
    spread = spread_of(sample) if len(sample) else 0.0
    if len(rough) < _FEWEST or not spread:
        few = f"{tell_jobs(len(rough))} with a long enough curve of {history.metric}; {_FEWEST} would do"
        reason = few if len(rough) < _FEWEST else "most training jobs ended alike"
        yield too_few("unstable_epochs", f"How much an epoch more or less matters is unknown: {reason}.")
        return
    values = np.array(list(rough.values()))
    draws = np.random.default_rng(0).choice(values, (_RESAMPLES, len(values)))
    low, high = (float(each) / spread for each in np.quantile(np.median(draws, axis=1), [0.025, 0.975]))
    ratio = float(np.median(values)) / spread
    name, value, p = _cause(sample, rough)
    numbers = {
        "ratio": ratio,
        "low": low,
        "high": high,
        "jobs": len(rough),
        "cause": name,
        "correlation": value,
        "p": p,
    }
    size = f"{ratio:.2g} of what training jobs differ by (95 % {low:.2g} to {high:.2g})"
    if low > HALF:
        why = f"; more so with {'higher' if value > 0 else 'lower'} {name}" if name and value else ""
        sentence = f"{history.metric} is unstable: from one step to the next it changes by {size}{why}."
        yield Observation("unstable_epochs", "present", sentence, name, numbers)
    else:
        verdict: Verdict = "absent" if high <= HALF else "not enough evidence"
        sentence = f"{history.metric} changes from one step to the next by {size}."
        yield Observation("unstable_epochs", verdict, sentence, None, numbers)


def _late_roughness(history: History, run: Run) -> float | None:
    losses = history.losses_of(run.curves.get(history.metric, ()))
    late = losses[len(losses) // 2 :]
    return roughness(late) if len(late) >= FEWEST_POINTS and np.isfinite(late).all() else None


def _cause(sample: Sample, rough: dict[str, float]) -> tuple[str | None, float, float]:
    """The hyperparameter that roughness goes with, their correlation, and the chance; none, if none is shown."""
    rows = np.array([run.name in rough for run in sample.runs])
    values: Floats = np.array([rough[run.name] for run in sample.runs if run.name in rough])
    numbers = [index for index in sample.varied if sample.is_number(index)]
    found = [partial(values, sample.places[rows, index], controls(sample, index, rows)) for index in numbers]
    chances = holm([1.0 if each is None else each.p for each in found])
    if not chances or min(chances) > LEVEL:
        return None, 0.0, min(chances, default=1.0)
    which = int(np.argmin(chances))
    trend = found[which]
    return sample.axes[numbers[which]].name, trend.value if trend else 0.0, chances[which]


def observe_jobs(history: History) -> Iterator[Observation]:
    """Whether equal training jobs differ about as much as different ones."""
    sample = history.sample
    noise, spread = estimate_noise(sample), spread_of(sample) if len(sample) else 0.0
    if noise is None or not spread or len(sample) < _FEWEST_JOBS:
        reason = f"{tell_jobs(len(sample))} with an objective cannot tell noise from effect"
        yield too_few("unstable_jobs", f"Whether a training job could be repeated is unknown: {reason}.")
        return
    low, high = (each / spread for each in noise.interval)
    ratio = noise.sd / spread
    numbers = {"ratio": ratio, "low": low, "high": high, "how": noise.how, "jobs": len(sample)}
    ceiling = "at most " if noise.is_ceiling else ""
    size = f"{ceiling}{ratio:.2g} of what different ones differ by (95 % {low:.2g} to {high:.2g}; {noise.how})"
    if low > HALF:
        sentence = f"Training is unstable from job to job: equal training jobs differ by {size}."
        yield Observation("unstable_jobs", "present", sentence, None, numbers)
    elif high <= HALF:
        yield Observation("unstable_jobs", "absent", f"Equal training jobs differ by {size}.", None, numbers)
    else:
        sentence = f"Equal training jobs differ by {size}; repeat some to know."
        yield Observation("unstable_jobs", "not enough evidence", sentence, None, numbers)
