"""How a training job ended, and why, in words that help."""

from __future__ import annotations

import math
import re
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from smtune.line_search import SECONDS
from smtune.local.limits import TimeLimit
from smtune.local.program import Program
from smtune.local.records import TrainingStatus

REASON_LENGTH = 1024
_SPANS: Mapping[TimeLimit, str] = {"MaxRuntime": "runtime", "MaxWaitTime": "wait time"}
_ERROR_LINE = re.compile(r"^(?:[\w.]+\.)?\w*(?:Error|Exception|Exit|Interrupt|Warning|Failure)\b.*")


@dataclass(frozen=True)
class Ending:
    """What is known once the program is over."""

    exit_code: int
    stopped: bool
    exceeded: TimeLimit | None
    """Which time limit ended it."""
    values: Mapping[str, float]
    """The last value of each metric."""
    lines: int
    tail: Sequence[str]
    """The last lines of the log."""
    unsearched: bool = False
    """Whether there are lines that the objective metric's regex would have taken too long for."""
    given_up: bool = False
    """Whether there are so many that the metric was not looked for in the rest."""


@dataclass(frozen=True)
class Verdict:
    status: TrainingStatus
    secondary: str
    reason: str | None


def judge(ending: Ending, objective: str | None, regex: str | None, program: Program, output: Path) -> Verdict:
    """The service's verdict, with a reason for everything but success. `output` is /opt/ml/output."""
    if ending.exceeded is not None:
        reason = f"Training job {_SPANS[ending.exceeded]} exceeded {ending.exceeded}InSeconds"
        return Verdict("Stopped", f"{ending.exceeded}Exceeded", reason)
    if ending.stopped:
        return Verdict("Stopped", "Stopped", "The training job was stopped")
    if ending.exit_code != 0:
        return Verdict("Failed", "Failed", _shorten(_failure(ending, program, output)))
    if objective is None:
        return Verdict("Completed", "Completed", None)
    value = ending.values.get(objective)
    if value is None or ending.given_up:
        reason = _too_slow(objective, regex) if ending.unsearched else _no_metric(ending, objective, regex)
        return Verdict("Failed", "Failed", _shorten(reason))
    if not math.isfinite(value):
        reason = f"The objective metric {objective!r} was last printed as {value}: no tuning is possible with it"
        return Verdict("Failed", "Failed", reason)
    return Verdict("Completed", "Completed", None)


def _failure(ending: Ending, program: Program, output: Path) -> str:
    file = output / "failure"
    if file.is_file() and not file.is_symlink():  # a link may lead to any file of this machine
        with file.open(encoding="utf-8", errors="replace") as stream:
            text = stream.read(REASON_LENGTH).strip()  # of which there may be any amount
        return f"AlgorithmError: {text[: REASON_LENGTH - 60]}, exit code: {ending.exit_code}"
    code = _signal_name(ending.exit_code) or f"exit code: {ending.exit_code}"
    decisive = next((line for line in reversed(ending.tail) if _ERROR_LINE.match(line)), None)
    last = decisive or next((line for line in reversed(ending.tail) if line.strip()), "")
    if program.entry_point:
        return f'AlgorithmError: ExecuteUserScriptError: ErrorMessage "{last.strip()}" in {program.entry_point}, {code}'
    return f"AlgorithmError: {last.strip() or 'no output at all'}, {code}"


def _signal_name(exit_code: int) -> str | None:
    number = -exit_code if exit_code < 0 else exit_code - 128
    if number not in {item.value for item in signal.Signals}:
        return None
    hint = " (the machine may have run out of memory)" if number == signal.SIGKILL else ""
    return f"killed by {signal.Signals(number).name}{hint}"


def _no_metric(ending: Ending, objective: str, regex: str | None) -> str:
    if regex is None:
        return f"The objective metric {objective!r} has no metric definition, so no value of it can be found in the log"
    if not ending.lines:
        return f"The objective metric {objective!r} was never printed: the training job printed nothing at all"
    last = next((line for line in reversed(ending.tail) if line.strip()), "")
    return (
        f"The objective metric {objective!r} was never printed: none of the {ending.lines} log lines matched its "
        f"regex {regex!r}; the last line was {last[:200]!r}"
    )


def _too_slow(objective: str, regex: str | None) -> str:
    return (
        f"The objective metric {objective!r} is not known: its regex {regex!r} takes more than {SECONDS:g} s for some "
        "lines, which are not searched then; write it without a repetition within a repetition, such as (a+)+"
    )


def _shorten(text: str) -> str:
    return text if len(text) <= REASON_LENGTH else f"{text[: REASON_LENGTH - 3]}..."
