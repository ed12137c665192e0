"""The objective of each training job in the order of creation, and the best so far."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from smtune.reporting.charts.canvas import Chart, paper, write_counts, write_numbers
from smtune.reporting.charts.limits import limits
from smtune.reporting.charts.palette import color
from smtune.reporting.model import Row
from smtune.reporting.sample import POINTS, spread
from smtune.reporting.words import counted, number

_INWARD = 0.035
_MANY = 150


def draw_history(rows: Sequence[Row], metric: str, best: str, *, is_maximized: bool) -> Chart | None:
    """`best` is the name of the best training job. None where no training job has an objective."""
    seen = _View.of(rows, best, is_maximized=is_maximized)
    if seen is None:
        return None
    with paper(250, (58, 12, 40, 14)) as sheet:
        _draw_jobs(sheet.axes, seen)
        sheet.axes.step(*seen.best_so_far, where="post", color=color("ink"), linewidth=1.6)
        height = seen.objective(seen.first)
        sheet.axes.plot(*([seen.first.number], [height]), marker="o", markersize=8, color=color("good"))
        sheet.axes.set_ylim(*seen.ends)
        sheet.axes.set_xlim(0.5 - 0.02 * len(rows), len(rows) + 0.5 + 0.02 * len(rows))
        write_counts(sheet.axes, "training job")
        write_numbers(sheet.axes)
        return sheet.finish("history", f"{metric} by training job", _caption(metric, seen))


@dataclass(frozen=True)
class _View:
    """What is to be seen."""

    rows: Sequence[Row]
    measured: Sequence[Row]
    """Those with an objective."""
    counted: Sequence[Row]
    """Those of them that may be the best: what was stopped is that with Hyperband only."""
    ends: tuple[float, float]
    is_maximized: bool

    @classmethod
    def of(cls, rows: Sequence[Row], best: str, *, is_maximized: bool) -> _View | None:
        measured = [row for row in rows if row.result is not None]
        if not measured:
            return None
        statuses = {"Completed", *(row.status for row in measured if row.name == best)}
        counted = [row for row in measured if row.status in statuses]
        ends = limits([row.objective or 0.0 for row in measured], is_maximized=is_maximized)
        return cls(rows, measured, counted or measured, ends, is_maximized)

    @staticmethod
    def objective(row: Row) -> float:
        return row.objective or 0.0

    @property
    def first(self) -> Row:
        """The best, of equals the first."""
        return (max if self.is_maximized else min)(self.counted, key=self.objective)

    @property
    def inside(self) -> list[Row]:
        return [row for row in self.measured if self.ends[0] <= self.objective(row) <= self.ends[1]]

    @property
    def best_so_far(self) -> tuple[list[int], list[float]]:
        """Where the best objective changes, and what it is from there; to the last training job."""
        bests = list(itertools.accumulate(map(self.objective, self.counted), max if self.is_maximized else min))
        changes = [index for index, value in enumerate(bests) if index == 0 or value != bests[index - 1]]
        steps = [self.counted[index].number for index in changes]
        return [*steps, len(self.rows)], [*(bests[index] for index in changes), bests[-1]]


def _draw_jobs(axes: Any, seen: _View) -> None:
    shown = spread(seen.inside, POINTS)
    size = 5 if len(shown) < _MANY else 3.5
    style = {"linestyle": "none", "marker": "o", "markersize": size, "markeredgecolor": color("accent"), "alpha": 0.55}
    for is_early, fill in ((False, color("accent")), (True, "none")):
        some = [row for row in shown if row.is_early == is_early]
        places = [row.number for row in some], [seen.objective(row) for row in some]
        axes.plot(*places, markerfacecolor=fill, **style)
    failed = spread([row.number for row in seen.rows if row.status == "Failed"], POINTS)
    low, high = seen.ends
    edge = (
        low + _INWARD * (high - low) if seen.is_maximized else high - _INWARD * (high - low)
    )  # no good value is there
    axes.plot(failed, [edge] * len(failed), marker="x", color=color("bad"), linestyle="none")


def _caption(metric: str, seen: _View) -> str:
    best, inside = seen.first, len(seen.inside)
    value = number(best.objective)
    parts = [f"The line is the best {metric} so far; it ends at {value}, from training job {best.number}."]
    if any(row.is_early for row in seen.measured):
        parts.append("Hollow: stopped before the end.")
    failed = sum(row.status == "Failed" for row in seen.rows)
    if failed:
        parts.append(f"Crosses: {counted(failed, 'failed training job')}.")
    if inside < len(seen.measured):
        parts.append(f"{counted(len(seen.measured) - inside, 'value')} far out of the rest not drawn.")
    if inside > POINTS:
        parts.append(f"{number(POINTS)} of {counted(len(seen.measured), 'training job')} drawn.")
    return " ".join(parts)
