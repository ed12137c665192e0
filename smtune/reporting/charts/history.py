"""The objective of each training job in the order of creation, and the best so far."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from smtune.reporting.charts.canvas import Chart, paper, write_numbers
from smtune.reporting.charts.limits import beyond, limits
from smtune.reporting.charts.palette import color
from smtune.reporting.model import Row
from smtune.reporting.sample import POINTS, spread
from smtune.reporting.words import counted, number

_BOTTOM = 0.035
_MANY = 150


def draw_history(rows: Sequence[Row], metric: str, *, is_maximized: bool) -> Chart | None:
    """None where no training job has an objective."""
    measured = [row for row in rows if row.objective is not None and row.status != "Failed"]
    if not measured:
        return None
    values = [row.objective or 0.0 for row in measured]
    ends = limits(values, is_maximized=is_maximized)
    shown = spread([row for row in measured if ends[0] <= (row.objective or 0.0) <= ends[1]], POINTS)
    failed = spread([row for row in rows if row.status == "Failed"], POINTS)
    best = max(values) if is_maximized else min(values)
    first = next(row for row in measured if row.objective == best)
    with paper(250, (58, 12, 40, 14)) as sheet:
        axes = sheet.axes
        for early, fill in ((False, color("accent")), (True, "none")):
            some = [row for row in shown if row.is_early == early]
            axes.plot(
                [row.number for row in some],
                [row.objective or 0.0 for row in some],
                linestyle="none",
                marker="o",
                markersize=5 if len(shown) < _MANY else 3.5,
                markerfacecolor=fill,
                markeredgecolor=color("accent"),
                alpha=0.55,
            )
        steps, bests = best_so_far(measured, len(rows), is_maximized=is_maximized)
        axes.step(steps, bests, where="post", color=color("ink"), linewidth=1.6)
        axes.plot([first.number], [best], marker="o", markersize=8, color=color("good"), linestyle="none")
        bottom = ends[0] + _BOTTOM * (ends[1] - ends[0])
        axes.plot(
            [row.number for row in failed], [bottom] * len(failed), marker="x", color=color("bad"), linestyle="none"
        )
        axes.set_ylim(*ends)
        axes.set_xlim(0.5 - 0.02 * len(rows), len(rows) + 0.5 + 0.02 * len(rows))
        axes.set_xlabel("training job")
        write_numbers(axes)
        caption = _caption(metric, first, best, measured, len(shown), beyond(values, ends), rows)
        return sheet.finish("history", f"{metric} by training job", caption)


def best_so_far(measured: Sequence[Row], last: int, *, is_maximized: bool) -> tuple[list[int], list[float]]:
    """Where the best objective changes, and what it is from there; to the last training job."""
    better = max if is_maximized else min
    bests = list(itertools.accumulate((row.objective or 0.0 for row in measured), better))
    changes = [index for index, value in enumerate(bests) if index == 0 or value != bests[index - 1]]
    return [*(measured[index].number for index in changes), last], [*(bests[index] for index in changes), bests[-1]]


def _caption(
    metric: str, first: Row, best: float, measured: Sequence[Row], shown: int, outside: int, rows: Sequence[Row]
) -> str:
    failed = sum(row.status == "Failed" for row in rows)
    parts = [f"The line is the best {metric} so far; it ends at {number(best)}, from training job {first.number}."]
    if any(row.is_early for row in measured):
        parts.append("Hollow: stopped before the end.")
    if failed:
        parts.append(f"Crosses: {counted(failed, 'failed training job')}.")
    if outside:
        parts.append(f"{counted(outside, 'value')} far out of the rest not drawn.")
    if shown < len(measured) - outside:
        parts.append(f"{number(shown)} of {counted(len(measured), 'training job')} drawn.")
    return " ".join(parts)
