"""Matplotlib's SVG -> a fragment for a page: short, with names of its own, colours and fonts left to the page.

Names of hyperparameters and jobs stand in it as text. Only tags are changed, so no text can pass for a style or an id.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Mapping

from smtune.reporting.charts.palette import with_variables

_BODY = re.compile(r"<svg[^>]*viewBox=\"([^\"]*)\"[^>]*>(.*)</svg>", re.DOTALL)
_DROPPED = re.compile(
    r"<metadata>.*?</metadata>|<!--.*?-->|<defs>\s*<style[^>]*>.*?</style>\s*</defs>|<g id=\"[^\"]*\"\s*/>", re.DOTALL
)
_TAG = re.compile(r"<[^>]+>")
_FONT = re.compile(r"font: (?:(\w+) )?([\d.]+)px [^;\"]*")
_FRACTION = re.compile(r"(\d\.\d)\d+")
_SHAPES = re.compile(r" (?:d|x|y|width|height|transform|points)=\"[^\"]*\"")
_ID = re.compile(r" id=\"([^\"]*)\"")
_REFERENCE = re.compile(r"(url\(#|href=\"#)([^)\"]*)")
_STYLE = re.compile(r" style=\"([^\"]*)\"")
_OFTEN = 3
"""A style that stands there so often gets a class."""


def inline(svg: str, name: str, title: str, description: str) -> str:
    """A drawing as an element of a page. `name` begins its ids and classes; nothing else on the page may have it."""
    found = _BODY.search(svg)
    if found is None:
        message = "this is no SVG of Matplotlib's"
        raise ValueError(message)
    box, body = found.groups()
    body = _DROPPED.sub("", body)
    body = _TAG.sub(lambda tag: _plain(tag[0]), body)
    tags = _TAG.findall(body)
    ids = _ids(tags, name)
    classes = _classes(tags, name)
    body = _TAG.sub(lambda tag: _named(tag[0], ids, classes), body)
    body = re.sub(r">\s+<", "><", body).strip()
    rules = "".join(f".{label}{{{style.replace('; ', ';').replace(': ', ':')}}}" for style, label in classes.items())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img" class="chart" '
        f'aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{html.escape(title)}</title><desc id="{name}-desc">{html.escape(description)}</desc>'
        f"<style>{rules}</style>{body}</svg>"
    )


def _plain(tag: str) -> str:
    """A tag in the page's colours and fonts, with short numbers."""
    tag = " ".join(tag.split()).replace("xlink:href", "href")
    tag = _FONT.sub(_font, with_variables(tag))
    return _SHAPES.sub(lambda attribute: _FRACTION.sub(r"\1", attribute[0]), tag)


def _font(found: re.Match[str]) -> str:
    weight = f"font-weight: {found[1]}; " if found[1] else ""
    return f"{weight}font-size: {found[2]}px"


def _ids(tags: list[str], name: str) -> dict[str, str]:
    """What something refers to -> what it is called in the page."""
    used = dict.fromkeys(found[2] for tag in tags for found in _REFERENCE.finditer(tag))
    return {old: f"{name}-{number}" for number, old in enumerate(used)}


def _classes(tags: list[str], name: str) -> dict[str, str]:
    """A style that stands there again and again -> its class."""
    counts = Counter(found[1] for tag in tags for found in _STYLE.finditer(tag))
    often = [style for style, count in counts.items() if count >= _OFTEN]
    return {style: f"{name}-s{number}" for number, style in enumerate(often)}


def _named(tag: str, ids: Mapping[str, str], classes: Mapping[str, str]) -> str:
    """A tag with the page's ids, of those that something refers to, and with classes for styles."""
    tag = _ID.sub(lambda found: f' id="{ids[found[1]]}"' if found[1] in ids else "", tag)
    tag = _REFERENCE.sub(lambda found: found[1] + ids[found[2]], tag)
    return _STYLE.sub(lambda found: f' class="{classes[found[1]]}"' if found[1] in classes else found[0], tag)
