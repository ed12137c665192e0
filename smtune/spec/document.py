"""What was read: plain data, and where each of its keys stands. A problem gets its place here, and loses secrets."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from smtune.errors import Problem, dotted

Path = tuple[str | int, ...]
NOWHERE = (0, 0)
"""The place of what stands in no file: a value of the command line."""
_PIECE = 4
_TELLING = 8


@dataclass(frozen=True)
class Secret:
    """A value that no message may show, and what stands for it in the file, as in `${env:TOKEN}`."""

    value: str
    reference: str

    @cached_property
    def _pieces(self) -> frozenset[str]:
        return frozenset(self.value[start : start + _PIECE] for start in range(max(1, len(self.value) - _PIECE + 1)))

    def is_in(self, text: str, *, related: bool) -> bool:
        """Whether `text` shows a part of the value; one that is about something else would have to show all of it."""
        if not related:
            return len(self.value) >= _TELLING and self.value in text
        size = min(_PIECE, len(self.value))
        return any(text[start : start + size] in self._pieces for start in range(len(text) - size + 1))


@dataclass(frozen=True)
class Document:
    """Plain data (dict, list, str, int, float, bool, None) and where each path begins (line and column, from 1)."""

    data: Any
    places: Mapping[Path, tuple[int, int]]
    source: str
    """The file, or the base where several were merged."""
    sources: Mapping[Path, str] = field(default_factory=dict)
    """The paths that come from elsewhere: another file, or `--set 1` with the place `NOWHERE`."""
    secrets: Mapping[Path, frozenset[Secret]] = field(default_factory=dict)
    """The secrets at each path or below it; those of `()` are all."""

    def place(self, path: Path) -> tuple[int, int]:
        """The place of `path`, or of its nearest parent that the document has."""
        return self.places.get(self._nearest(path), (1, 1))

    def source_of(self, path: Path) -> str:
        """What says `path`, or its nearest parent: a file, or `--set 1`."""
        return self.sources.get(self._nearest(path), self.source)

    def placed(self, problem: Problem, path: Path) -> Problem:
        """`problem` as one of `path`: with its place, and with nothing of a secret value in its words."""
        line, column = self.place(path)
        source = self.source_of(path)
        elsewhere = "" if source == self.source else source
        return self._discreet(
            dataclasses.replace(problem, line=line, column=column, path=dotted(path), source=elsewhere), path
        )

    def _nearest(self, path: Path) -> Path:
        while path and path not in self.places:
            path = path[:-1]
        return path

    def _discreet(self, problem: Problem, path: Path) -> Problem:
        text = f"{problem.message}\n{problem.fix}"
        near = self.secrets.get(self._nearest(path), frozenset())
        for secret in self.secrets.get((), frozenset()):
            if secret.is_in(text, related=secret in near):
                message = f"the value of {secret.reference} cannot be used here"
                fix = "correct the variable; its name looks secret, so nothing is said about the value"
                return dataclasses.replace(problem, message=message, fix=fix)
        return problem


def in_order(problems: set[Problem] | list[Problem]) -> tuple[Problem, ...]:
    """Problems of the base first, each source's in the order of its lines."""
    return tuple(sorted(problems, key=lambda problem: (problem.source, problem)))
