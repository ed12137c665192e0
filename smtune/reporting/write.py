"""Which format a report is written in, and the bytes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from smtune.errors import UsageError
from smtune.reporting.as_json import to_json
from smtune.reporting.html import to_html
from smtune.reporting.markdown import to_markdown
from smtune.reporting.model import ReportData

Format = Literal["html", "markdown", "json"]
FORMATS: tuple[Format, ...] = ("html", "markdown", "json")
_ENDINGS: dict[str, Format] = {
    ".html": "html",
    ".htm": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".json": "json",
}
_WRITERS = {"html": to_html, "markdown": to_markdown, "json": to_json}


def format_of(file: Path) -> Format:
    """By the end of its name; raises UsageError for one that tells nothing."""
    found = _ENDINGS.get(file.suffix.lower())
    if found is None:
        message = f"{file}: its name tells no format; end it with .html, .md or .json, or say --format"
        raise UsageError(message)
    return found


def rendered(data: ReportData, form: Format) -> bytes:
    """The whole file, in UTF-8."""
    return _WRITERS[form](data).encode("utf-8", "backslashreplace")
