"""The error ladder: the loss from human level down to test with intervals, and the gaps between."""

from __future__ import annotations

from typing import Any

from smtune.reporting.charts.canvas import SMALL, WIDTH, Chart, paper
from smtune.reporting.charts.palette import color
from smtune.reporting.model import GapLine, Ladder, Rung
from smtune.reporting.words import counted

_STEP = 62.0
_LEFT, _RIGHT = 104.0, 96.0
"""Margins: the names of the rungs, and their values."""
_LETTER = 9.0
"""The width of a letter on a phone."""
_COLORS = {"present": "bad", "absent": "muted", "unclear": "muted"}


def draw_ladder(ladder: Ladder) -> Chart:
    """A rung for each place that has a value."""
    rungs = ladder.rungs
    ends = [each for rung in rungs for each in (rung.value, rung.low, rung.high) if each is not None]
    low, high = min(0.0, *ends), max(*ends, 1e-9)
    with paper(_STEP * len(rungs) + 18, (_LEFT, _RIGHT, 8, 8)) as sheet:
        axes = sheet.axes
        axes.set_axis_off()
        axes.set_xlim(low - 0.03 * (high - low), high)
        axes.set_ylim(len(rungs) - 0.55, -0.45)
        gaps = {(gap.start, gap.end): gap for gap in ladder.gaps}
        for depth, rung in enumerate(rungs):
            _draw_rung(axes, depth, rung, low, high)
            if depth and (gap := gaps.get((rungs[depth - 1].label, rung.label))) is not None:
                _draw_gap(axes, depth, gap, rungs[depth - 1].value, rung.value)
        caption = _caption(ladder)
        return sheet.finish("ladder", "Error ladder", caption)


def _draw_rung(axes: Any, depth: int, rung: Rung, low: float, high: float) -> None:
    axes.plot([low, high], [depth, depth], color=color("line"), linewidth=1, zorder=1)
    if rung.low is not None and rung.high is not None:
        axes.plot([rung.low, rung.high], [depth, depth], color=color("accent"), linewidth=5, alpha=0.3, zorder=2)
    axes.plot([rung.value], [depth], marker="o", markersize=9, color=color("accent"), zorder=4, clip_on=False)
    beside = {"textcoords": "offset points", "va": "center", "annotation_clip": False}
    lift = 0 if rung.rows is None else 8
    axes.annotate(rung.label, (low, depth), xytext=(-12, lift), ha="right", color=color("ink"), **beside)
    if rung.rows is not None:
        rows = counted(rung.rows, "row")
        axes.annotate(rows, (low, depth), xytext=(-12, -9), ha="right", color=color("muted"), fontsize=SMALL, **beside)
    right = max(rung.value, rung.high or rung.value)
    axes.annotate(rung.text, (right, depth), xytext=(11, 0), color=color("ink"), weight="bold", **beside)


def _draw_gap(axes: Any, depth: int, gap: GapLine, start: float, end: float) -> None:
    """From the rung above to this one, with its name beside it."""
    tone, line = color(_COLORS[gap.verdict]), "solid" if gap.verdict != "unclear" else (0, (3, 2))
    axes.plot(
        [start, start, end, end],
        [depth - 1, depth - 0.5, depth - 0.5, depth],
        color=tone,
        linewidth=1.6,
        linestyle=line,
        zorder=3,
    )
    text = f"{gap.name} {gap.text}"
    right = max(start, end)
    room = WIDTH - _LEFT - (WIDTH - _LEFT - _RIGHT) * axes.transLimits.transform((right, 0))[0]
    if len(text) * _LETTER < room:
        beside = {"xytext": (8, 0), "ha": "left"}
    else:  # to the left of the line, on the side where it does not run
        beside = {"xytext": (-8, -11 if end >= start else 11), "ha": "right"}
    style = {"textcoords": "offset points", "va": "center", "fontsize": SMALL, "annotation_clip": False}
    axes.annotate(text, (right, depth - 0.5), color=tone, **beside, **style)


def _caption(ladder: Ladder) -> str:
    unit = ", in percent; gaps in points" if ladder.unit else ""
    has_intervals = any(rung.low is not None for rung in ladder.rungs)
    bands = f" The bands are {ladder.confidence} confidence intervals." if has_intervals else ""
    unclear = (
        " Dashed: the evidence is not enough."
        if any(gap.verdict == "unclear" and gap.value is not None for gap in ladder.gaps)
        else ""
    )
    return f"{ladder.loss.capitalize()}{unit}; lower is better.{bands}{unclear}"
