"""The colours of a chart by name. What is drawn has a stand-in for each, and the page's CSS says what it looks like.

So one drawing follows the reader's light or dark, and a printer's white.
"""

from __future__ import annotations

import re

NAMES = (
    *("ink", "muted", "line", "surface", "accent", "second", "good", "bad", "soft"),
    *("ramp-0", "ramp-1", "ramp-2", "ramp-3", "ramp-4"),
)
RAMP = tuple(name for name in NAMES if name.startswith("ramp-"))
"""From the worst to the best."""
_STAND_INS = {name: f"#fe00{number:02x}" for number, name in enumerate(NAMES, start=1)}
_NAME_OF = {color: name for name, color in _STAND_INS.items()}
_COLOR = re.compile(r"#fe00[0-9a-f]{2}")


def color(name: str) -> str:
    """The stand-in that a drawing has for a colour of the page."""
    return _STAND_INS[name]


def with_variables(svg: str) -> str:
    """Stand-ins -> the page's CSS variables."""
    return _COLOR.sub(lambda found: f"var(--{_NAME_OF[found[0]]})", svg)
