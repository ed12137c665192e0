"""The objective against each hyperparameter, on the scale on which that is searched."""

from __future__ import annotations

from collections.abc import Sequence

from smtune.reporting.axes import place_on
from smtune.reporting.charts.canvas import Chart, paper, write_numbers
from smtune.reporting.charts.limits import beyond, limits
from smtune.reporting.charts.palette import color
from smtune.reporting.charts.ticks import side_of, ticks
from smtune.reporting.model import Axis, Row
from smtune.reporting.sample import POINTS, sample_rows
from smtune.reporting.words import counted, number

_WIDTH = 320.0
_LONG = 6
"""Letters of a tick that would stand out of the chart at its ends."""
_JITTER = (0.0, 0.35, -0.35, 0.7, -0.7, 0.17, -0.52, 0.52, -0.17)
"""Of points in the same column: always the same, so that the same job gives the same drawing."""
_SCALES = {"log": "logarithmic", "reverse-log": "reverse logarithmic"}


def draw_slices(axes: Sequence[Axis], ranked: Sequence[Row], *, is_maximized: bool) -> tuple[Chart, ...]:
    """A chart for each hyperparameter that has values; `ranked` has the best training job first."""
    if not ranked:
        return ()
    ends = limits([row.objective or 0.0 for row in ranked], is_maximized=is_maximized)
    inside = [row for row in ranked if ends[0] <= (row.objective or 0.0) <= ends[1]]
    found = []
    for index, axis in enumerate(axes):
        own = [row for row in inside if axis.name in row.values]
        spots = _placed(axis, sample_rows(own, POINTS))
        if spots:
            found.append(_slice(index, axis, spots, ends))
    return tuple(found)


def slices_note(ranked: Sequence[Row], *, is_maximized: bool) -> str:
    """What the slices leave out."""
    if not ranked:
        return ""
    values = [row.objective or 0.0 for row in ranked]
    outside = beyond(values, limits(values, is_maximized=is_maximized))
    parts = [f"{counted(outside, 'value')} far out of the rest not drawn."] if outside else []
    if len(ranked) - outside > POINTS:
        shown = f"Each chart shows {POINTS} of {number(len(ranked))} training jobs"
        parts.append(f"{shown}: the best, and an even sample of the others.")
    return " ".join(parts)


def _slice(index: int, axis: Axis, spots: Sequence[tuple[Row, float]], ends: tuple[float, float]) -> Chart:
    """The first of `spots` is the best."""
    best, place_of_best = spots[0]
    with paper(180, (54, 14, 24, 10), width=_WIDTH) as sheet:
        sheet.axes.plot(
            [place for _, place in spots[1:]],
            [row.objective or 0.0 for row, _ in spots[1:]],
            linestyle="none",
            marker="o",
            markersize=5.5,
            markeredgewidth=0,
            color=color("accent"),
            alpha=0.5,
        )
        sheet.axes.plot(place_of_best, best.objective or 0.0, marker="o", markersize=7.5, color=color("good"))
        places, texts = ticks(axis, 4)
        sheet.axes.set_xticks(places, texts)
        for place, label in zip(places, sheet.axes.get_xticklabels(), strict=True):
            if len(label.get_text()) > _LONG:
                label.set_horizontalalignment(side_of(place))
        sheet.axes.set_xlim(-0.06, 1.06)
        sheet.axes.set_ylim(*ends)
        write_numbers(sheet.axes)
        return sheet.finish(f"slice-{index}", axis.name, _caption(axis, best))


def _caption(axis: Axis, best: Row) -> str:
    scale = _SCALES.get(axis.scale)
    return f"Best at {number(best.values[axis.name], 6)}{f', {scale} scale' if scale else ''}."


def _placed(axis: Axis, rows: Sequence[Row]) -> list[tuple[Row, float]]:
    places = [(row, place_on(axis, row.values[axis.name])) for row in rows]
    width = _width(axis)
    return [
        (row, place + width * _JITTER[index % len(_JITTER)])
        for index, (row, place) in enumerate(places)
        if place is not None
    ]


def _width(axis: Axis) -> float:
    """How far points with the same value are apart, where many have it."""
    if axis.kind == "category":
        return 0.05 if len(axis.choices) < 8 else 0.02
    return min(0.03, 0.2 / (axis.high - axis.low)) if axis.kind == "integer" and axis.high > axis.low else 0.0
