"""Learning curves: training and validation, of the best and of the median training job, on the same axis."""

from __future__ import annotations

from collections.abc import Sequence

from smtune.reporting.charts.canvas import SMALL, Chart, paper, write_counts, write_numbers
from smtune.reporting.charts.limits import beyond, limits
from smtune.reporting.charts.palette import color
from smtune.reporting.model import Curve
from smtune.reporting.words import counted, number

_COLORS = {"train": "second", "validation": "accent"}
_WORDS = {"train": "training", "validation": "validation"}
_TITLES = {"best": "Best training job", "median": "Median training job"}


def draw_learning(curves: Sequence[Curve], *, is_maximized: bool) -> tuple[Chart, ...]:
    """One chart for each of the training jobs; `is_maximized`: whether more of the curves' metric is better."""
    if not curves:
        return ()
    ends = limits([value for curve in curves for value in curve.values], is_maximized=is_maximized)
    roles = dict.fromkeys(curve.role for curve in curves)
    return tuple(_draw([curve for curve in curves if curve.role == role], ends) for role in roles)


def _draw(curves: Sequence[Curve], ends: tuple[float, float]) -> Chart:
    first = curves[0]
    with paper(230, (58, 92, 40, 12)) as sheet:
        for curve in curves:
            sheet.axes.plot(curve.steps, curve.values, color=color(_COLORS[curve.place]), linewidth=1.8)
        for curve, height in zip(curves, _apart([curve.values[-1] for curve in curves], ends), strict=True):
            sheet.axes.annotate(
                _WORDS[curve.place],
                (curve.steps[-1], height),
                xytext=(8, 0),
                textcoords="offset points",
                va="center",
                color=color(_COLORS[curve.place]),
                fontsize=SMALL,
                annotation_clip=False,
            )
        sheet.axes.set_ylim(*ends)
        write_counts(sheet.axes, "step")
        write_numbers(sheet.axes)
        return sheet.finish(f"curve-{first.role}", _TITLES[first.role], _caption(curves, ends))


def _caption(curves: Sequence[Curve], ends: tuple[float, float]) -> str:
    names = " and ".join(dict.fromkeys(curve.metric for curve in curves))
    last = ", ".join(f"{_WORDS[curve.place]} {number(curve.values[-1])}" for curve in curves)
    lost = sum(curve.lost for curve in curves)
    end = "last finite values" if lost else "at the end"
    parts = [f"{names} of {curves[0].training_job}; {end}: {last}."]
    if lost:
        parts.append(f"{counted(lost, 'value')} infinite or no number, not drawn.")
    outside = sum(beyond(curve.values, ends) for curve in curves)
    if outside:
        parts.append(f"{counted(outside, 'value')} far out of the rest not drawn.")
    return " ".join(parts)


def _apart(heights: Sequence[float], ends: tuple[float, float]) -> list[float]:
    """Where the words stand: at the ends of their curves, and not one upon the other."""
    room = 0.09 * (ends[1] - ends[0])
    inside = [min(max(height, ends[0]), ends[1]) for height in heights]
    if len(inside) < 2 or abs(inside[0] - inside[1]) >= room:
        return inside
    middle, sign = sum(inside) / 2, 1 if inside[0] >= inside[1] else -1
    return [middle + sign * room / 2, middle - sign * room / 2]
