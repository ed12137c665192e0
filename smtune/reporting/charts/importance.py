"""How much each hyperparameter matters for the objective."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from smtune.reporting.charts.canvas import Chart, paper
from smtune.reporting.charts.palette import color
from smtune.reporting.charts.ticks import short
from smtune.reporting.model import Bar

_STEP = 32.0
_SHOWN = 12


def draw_importance(bars: Sequence[Bar]) -> Chart | None:
    """The most important first; None without any."""
    ranked = sorted(bars, key=lambda bar: (-bar.value, bar.name))[:_SHOWN]
    if not ranked:
        return None
    with paper(_STEP * len(ranked) + 16, (150, 56, 8, 8)) as sheet:
        axes: Any = sheet.axes
        axes.grid(visible=False)
        places = range(len(ranked))
        colors = [color("accent" if bar.is_shown else "muted") for bar in ranked]
        axes.barh(places, [bar.value for bar in ranked], height=0.5, color=colors, alpha=0.75)
        for place, bar in zip(places, ranked, strict=True):
            if bar.low is not None and bar.high is not None:
                axes.plot([bar.low, bar.high], [place, place], color=color("ink"), linewidth=1.4)
            end = max(bar.value, bar.high or 0.0)
            beside = {"xytext": (8, 0), "textcoords": "offset points", "va": "center", "annotation_clip": False}
            axes.annotate(f"{100 * bar.value:.0f} %", (end, place), color=color("ink"), **beside)
        axes.set_yticks(places, [short(bar.name, 20) for bar in ranked])
        axes.set_ylim(len(ranked) - 0.4, -0.6)
        axes.set_xlim(0, max(0.05, *(bar.high or bar.value for bar in ranked)))
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        caption = "The share of the objective's ranks that each hyperparameter explains"
        caption += "; lines are 95 % intervals." if any(bar.low is not None for bar in ranked) else "."
        caption += "" if all(bar.is_shown for bar in ranked) else " Grey: not more than chance."
        return sheet.finish("importance", "Importance", caption)
