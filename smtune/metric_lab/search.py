"""Regexes over lines in a process of its own: one that takes for ever is ended, and named.

Python's `re` has no time limit and cannot be interrupted from a thread. A process can: its kernel timer counts the
CPU time of one request, and the signal's default action ends it, wherever in `re` it is.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import smtune
from smtune.metrics import compile_search

REGEX_SECONDS = 2.0
"""CPU time that one regex may take for a chunk of lines (at most 500 lines, 256 kB)."""
CHUNK_SECONDS = 5.0
_LINE_SECONDS = 0.02
_PROGRAM = Path(__file__).with_name("serve.py")


@dataclass(frozen=True)
class Found:
    """Where a regex matches a line: `text[start:end]`, its first group being `text[group_start:group_end]`."""

    line: int
    """The index of the line."""
    regex: int
    """The index of the regex."""
    start: int
    end: int
    group_start: int
    """-1 where there is no group, or it took no part in the match."""
    group_end: int
    again: int
    """Where the last number after it has its group, in a line that was redrawn with CR; -1 where there is none."""
    again_end: int


@dataclass
class Searcher:
    """A context manager: `search` what is wanted, then look at `slow`. Raises re.error for what is not a regex."""

    regexes: Sequence[str]
    slow: dict[int, int] = field(default_factory=dict)
    """Regexes given up on, and the index of the line each needs too long for (in the call that gave up)."""
    _process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        for regex in self.regexes:
            compile_search(regex)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process is not None:
            self._process.kill()
            self._end()

    def search(self, texts: Sequence[str]) -> list[Found]:
        """Every match, in the order of the lines; what a regex that is too slow would match is not among them."""
        left = [index for index in range(len(self.regexes)) if index not in self.slow]
        found = self._ask(texts, left, CHUNK_SECONDS)
        if found is None:
            found = [item for index in left for item in self._search_one(texts, index)]
        return sorted(found, key=lambda item: (item.line, item.regex))

    def _search_one(self, texts: Sequence[str], index: int) -> list[Found]:
        found = self._ask(texts, [index], REGEX_SECONDS)
        if found is None:
            # Somewhere in these lines is one that takes more than its share.
            share = max(_LINE_SECONDS, REGEX_SECONDS / len(texts) / 2)
            slow = (place for place, text in enumerate(texts) if self._ask([text], [index], share) is None)
            self.slow[index] = next(slow, 0)
        return found or []

    def _ask(self, texts: Sequence[str], which: Sequence[int], seconds: float) -> list[Found] | None:
        """None when it took longer."""
        process = self._process or self._begin()
        answer = _exchange(process, {"texts": texts, "which": which, "seconds": seconds})
        if answer:
            return [Found(*item) for item in json.loads(answer)]
        code = self._end()
        if code != -signal.SIGPROF:
            message = f"the process that searches the log ended with {code}"
            raise RuntimeError(message)
        return None

    def _begin(self) -> subprocess.Popen[str]:
        # -P: what lies beside the program is not a module.
        paths = [str(Path(smtune.__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(_PROGRAM), json.dumps(list(self.regexes))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            start_new_session=True,  # Ctrl-C is for this process to answer
        )
        return self._process

    def _end(self) -> int:
        """Wait for the process, which is ending; its exit code."""
        process, self._process = self._process, None
        if process is None:
            return 0
        with suppress(BrokenPipeError), process:
            pass
        return process.wait()


def _exchange(process: subprocess.Popen[str], request: Mapping[str, Any]) -> str:
    """A request's answer; empty when the process ended instead."""
    assert process.stdin is not None  # noqa: S101  asked for
    assert process.stdout is not None  # noqa: S101
    with suppress(BrokenPipeError):
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
    return process.stdout.readline()
