"""Report data -> one HTML file: no script, nothing from elsewhere, light and dark as the reader has it.

JupyterLab and SageMaker Studio run no script of a file that is not trusted, and an account may have no internet.
"""

from __future__ import annotations

import html
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from smtune import __version__
from smtune.reporting import told
from smtune.reporting.charts.palette import NAMES
from smtune.reporting.charts.slices import slices_note
from smtune.reporting.drawn import draw
from smtune.reporting.model import ReportData
from smtune.reporting.words import counted, duration, number, tied

if TYPE_CHECKING:
    from jinja2 import Template

_FRAME_HEIGHT = 900


def to_html(data: ReportData) -> str:
    """The whole report as a page that needs nothing else; the same data gives the same bytes."""
    return _template().render(
        data=data,
        charts=draw(data),
        told=told,
        version=__version__,
        note=slices_note(data.ranked, is_maximized=data.is_maximized),
    )


def to_frame(data: ReportData) -> str:
    """The report within another page, as a notebook is: a frame keeps the two's styles apart."""
    page = html.escape(to_html(data), quote=True)
    title = html.escape(f"Report of {data.name}", quote=True)
    style = f"width:100%;height:{_FRAME_HEIGHT}px;border:0"
    return f'<iframe sandbox title="{title}" style="{style}" srcdoc="{page}"></iframe>'


@cache
def _template() -> Template:
    from jinja2 import DictLoader, Environment, StrictUndefined
    from markupsafe import Markup

    folder = files("smtune.reporting") / "page"
    names = ("report.html.j2", "parts.html.j2")
    texts = {name: (folder / name).read_text(encoding="utf-8") for name in names}
    # Everything is escaped but what is marked; only our own style sheet and drawings are.
    environment = Environment(
        loader=DictLoader(texts), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals["style"] = Markup((folder / "report.css").read_text(encoding="utf-8"))  # noqa: S704  our own
    environment.globals["colors"] = NAMES
    environment.filters |= {"drawn": Markup, "number": number, "duration": duration, "counted": counted, "tied": tied}
    return environment.get_template("report.html.j2")
