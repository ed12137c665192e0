"""How much each hyperparameter matters for the objective."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from smtune.reporting.charts.canvas import SMALL, Chart, paper
from smtune.reporting.charts.palette import color
from smtune.reporting.charts.ticks import short
from smtune.reporting.model import Bar

_STEP = 42.0
_SHOWN = 12
_NAME = 40


def draw_importance(bars: Sequence[Bar]) -> Chart | None:
    """The most important first, each below its name: with the algorithm's before it, it is long. None without any."""
    ranked = sorted(bars, key=lambda bar: (-bar.value, bar.name))[:_SHOWN]
    if not ranked:
        return None
    with paper(_STEP * len(ranked) + 12, (8, 56, 4, 8)) as sheet:
        axes: Any = sheet.axes
        axes.set_axis_off()
        most = max(0.05, *(bar.high or bar.value for bar in ranked))
        axes.set_xlim(0, most)
        axes.set_ylim(len(ranked) - 0.6, -0.75)
        for place, bar in enumerate(ranked):
            _draw_bar(axes, place, bar, most)
        return sheet.finish("importance", "Importance", _caption(bars, ranked))


def _draw_bar(axes: Any, place: int, bar: Bar, most: float) -> None:
    tone = color("accent" if bar.is_shown else "muted")
    axes.barh([place], [bar.value], height=0.36, color=tone, alpha=0.75)
    if bar.low is not None and bar.high is not None:
        axes.plot([bar.low, bar.high], [place, place], color=color("ink"), linewidth=1.4)
    axes.text(0, place - 0.28, short(bar.name, _NAME), color=color("muted"), fontsize=SMALL, va="bottom")
    # In a column of their own: beside a bar it would seem to be the end of the interval.
    beside = {"xytext": (52, 0), "textcoords": "offset points", "ha": "right", "va": "center", "annotation_clip": False}
    axes.annotate(f"{100 * bar.value:.0f} %", (most, place), color=color("ink"), **beside)


def _caption(bars: Sequence[Bar], ranked: Sequence[Bar]) -> str:
    parts = ["The share of the objective's ranks that each hyperparameter explains"]
    parts[0] += "; lines are 95 % intervals." if any(bar.low is not None for bar in ranked) else "."
    if not all(bar.is_shown for bar in ranked):
        parts.append("Grey: not shown to be more than chance.")
    if len(ranked) < len(bars):
        parts.append(f"The first {len(ranked)} of {len(bars)}.")
    return " ".join(parts)
