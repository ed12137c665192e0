"""A training job's log file as CloudWatch's events: read from any place, as much as a page holds."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smtune.local.log_pages import MOST_BYTES, Page, weight
from smtune.metrics import as_logged

Json = dict[str, Any]
_STAMP = re.compile(rb"\d{1,12}\.\d{1,6}", re.ASCII)
_TAIL_BYTES = 1 << 20  # holds the longest line several times


@dataclass(frozen=True)
class Line:
    """An event, and where in the file it begins and ends."""

    event: Json
    start: int
    end: int


class LogFile:
    """`SECONDS line`, as `TrainingLog` writes it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def size(self) -> int:
        """Bytes."""
        return self._path.stat().st_size

    def lines(self, start: int = 0, end: int | None = None) -> Iterator[Line]:
        """The events from the byte `start` on, up to those that begin before `end`; no line that is still written."""
        with self._path.open("rb") as file:
            file.seek(start)
            for line in file:
                if not line.endswith(b"\n") or (end is not None and start >= end):
                    return
                begin, start = start, start + len(line)
                stamp, _, message = line[:-1].partition(b" ")
                if _STAMP.fullmatch(stamp) is None:
                    continue  # no worker wrote it: the file was harmed
                stamped = round(float(stamp) * 1000)
                text = as_logged(message.decode("utf-8", errors="replace"))
                yield Line({"timestamp": stamped, "message": text, "ingestionTime": stamped}, begin, start)

    def events(self) -> Iterator[Json]:
        """All of them."""
        return (line.event for line in self.lines())

    def ends(self) -> tuple[int, int] | None:
        """The timestamps of the first and the last event; None where there is none."""
        first = next(self.lines(), None)
        if first is None:
            return None
        tail = deque(self.lines(self._line_after(max(first.end, self.size - _TAIL_BYTES))), maxlen=1)
        last = tail[0] if tail else first
        return first.event["timestamp"], last.event["timestamp"]

    def page_after(self, place: int, limit: int, wanted: Callable[[Json], bool]) -> Page:
        """Up to `limit` events that begin at `place` or later; the page ends where the next one begins."""
        chosen: list[Json] = []
        size, end = 0, place
        for line in self.lines(place):
            if wanted(line.event):
                size += weight(line.event)
                if len(chosen) == limit or (size > MOST_BYTES and chosen):
                    break
                chosen.append(line.event)
            end = line.end
        return Page(chosen, place, end)

    def page_before(self, place: int, limit: int, wanted: Callable[[Json], bool]) -> Page:
        """The last events, up to `limit` of them, that end at `place` or before."""
        last = _bounded(self.lines(0, place), limit, wanted)
        start = last[0].start if last else 0
        return Page([line.event for line in last], start, self._written(place))

    def _written(self, place: int) -> int:
        """Where the last line ends that is whole at `place`: from there a reader goes on later."""
        with self._path.open("rb") as file:
            start = max(0, place - _TAIL_BYTES)
            file.seek(start)
            return start + file.read(place - start).rfind(b"\n") + 1

    def _line_after(self, place: int) -> int:
        """Where the first line begins that begins at `place` or later."""
        with self._path.open("rb") as file:
            if place:
                file.seek(place - 1)
                file.readline()
            return file.tell()


def _bounded(lines: Iterable[Line], limit: int, wanted: Callable[[Json], bool]) -> deque[Line]:
    """The last lines that are wanted and fit into a page, without keeping more of them than that."""
    kept: deque[Line] = deque()
    size = 0
    for line in lines:
        if not wanted(line.event):
            continue
        kept.append(line)
        size += weight(line.event)
        while len(kept) > limit or (size > MOST_BYTES and len(kept) > 1):
            size -= weight(kept.popleft().event)
    return kept
