"""Would the best training job go on to improve if it trained for longer?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from smtune.history.curves import FEWEST_POINTS, Fall, falling, rising
from smtune.history.model import Floats, History, Run
from smtune.history.observation import Observation, Value, Verdict, too_few
from smtune.history.ranks import LEVEL
from smtune.history.words import tell_chance, tell_share

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
    numbers: dict[str, Value] = {"metric": metric, "points": len(losses), "window": fall.window, "p": fall.p}
    numbers |= {"gain": fall.gain, "whole_gap": whole, "others": len(others), "others_falling": sum(others)}
    is_present = _is_material(fall, whole) and not has_turned(history, best)
    verdict: Verdict = "present" if is_present else "absent"
    yield Observation("still_falling", verdict, _sentence(history, metric, fall, whole), None, numbers)


def _sentence(history: History, metric: str, fall: Fall, whole: float) -> str:
    what = f"{metric} of the best training job"
    if fall.p >= LEVEL:
        return (
            f"{what} is not shown to get better when it ended ({tell_chance(fall.p)} for its last {fall.window} steps)."
        )
    size = f"{fall.gain:.3g} in another {fall.window} steps, {tell_chance(fall.p)}"
    if not _is_material(fall, whole):
        return f"{what} had all but settled: {size}, below {tell_share(MATERIAL)} of {whole:.3g}."
    if has_turned(history, history.sample.best):
        return f"{what} was still getting better when it ended ({size}), but {history.metric} had passed its best."
    return f"{what} was still getting better when it ended: {size}; train longer."


def _is_material(fall: Fall, whole: float) -> bool:
    return fall.p < LEVEL and fall.gain >= MATERIAL * whole


def whole_gap(history: History, losses: Floats) -> float:
    """What gains are measured by: the gap from reference to the last set, else what the curve has fallen so far."""
    if history.whole_gap is not None and history.whole_gap > 0:
        return history.whole_gap
    return float(losses[np.isfinite(losses)][0] - np.nanmin(losses))


def has_turned(history: History, run: Run) -> bool:
    """Whether a run's validation loss had passed its lowest place when it ended, by more than noise and materially."""
    losses = history.losses_of(run.curves.get(history.metric, ()))
    rise = rising(losses)
    return rise is not None and rise.is_beyond_noise and rise.rise >= MATERIAL * whole_gap(history, losses)


def _others(history: History) -> list[Run]:
    return [history.sample.runs[int(index)] for index in history.sample.top[1:]]


def _is_falling(history: History, run: Run, metric: str) -> bool | None:
    if metric not in run.curves:
        return None
    losses = history.losses_of(run.curves[metric])
    fall = falling(losses)
    return None if fall is None else _is_material(fall, whole_gap(history, losses))
