"""How much each hyperparameter matters for the objective."""

from __future__ import annotations

from collections.abc import Sequence

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
    with paper(_STEP * len(ranked) + 40, (150, 40, 28, 8)) as sheet:
        axes = sheet.axes
        axes.grid(visible=False)
        places = range(len(ranked))
        axes.barh(places, [bar.value for bar in ranked], height=0.5, color=color("accent"), alpha=0.75)
        for place, bar in zip(places, ranked, strict=True):
            if bar.low is not None and bar.high is not None:
                axes.plot([bar.low, bar.high], [place, place], color=color("ink"), linewidth=1.4)
            end = max(bar.value, bar.high or 0.0)
            axes.text(end + 0.015, place, f"{bar.value:.0%}", va="center", color=color("ink"))
        axes.set_yticks(places, [short(bar.name, 20) for bar in ranked])
        axes.set_ylim(len(ranked) - 0.4, -0.6)
        axes.set_xlim(0, max(0.1, *(bar.high or bar.value for bar in ranked)) * 1.1)
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        caption = "The share of what the objective varies that each hyperparameter explains"
        caption += "; the line is its interval." if any(bar.low is not None for bar in ranked) else "."
        return sheet.finish("importance", "Importance", caption)
