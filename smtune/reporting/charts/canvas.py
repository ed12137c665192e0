"""A drawing's paper: matplotlib without windows or state, its size in the units of the SVG's view box."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from smtune.reporting.charts.palette import color
from smtune.reporting.charts.svg import inline
from smtune.reporting.words import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 440.0
TEXT = 13.0
SMALL = 12.0
_UNITS_AN_INCH = 72.0
_STEPS = (1, 2, 2.5, 5, 10)
_DIGITS = 10
_ROOM, _LETTER = 6, 9.0
"""Letters that have room beside the upright axis, and the units of one more on a phone."""


@dataclass(frozen=True)
class Chart:
    """A drawing with its words."""

    name: str
    """Also what its ids in the page begin with."""
    title: str
    caption: str
    """What is to be seen, and what was left out."""
    svg: str


@dataclass
class Paper:
    """A figure with one pair of axes, and what becomes of it."""

    figure: Figure
    axes: Axes

    def finish(self, name: str, title: str, caption: str) -> Chart:
        """The drawing as an element of a page."""
        import matplotlib as mpl

        out = io.StringIO()
        # The same drawing gives the same bytes: no date, and ids that are made of the contents.
        with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph .* missing")  # the reader's browser has the letter
            self.figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
        return Chart(name, title, caption, inline(out.getvalue(), name, title, caption))


@contextmanager
def paper(height: float, margins: tuple[float, float, float, float], width: float = WIDTH) -> Iterator[Paper]:
    """Paper of `width` x `height` units with margins left, right, bottom and top around the axes."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    left, right, bottom, top = margins
    with mpl.rc_context(_rules()):
        figure = Figure(figsize=(width / _UNITS_AN_INCH, height / _UNITS_AN_INCH), dpi=_UNITS_AN_INCH)
        FigureCanvasSVG(figure)
        frame = (left / width, bottom / height, (width - left - right) / width, (height - bottom - top) / height)
        axes: Any = figure.add_axes(frame)
        yield Paper(figure, axes)


def _rules() -> dict[Any, Any]:
    line, muted = color("line"), color("muted")
    return {
        "font.family": "DejaVu Sans",  # it comes with matplotlib: the same widths everywhere
        "font.size": TEXT,
        "text.parse_math": False,  # a name may have a dollar sign
        "text.color": color("ink"),
        "axes.edgecolor": line,
        "axes.labelcolor": muted,
        "axes.labelsize": SMALL,
        "axes.linewidth": 1.0,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.spines.left": False,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "axes.axisbelow": True,
        "axes.facecolor": "none",
        "figure.facecolor": "none",
        "grid.color": line,
        "grid.linewidth": 0.8,
        "xtick.color": line,
        "ytick.color": line,
        "xtick.labelcolor": muted,
        "ytick.labelcolor": muted,
        "xtick.labelsize": SMALL,
        "ytick.labelsize": SMALL,
        "ytick.major.size": 0.0,
        "xtick.major.size": 3.0,
        "xtick.minor.size": 0.0,
        "lines.solid_capstyle": "round",
        "path.simplify": True,
    }


def write_numbers(axes: Any) -> None:
    """Numbers at the ticks of the upright axis as in the rest of the report, few of them, and all their digits."""
    from matplotlib.ticker import MaxNLocator

    low, high = axes.get_ylim()
    places = [place for place in MaxNLocator(5, steps=_STEPS).tick_values(low, high) if low <= place <= high]
    texts = [number(float(f"{place:.10g}"), _DIGITS) for place in places]
    axes.set_yticks(places, texts)
    more = max(0, max(map(len, texts), default=0) - _ROOM) * _LETTER / axes.get_figure().get_figwidth() / _UNITS_AN_INCH
    box = axes.get_position()
    axes.set_position((box.x0 + more, box.y0, box.width - more, box.height))


def write_counts(axes: Axes, what: str) -> None:
    """Whole numbers at the ticks of the level axis: there is no half of `what`."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.set_xlabel(what)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=_STEPS, integer=True, min_n_ticks=1))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(round(value))))
