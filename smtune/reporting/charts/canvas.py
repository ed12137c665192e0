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


def write_numbers(axes: Axes, *, across: bool = True, up: bool = True) -> None:
    """Numbers at the ticks as in the rest of the report, and few of them."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    for wanted, axis in ((across, axes.xaxis), (up, axes.yaxis)):
        if wanted:
            axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
            axis.set_major_formatter(FuncFormatter(lambda value, _: number(float(f"{value:.10g}"))))
