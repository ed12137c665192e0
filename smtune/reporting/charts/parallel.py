"""Parallel coordinates, lying down: an axis below the other for each hyperparameter, so that names have room.

A line for each training job, the better the stronger; the last axis is the objective.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from smtune.reporting.axes import place_on
from smtune.reporting.charts.canvas import SMALL, Chart, paper
from smtune.reporting.charts.limits import beyond, limits
from smtune.reporting.charts.palette import RAMP, color
from smtune.reporting.charts.ticks import short, side_of, ticks
from smtune.reporting.model import Axis, Row
from smtune.reporting.sample import LINES, sample_rows
from smtune.reporting.words import counted, number

_STEP = 58.0
_NAME = 34
Line = list[tuple[float, float]]


def draw_parallel(axes: Sequence[Axis], ranked: Sequence[Row], metric: str, *, is_maximized: bool) -> Chart | None:
    """None where fewer than two axes would stand there, or nothing has an objective."""
    if not axes or not ranked:
        return None
    values = [row.objective or 0.0 for row in ranked]
    low, high = limits(values, is_maximized=is_maximized)
    every = (*axes, Axis(metric, "number", low, high))
    rows = sample_rows(ranked, LINES)
    with paper(_STEP * len(every) + 8, (16, 16, 26, 20)) as sheet:
        sheet.axes.set_axis_off()
        sheet.axes.set_xlim(0, 1)
        sheet.axes.set_ylim(len(every) - 1, 0)
        for depth, axis in enumerate(every):
            _draw_axis(sheet.axes, depth, axis)
        _draw_lines(sheet.axes, [_line(every, row) for row in rows], len(ranked))
        caption = f"Each line is a training job, from its hyperparameters down to {metric}; the better, the stronger."
        outside = beyond(values, (low, high))
        if outside:
            caption += f" {counted(outside, 'value')} of {metric} far out of the rest, drawn at its end."
        if len(rows) < len(ranked):
            caption += f" {len(rows)} of {number(len(ranked))} are drawn: the best, and an even sample of the others."
        return sheet.finish("parallel", "Parallel coordinates", caption)


def _draw_axis(axes: Any, depth: int, axis: Axis) -> None:
    axes.plot([0, 1], [depth, depth], color=color("muted"), linewidth=1, zorder=3)
    style = {"fontsize": SMALL, "zorder": 5, "bbox": {"facecolor": color("surface"), "edgecolor": "none", "pad": 1.5}}
    axes.text(0, depth - 0.14, short(axis.name, _NAME), color=color("ink"), va="bottom", **style)
    places, texts = ticks(axis, 4)
    for place, text in zip(places, texts, strict=True):
        axes.plot([place, place], [depth, depth + 0.05], color=color("muted"), linewidth=1, zorder=3, clip_on=False)
        axes.text(place, depth + 0.09, text, color=color("muted"), va="top", ha=side_of(place), **style)


def _line(every: Sequence[Axis], row: Row) -> Line:
    found = []
    for depth, axis in enumerate(every[:-1]):
        place = place_on(axis, row.values[axis.name]) if axis.name in row.values else None
        if place is not None:
            found.append((min(1.0, max(0.0, place)), float(depth)))
    last = place_on(every[-1], row.objective or 0.0) or 0.0
    return [*found, (min(1.0, max(0.0, last)), float(len(every) - 1))]


def _draw_lines(axes: Any, lines: Sequence[Line], total: int) -> None:
    """From the worst to the best, so that the best lie on top."""
    from matplotlib.collections import LineCollection

    for rank, name in enumerate(RAMP):
        first, last = _share(len(RAMP) - 1 - rank, len(lines)), _share(len(RAMP) - rank, len(lines))
        some = lines[first:last]
        strength = 0.35 + 0.6 * rank / (len(RAMP) - 1)
        width = 1.0 if total > 60 else 1.4
        axes.add_collection(
            LineCollection(some, colors=color(name), linewidths=width, alpha=strength, zorder=1 + rank / 9)
        )
    axes.add_collection(LineCollection(lines[:1], colors=color("good"), linewidths=2.4, zorder=2.5))


def _share(part: int, count: int) -> int:
    """Where a part of the ranking ends: the best tenth, the next, a fifth, and so on."""
    return round(count * (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)[part])
