"""Report data -> its charts, drawn."""

from __future__ import annotations

from dataclasses import dataclass

from smtune.metric_lab.metric_name import is_maximized as more_is_better
from smtune.reporting.charts.canvas import Chart
from smtune.reporting.charts.history import draw_history
from smtune.reporting.charts.importance import draw_importance
from smtune.reporting.charts.ladder import draw_ladder
from smtune.reporting.charts.learning import draw_learning
from smtune.reporting.charts.parallel import draw_parallel
from smtune.reporting.charts.slices import draw_slices
from smtune.reporting.charts.versus import draw_versus
from smtune.reporting.model import ReportData


@dataclass(frozen=True)
class Charts:
    """Every chart of a report; None or empty where there is nothing to draw."""

    history: Chart | None
    ladder: Chart | None
    learning: tuple[Chart, ...]
    importance: Chart | None
    slices: tuple[Chart, ...]
    parallel: Chart | None
    versus: Chart | None


def draw(data: ReportData) -> Charts:
    """All of them: the same data gives the same bytes."""
    ranked, metric, up = data.ranked, data.metric, data.is_maximized
    is_comparable = data.comparison is not None and not data.comparison.caveats
    runs = {data.name: [row.result for row in data.rows]}
    runs |= {other.name: list(other.objectives) for other in data.others}
    shown = data.curves[0].metric if data.curves else metric
    guess = more_is_better(shown)
    return Charts(
        history=draw_history(data.rows, metric, data.best_name, is_maximized=up),
        ladder=draw_ladder(data.ladder) if data.ladder is not None else None,
        learning=draw_learning(data.curves, is_maximized=up if guess is None else guess),
        importance=draw_importance(data.importance),
        slices=draw_slices(data.axes, ranked, is_maximized=up),
        parallel=draw_parallel(data.axes, ranked, metric, is_maximized=up),
        versus=draw_versus(runs, metric, is_maximized=up) if is_comparable else None,
    )
