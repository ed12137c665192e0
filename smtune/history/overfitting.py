"""Had the best training job passed its best epoch when it ended?"""

from __future__ import annotations

from collections.abc import Iterator

from smtune.history.curves import FEWEST_POINTS, rising
from smtune.history.falling import has_turned, whole_gap
from smtune.history.model import History
from smtune.history.observation import Observation, too_few


def observe_overfitting(history: History) -> Iterator[Observation]:
    """Whether the validation loss of the best training job was lowest before its end, by more than noise."""
    runs = [run for run in history.sample.runs if len(run.curves.get(history.metric, ())) >= FEWEST_POINTS]
    best = history.sample.best if len(history.sample) else None
    rise = rising(history.losses_of(best.curves[history.metric])) if best in runs and best else None
    if best is None or rise is None:
        yield too_few(
            "overfitting", f"The best training job has no curve of {history.metric} with {FEWEST_POINTS} numbers."
        )
        return
    curve = best.curves[history.metric]
    whole = whole_gap(history, history.losses_of(curve))
    late = [run for run in runs if has_turned(history, run)]
    step = curve[rise.at][0]
    numbers = {"step": step, "steps": len(curve), "rise": rise.rise, "least": rise.least, "whole_gap": whole}
    numbers |= {"late_jobs": len(late), "jobs": len(runs)}
    what = f"{history.metric} of the best training job"
    if has_turned(history, best):
        sentence = (
            f"{what} was best at step {step:g} of {curve[-1][0]:g} and got worse by {rise.rise:.3g} (noise: "
            f"{rise.least:.3g}); {len(late)} of {len(runs)} training jobs passed their best: stop earlier."
        )
        yield Observation("overfitting", "present", sentence, None, numbers)
    else:
        size = f"worse at the end by {max(0.0, rise.rise):.3g}, noise {rise.least:.3g}"
        sentence = f"{what} is not shown to get worse before it ended ({size})."
        yield Observation("overfitting", "absent", sentence, None, numbers)
