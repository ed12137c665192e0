"""What an examination finds: one line a check, with the command that mends it."""

from __future__ import annotations

import shlex
from dataclasses import asdict, dataclass
from typing import Literal

State = Literal["ok", "warning", "failed", "unknown"]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    """What was looked at, as `role trust` or `quota ml.m5.large`."""
    state: State
    """`warning`: it may work; `failed`: it will not; `unknown`: nobody could look."""
    detail: str
    fix: str = ""
    """The command that mends it, with the real names in it; empty where there is nothing to mend."""

    def to_dict(self) -> dict[str, str]:
        """`name`, `state`, `detail` and `fix`, as JSON has them."""
        return asdict(self)


def shell(*words: str) -> str:
    """A command line that a shell reads as just these words."""
    return shlex.join(words)


def listed(names: tuple[str, ...] | list[str], most: int = 4) -> str:
    """Names in a sentence, the first few of many."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")
