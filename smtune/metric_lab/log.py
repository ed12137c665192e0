"""A training log as numbered lines, however large or broken it is."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO

from smtune.metrics import LINE_BYTES, as_logged, as_text

_SAMPLE_SIZE = 8_000_000
LINE_SIZE = 100
"""What a line costs on top of its characters."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line as the service's log shows it: a TAB is `#011`."""

    number: int
    """From 1. The pieces of a line that is too long for one have the same number."""
    text: str


def number_lines(texts: Iterable[str]) -> Iterator[Line]:
    """Lines from text without newlines."""
    for number, text in enumerate(texts, 1):
        yield Line(number, as_logged(text))


def read_log(stream: IO[bytes]) -> Iterator[Line]:
    """The lines of a file as the local engine reads a training job's output; holds one of them at a time."""
    number = 1
    while raw := stream.readline(LINE_BYTES):
        yield Line(number, as_logged(as_text(raw)))
        number += raw.endswith(b"\n")


@dataclass
class Sample:
    """The beginning and the end of a log, as much of it as fits in memory; nothing is left out of a usual one."""

    size: int = _SAMPLE_SIZE
    """What the beginning may cost, and the end as much again: a character 1, a line 100 on top."""
    left_out: int = 0
    total: int = 0
    _head: list[Line] = field(default_factory=list)
    _tail: deque[Line] = field(default_factory=deque)
    _sizes: tuple[int, int] = (0, 0)

    def watch(self, lines: Iterable[Line]) -> Iterator[Line]:
        """The same lines, kept on their way."""
        for line in lines:
            self.add(line)
            yield line

    def add(self, line: Line) -> None:
        """Keep one more line; the oldest of the end make room for it."""
        self.total += 1
        head, tail = self._sizes
        cost = len(line.text) + LINE_SIZE
        if not self._tail and not self.left_out and head + cost <= self.size:
            self._head.append(line)
            self._sizes = head + cost, tail
            return
        self._tail.append(line)
        tail += cost
        while tail > self.size:
            tail -= len(self._tail.popleft().text) + LINE_SIZE
            self.left_out += 1
        self._sizes = head, tail

    def lines(self) -> list[Line]:
        """What was kept, in order."""
        return [*self._head, *self._tail]
