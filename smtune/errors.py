"""Every error smtune raises on purpose, one exit code a leaf. They are caught in one place: the CLI's boundary.

    SmtuneError                 255
    ├── JobError                  1   the tuning job failed, or an assertion about it
    ├── UsageError                2   an argument that cannot be used
    ├── StoppedError              3   somebody stopped the job
    ├── WaitTimeoutError          4   the job was still running when the wait ended
    ├── SpecError               252   the spec, a request or the data is invalid (lists every problem)
    ├── ConfigurationError      253   credentials, region, a missing extra or program
    └── ServiceError            254   the service refused (its error code is kept)

Each message says what is wrong, where, and what to do.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_SHOWN = 60
_PATH_SHOWN = 90
_MESSAGE_SHOWN = 200
_SHOWN_IN_ALL = 470


class SmtuneError(Exception):
    """The root: something smtune can explain."""

    exit_code = 255


class JobError(SmtuneError):
    exit_code = 1


class UsageError(SmtuneError):
    exit_code = 2


class StoppedError(SmtuneError):
    exit_code = 3


class WaitTimeoutError(SmtuneError):
    exit_code = 4


class ConfigurationError(SmtuneError):
    exit_code = 253


class ServiceError(SmtuneError):
    """AWS, or the local engine in its place, answered with an error."""

    exit_code = 254

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


def dotted(path: Sequence[str | int]) -> str:
    """A key's path in words, as in `algorithms[0].hyperparameters.eta.min`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def shown(value: object) -> str:
    """A value as the YAML of a message, cut where it is long."""
    names = {None: "null", True: "true", False: "false"}
    text = names[value] if value is None or isinstance(value, bool) else repr(value)
    return cut(text, _SHOWN)


def legible(text: str, length: int) -> str:
    """`text` as one line that no terminal obeys: what is not printable is escaped, what is too long is cut."""
    if not text.isprintable():
        text = "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
    return cut(text, length)


def cut(text: str, length: int) -> str:
    """`text` in at most so many characters."""
    return text if len(text) <= length else f"{text[: length - 3]}..."


def listed(words: Iterable[str], most: int) -> str:
    """The first words, with a sign that there are more: `a, b, ...`."""
    found = list(itertools.islice(words, most + 1))
    return ", ".join([*found[:most], "..."] if len(found) > most else found)


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong with a document: where, what, and what to do about it."""

    line: int
    column: int
    path: str
    """The key's path, as in `hyperparameters.eta.min`; empty for the document itself."""
    message: str
    fix: str = ""
    rule: str = ""
    """The rule's id, as in `R7`; empty for a mistake in the document's form."""
    source: str = ""
    """What says it, where that is not the document's own file: an overlay, or `--set 1` (which has no line)."""
    severity: str = "error"
    """`error`, or `warning` for what works but is seldom meant."""

    def describe(self, source: str) -> str:
        """One or two lines: `file:line:column: path: message`, then the fix; a warning says that it is one."""
        source = self.source or source
        place = f"{source}:{self.line}:{self.column}: " if self.line else f"{source}: "
        where = f"{legible(self.path, _PATH_SHOWN)}: " if self.path else ""
        where = where if self.severity == "error" else f"{self.severity}: {where}"
        rule = f" [{self.rule}]" if self.rule else ""
        sentence = f"{where}{legible(self.message, _MESSAGE_SHOWN)}{rule}"
        fix = f"\n    {legible(self.fix, _SHOWN_IN_ALL - len(sentence))}" if self.fix else ""
        return f"{place}{sentence}{fix}"


class SpecError(SmtuneError):
    """A document smtune cannot use, with all its problems at once."""

    exit_code = 252

    def __init__(self, problems: tuple[Problem, ...], *, source: str = "spec") -> None:
        super().__init__("\n".join(problem.describe(source) for problem in problems))
        self.problems = problems
        self.source = source
