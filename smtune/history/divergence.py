"""Which training jobs diverged (a metric that is no number, infinite, or explodes), and where in the ranges?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from smtune.history.model import Floats, History, Run, is_number
from smtune.history.observation import Observation, too_few
from smtune.history.ranks import LEVEL, holm
from smtune.history.words import tell_chance, tell_jobs, tell_value
from smtune.search.space import Number

_FEWEST = 3
_EXPLODED = 5.0
"""Ends above its start by this many times what curves usually fall."""


@dataclass(frozen=True)
class Region:
    """Where on one axis training jobs diverge."""

    axis: Number
    is_above: bool
    cut: float
    """The value from which on they do."""
    diverged: int
    there: int
    """Training jobs at the cut or beyond."""
    p: float
    """The chance if the hyperparameter had nothing to do with it, corrected for the number of ranges."""


def diverged(history: History) -> list[Run]:
    """The training jobs that did, in their order."""
    falls = [_fall(history.losses_of(curve)) for run in history.runs for curve in _curves(history, run)]
    usual = float(np.median(falls)) if falls else 0.0
    return [run for run in history.runs if _has_diverged(history, run, usual)]


def _curves(history: History, run: Run) -> list[list[tuple[float, float]]]:
    names = (history.metric, history.training_metric)
    return [list(run.curves[name]) for name in names if name is not None and run.curves.get(name)]


def _fall(losses: Floats) -> float:
    finite = losses[np.isfinite(losses)]
    return float(finite[0] - finite.min()) if len(finite) else 0.0


def _has_diverged(history: History, run: Run, usual: float) -> bool:
    names = [name for name in (history.metric, history.training_metric) if name is not None]
    finals = [run.metrics[name] for name in names if name in run.metrics]
    if not all(map(is_number, [*finals, 0.0 if run.objective is None else run.objective])):
        return True
    curves = [history.losses_of(curve) for curve in _curves(history, run)]
    if any(not np.isfinite(losses).all() for losses in curves):
        return True
    return any(losses[-1] - losses[0] > _EXPLODED * max(usual, 0.1 * abs(float(losses[0]))) for losses in curves)


def observe_divergence(history: History) -> Iterator[Observation]:
    """How many diverged; then, for each range where that is shown, from which value on."""
    told = sum(run.objective is not None or bool(run.metrics or run.curves) for run in history.runs)
    if not told:
        yield too_few("divergence", "No training job has a metric, so none can be seen to diverge.")
        return
    bad = diverged(history)
    failed = sum(run.status == "Failed" for run in history.runs)
    numbers = {"diverged": len(bad), "jobs": len(history.runs), "failed": failed}
    if not bad:
        sentence = f"None of {tell_jobs(told)} with a metric diverged."
        yield Observation("divergence", "absent", sentence, None, numbers)
        return
    of = f"{len(bad)} of {tell_jobs(len(history.runs))} diverged"
    regions = find_regions(history, bad)
    if not regions:
        sentence = f"{of}; that they lie at one end of a range is not shown."
        yield Observation("divergence", "present", sentence, None, numbers)
    for each in regions:
        side = f"{tell_value(each.cut)} or {'more' if each.is_above else 'less'}"
        where = f"{each.diverged} of {each.there} with {each.axis.name} {side}"
        sentence = f"{of}: {where} ({tell_chance(each.p)})."
        more = {"side": "upper" if each.is_above else "lower", "cut": each.cut, "there": each.there, "p": each.p}
        yield Observation("divergence", "present", sentence, each.axis.name, {**numbers, **more})


def find_regions(history: History, bad: list[Run]) -> list[Region]:
    """The axes whose high, or low, end the training jobs `bad` are from (Mann-Whitney, Holm 5 %)."""
    from scipy.stats import mannwhitneyu

    found = [(place, run in bad) for run in history.runs if (place := history.place(run)) is not None]
    marks = np.array([is_bad for _, is_bad in found], dtype=bool)
    if marks.sum() < _FEWEST or (~marks).sum() < _FEWEST:
        return []
    places = np.array([place for place, _ in found])
    numbers = [(index, axis) for index, axis in enumerate(history.axes) if isinstance(axis, Number)]
    chances = holm([float(mannwhitneyu(places[marks, index], places[~marks, index]).pvalue) for index, _ in numbers])
    return [
        _region(axis, places[:, index], marks, p)
        for (index, axis), p in zip(numbers, chances, strict=True)
        if p <= LEVEL
    ]


def _region(axis: Number, places: Floats, marks: npt.NDArray[np.bool_], p: float) -> Region:
    """The cut that parts the two kinds best: by the share of each on its own side."""
    is_above = bool(np.median(places[marks]) > np.median(places[~marks]))
    along = places if is_above else -places
    cuts = np.unique(along)
    gains = [float((along[marks] >= cut).mean() - (along[~marks] >= cut).mean()) for cut in cuts]
    cut = float(cuts[int(np.argmax(gains))])
    beyond = along >= cut
    value = float(axis.text(cut if is_above else -cut))
    return Region(axis, is_above, value, int((beyond & marks).sum()), int(beyond.sum()), p)
