"""Puts the output of a real run, shortened, into README.md and docs/demo.svg.

smtune run templates/quickstart/spec.yaml --local 2>&1 | python docs/generate_demo.py
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

DOCS = Path(__file__).parent
README = DOCS.parent / "README.md"
_DOTS = "..."
_BLOCK = re.compile(r"```console\n\$ make demo\n.*?```\n", re.DOTALL)
# Sections that only their headings are shown of, and where the remedies are cut.
_LONG = ("Questions", "What this rests on")
_SECOND = "    2. "
_FONT = '"DejaVu Sans Mono", Menlo, Consolas, monospace'


def shorten(output: str) -> list[str]:
    """The lines worth a picture; dots stand for every run of lines left out."""
    lines = output.splitlines()
    progress = [line for line in lines if line.startswith("InProgress")]
    dull = {*progress} - {progress[1], progress[len(progress) // 2], progress[-1]}
    shown = ["$ make demo"]
    is_detail = False
    for line in lines:
        if line.startswith((*_LONG, _SECOND)):
            is_detail = True
            shown += [] if line.startswith(_SECOND) else [line, _DOTS]
        elif not line.startswith(" "):
            is_detail = False
        if not (is_detail or line in dull or line.startswith("  model")):
            shown.append(line)
        elif shown[-1] != _DOTS:
            shown.append(_DOTS)
    return shown


def main() -> None:
    lines = shorten(sys.stdin.read())
    text = "\n".join(lines)
    README.write_text(_BLOCK.sub(lambda _: f"```console\n{text}\n```\n", README.read_text("utf-8")), encoding="utf-8")
    console = Console(record=True, width=max(map(len, lines)), file=io.StringIO(), force_terminal=True)
    for line in lines:
        console.print(Text(line, style="bold" if line.startswith("$") else ""))
    svg = re.sub(r"\s*@font-face \{.*?\}\n", "\n", console.export_svg(title="", unique_id="demo"), flags=re.DOTALL)
    (DOCS / "demo.svg").write_text(svg.replace("Fira Code, monospace", _FONT), encoding="utf-8")


if __name__ == "__main__":
    main()
