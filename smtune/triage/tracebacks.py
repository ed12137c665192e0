"""Log lines and reasons -> the error's own words, without what differs from one training job to the next."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from smtune.errors import legible
from smtune.triage.causes import ERROR

_FRAME = re.compile(r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+)(?:, in (?P<function>\S+))?')
_ERROR = re.compile(ERROR)
_LIBRARY = re.compile(r"site-packages|dist-packages|/lib/python\d|/conda/|<frozen|<string>|/usr/lib")
_QUOTED = re.compile(r'ErrorMessage "(?P<text>.*?)"\s*(?:Command|in |,|$)', re.DOTALL)
_BLANKS = (
    (re.compile(r"s3://[^\s'\",)]+"), "s3://..."),
    (re.compile(r"\b0x[0-9a-fA-F]+\b"), "#"),
    (re.compile(r"(?<![\w.])/(?:[\w.@+-]+/)+([\w.@+-]+)"), r"\1"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?Z?"), "#"),
    (re.compile(r"(?<![A-Za-z_])[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"), "#"),
)
_SHOWN = 160
_LINE_SHOWN = 200


@dataclass(frozen=True)
class Raised:
    """An error as Python prints it."""

    type: str
    text: str
    place: str
    """As in `train.py:12 in load`: the last frame that is not a library's; empty where no frame is known."""
    lines: tuple[str, ...]
    """The lines that say so."""

    @property
    def detail(self) -> str:
        """The error without numbers, addresses and paths; two of the same kind at the same place are equal."""
        words = normalized(f"{self.type}: {self.text}" if self.text else self.type)
        return f"{words} at {self.place}" if self.place else words


def last_error(lines: Sequence[str]) -> Raised | None:
    """The last error that the log's lines tell of, or None."""
    at = next((number for number in range(len(lines) - 1, -1, -1) if _tells(lines[number])), None)
    if at is None:
        return None
    match = _ERROR.match(lines[at].strip())
    assert match is not None  # noqa: S101  _tells has just seen it
    start = next((number for number in range(at, -1, -1) if lines[number].startswith("Traceback")), at)
    frames = [(number, found) for number in range(start, at) if (found := _FRAME.match(lines[number]))]
    own = next((each for each in reversed(frames) if not _LIBRARY.search(each[1]["file"])), None)
    shown = list(lines[own[0] : own[0] + 2]) if own else []
    shown = [line for line in shown if line != lines[at]]
    return Raised(
        match["type"],
        match["text"].strip(),
        _place(own[1]) if own else "",
        tuple(legible(line.strip(), _LINE_SHOWN) for line in (*shown, lines[at])),
    )


def _tells(line: str) -> bool:
    return _ERROR.match(line.strip()) is not None


def _place(frame: re.Match[str]) -> str:
    function = frame["function"]
    where = f"{PurePosixPath(frame['file']).name}:{frame['line']}"
    return f"{where} in {function}" if function and function != "<module>" else where


def reason_lines(reason: str) -> list[str]:
    """A FailureReason as lines; of script mode's reasons what the script said, with its newlines."""
    quoted = _QUOTED.search(reason)
    text = quoted["text"] if quoted else reason
    lines = [line for line in text.replace("\\n", "\n").splitlines() if line.strip()]
    # A built-in container puts its wrapper before the traceback: `AlgorithmError: framework error:`.
    return [re.sub(r"^(?:AlgorithmError: |framework error: ?)+", "", line) or line for line in lines]


def normalized(text: str) -> str:
    """`text` with numbers, addresses, paths and S3 URIs blanked, in one line of at most 160 characters."""
    for pattern, blank in _BLANKS:
        text = pattern.sub(blank, text)
    return legible(" ".join(text.split()), _SHOWN)


def decisive(lines: Sequence[str], pattern: re.Pattern[str], *, most: int = 3) -> tuple[str, ...]:
    """The last lines in which `pattern` is found."""
    found = [line.strip() for line in lines if pattern.search(line)]
    return tuple(legible(line, _LINE_SHOWN) for line in dict.fromkeys(found[-most:]))
