"""Would the best training job go on to improve if it trained for longer?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from smtune.history.curves import FEWEST_POINTS, falling
from smtune.history.model import Floats, History, Run
from smtune.history.observation import Observation, Value, too_few

LEVEL = 0.05
MATERIAL = 0.05
"""The share of the whole gap that a fall must promise to matter."""


def observe_falling(history: History) -> Iterator[Observation]:
    """Whether the best training job's training loss (validation loss, where only that is known) still falls."""
    if not len(history.sample):
        yield too_few("still_falling", "No training job has an objective, so no curve can be the best one's.")
        return
    best = history.sample.best
    metric = next((name for name in (history.training_metric, history.metric) if name and name in best.curves), None)
    losses = history.losses_of(best.curves[metric]) if metric else np.empty(0)
    fall = falling(losses)
    if metric is None or fall is None:
        reason = f"{len(losses)} points" if np.isfinite(losses).all() else "points that are no numbers"
        yield too_few(
            "still_falling", f"The best training job's curve has {reason}; {FEWEST_POINTS} numbers are needed."
        )
        return
    whole = whole_gap(history, losses)
    others = [each for run in _others(history) if (each := _is_falling(history, run, metric)) is not None]
    numbers: dict[str, Value] = {
        "metric": metric,
        "points": len(losses),
        "window": fall.window,
        "p": fall.p,
        "gain": fall.gain,
    }
    numbers |= {"whole_gap": whole, "others": len(others), "others_falling": sum(others)}
    what = f"{metric} of the best training job"
    size = f"{fall.gain:.3g} in another {fall.window} steps, chance {fall.p:.2g}"
    if fall.p < LEVEL and fall.gain >= MATERIAL * whole:
        sentence = f"{what} was still getting better when it ended: {size}; train longer."
        yield Observation("still_falling", "present", sentence, None, numbers)
    elif fall.p < LEVEL:
        sentence = f"{what} had all but settled: {size}, below {MATERIAL:.0%} of {whole:.3g}."
        yield Observation("still_falling", "absent", sentence, None, numbers)
    else:
        sentence = (
            f"{what} had stopped getting better when it ended (chance {fall.p:.2g} for its last {fall.window} steps)."
        )
        yield Observation("still_falling", "absent", sentence, None, numbers)


def whole_gap(history: History, losses: Floats) -> float:
    """What gains are measured by: the gap from reference to the last set, else what the curve has fallen so far."""
    if history.whole_gap is not None and history.whole_gap > 0:
        return history.whole_gap
    return float(losses[np.isfinite(losses)][0] - np.nanmin(losses))


def _others(history: History) -> list[Run]:
    return [history.sample.runs[int(index)] for index in history.sample.top[1:]]


def _is_falling(history: History, run: Run, metric: str) -> bool | None:
    if metric not in run.curves:
        return None
    losses = history.losses_of(run.curves[metric])
    fall = falling(losses)
    return None if fall is None else fall.p < LEVEL and fall.gain >= MATERIAL * whole_gap(history, losses)
