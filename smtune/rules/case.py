"""What a rule looks at and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from smtune.spec import Definition, TuningSpec

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Broken:
    """A rule that a spec breaks: its id, the key's path, what is wrong and what to do."""

    rule: str
    path: Path
    message: str
    fix: str


@dataclass(frozen=True)
class Case:
    """One algorithm of a spec, and where its keys are."""

    spec: TuningSpec
    definition: Definition
    base: Path

    def path(self, *keys: str) -> Path:
        return (*self.base, *keys)


Rule = Callable[[Case], Iterator[Broken]]
