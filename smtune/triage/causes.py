"""A FailureReason or a log line -> what happened and what to do, by the table in `causes.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files

from smtune.triage.model import Cause


@dataclass(frozen=True)
class Entry:
    """A row: the cause, and how it is known."""

    cause: Cause
    pattern: re.Pattern[str]
    has_detail: bool = False
    """Whether failures of this cause differ in what they say, and are grouped by that."""


def _read_table() -> tuple[Entry, ...]:
    rows = tomllib.loads(files("smtune.triage").joinpath("causes.toml").read_text(encoding="utf-8"))
    return tuple(
        Entry(
            Cause(identity, row["name"], row["explanation"], row["fix"]),
            re.compile(row["pattern"], re.IGNORECASE | re.VERBOSE),
            row.get("has_detail", False),
        )
        for identity, row in rows.items()
    )


TABLE = _read_table()
ERROR = (
    r"^\s*(?!(?:AlgorithmError|ClientError|ExecuteUserScriptError)\b)"
    r"(?:[\w.]+\.)?(?P<type>\w*(?:Error|Exception|Exit|Interrupt|Warning|Failure))\b:?\s*(?P<text>.*)"
)
"""A line with which Python ends a traceback. The service's own wrappers look the same, and tell nothing."""
TRACEBACK = Entry(
    Cause(
        "error",
        "error in the script",
        "The training script ended with an error of its own.",
        "Correct the script where the last line points; with the values of such a training job it fails again.",
    ),
    re.compile(ERROR, re.MULTILINE),
    has_detail=True,
)
UNKNOWN = Entry(
    Cause(
        "unknown",
        "failed, and does not say why",
        "Neither the service's reason nor the end of the log has a cause in it that smtune knows.",
        "Read its log: smtune logs TRAINING_JOB.",
    ),
    re.compile(""),
    has_detail=True,
)


def find_entry(text: str) -> Entry | None:
    """The first row whose pattern is in `text`; a plain error last; None where nothing is known."""
    for entry in TABLE:
        if entry.pattern.search(text):
            return entry
    return TRACEBACK if TRACEBACK.pattern.search(text) else None


def cause(identity: str) -> Cause:
    """The cause of this id."""
    return next(entry.cause for entry in (*TABLE, TRACEBACK, UNKNOWN) if entry.cause.id == identity)
