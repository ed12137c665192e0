"""The best objective so far of several tuning jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from smtune.reporting.charts.canvas import Chart, paper, write_counts, write_numbers
from smtune.reporting.charts.limits import limits
from smtune.reporting.charts.palette import color
from smtune.reporting.words import number

_COLORS = ("accent", "second", "good", "bad", "ink", "muted")
_STYLES = ("solid", (0, (5, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)))
Runs = Mapping[str, Sequence[float | None]]


def draw_versus(runs: Runs, metric: str, *, is_maximized: bool) -> Chart | None:
    """`runs`: tuning job -> the objectives of its training jobs, in order. None where fewer than two have any."""
    lines = {name: _so_far(values, is_maximized=is_maximized) for name, values in runs.items()}
    lines = {name: line for name, line in lines.items() if line}
    if len(lines) < 2:
        return None
    with paper(240 + 20 * len(lines), (58, 14, 40 + 20 * len(lines), 12)) as sheet:
        for index, (name, line) in enumerate(lines.items()):
            sheet.axes.step(
                [step for step, _ in line],
                [value for _, value in line],
                where="post",
                color=color(_COLORS[index % len(_COLORS)]),
                linestyle=_STYLES[index % len(_STYLES)],
                linewidth=1.8,
                label=f"{name}: {number(line[-1][1])}",
            )
        values = [value for line in lines.values() for _, value in line]
        sheet.axes.set_ylim(*limits(values, is_maximized=is_maximized))
        write_counts(sheet.axes, "training job")
        write_numbers(sheet.axes)
        place: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (58 / 440, 0.0), "borderaxespad": 0.0}
        sheet.figure.legend(frameon=False, fontsize=12, handlelength=2.4, labelcolor=color("ink"), **place)
        return sheet.finish("versus", f"Best {metric} so far", f"The best {metric} so far of each tuning job.")


def _so_far(values: Sequence[float | None], *, is_maximized: bool) -> list[tuple[int, float]]:
    better = max if is_maximized else min
    found: list[tuple[int, float]] = []
    for step, value in enumerate(values, start=1):
        if value is None:
            continue
        best = value if not found else better(found[-1][1], value)
        if not found or best != found[-1][1]:
            found.append((step, best))
    return [*found, (len(values), found[-1][1])] if found else []
