"""What a report is made of: plain frozen values, gathered once, drawn and written without another call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from smtune.results.side_by_side import Comparison
from smtune.results.spending import Spending
from smtune.run import Report
from smtune.triage import Triage

Value = float | int | str
Verdict = Literal["present", "absent", "unclear"]
Kind = Literal["number", "integer", "category"]
Role = Literal["best", "median"]


@dataclass(frozen=True)
class Row:
    """One training job."""

    number: int
    """From 1, in the order in which they were created."""
    name: str
    status: str
    objective: float | None
    seconds: float | None
    values: Mapping[str, Value]
    """Tuned hyperparameter -> its value."""
    definition: str = ""
    """The algorithm, where the tuning job has several."""
    is_early: bool = False
    """Whether it was stopped before its end."""

    @property
    def result(self) -> float | None:
        """The objective, if it counts: that of a training job that failed does not."""
        return None if self.status == "Failed" else self.objective


@dataclass(frozen=True)
class Axis:
    """One tuned hyperparameter, with the scale on which it is searched."""

    name: str
    kind: Kind
    low: float = 0.0
    high: float = 1.0
    scale: str = "linear"
    """`linear`, `log` or `reverse-log`; a range that leaves it to the service has the one that it would take."""
    choices: tuple[str, ...] = ()
    """Of a category: the values, in their order."""


@dataclass(frozen=True)
class Bar:
    """A hyperparameter's importance: its share of what the objective varies, from 0 to 1, with an interval."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    is_shown: bool = True
    """Whether it is more than chance."""


@dataclass(frozen=True)
class Lesson:
    """What all training jobs together answer to one question."""

    verdict: str
    """`present`, `absent` or `not enough evidence`."""
    sentence: str


@dataclass(frozen=True)
class Curve:
    """One metric of one training job, step by step."""

    role: Role
    training_job: str
    objective: float
    metric: str
    place: str
    """`train` or `validation`."""
    steps: tuple[float, ...]
    values: tuple[float, ...]
    lost: int = 0
    """Values that are infinite or no numbers, and not among these."""


@dataclass(frozen=True)
class Rung:
    """A step of the error ladder: the loss at one place, in percent where it is a rate."""

    label: str
    value: float
    low: float | None
    high: float | None
    text: str = ""
    """The value as people write it."""
    rows: int | None = None
    """How many examples it was measured on, where that is known."""


@dataclass(frozen=True)
class GapLine:
    """The step between two rungs, and what it means."""

    name: str
    start: str
    end: str
    value: float | None
    low: float | None
    high: float | None
    text: str
    span: str
    """The interval as people write it."""
    share: str
    verdict: Verdict
    said: str
    """The verdict in words."""
    needed: str = ""
    """What would settle it, where the evidence is not enough."""


@dataclass(frozen=True)
class Advice:
    """One thing to do next."""

    title: str
    why: str
    hints: tuple[str, ...] = ()
    """Hyperparameters, as `max_depth up`."""


@dataclass(frozen=True)
class Answer:
    """One step of the way through the ladder: what was asked, what the numbers answered, where that led."""

    question: str
    numbers: str
    answer: str
    leads_to: str


@dataclass(frozen=True)
class Ladder:
    """A diagnosis as the report shows it."""

    headline: str
    metric: str
    """As the training jobs call it on validation."""
    loss: str
    """What the values are, as `error`."""
    unit: str
    """`%` for a rate, else empty."""
    confidence: str
    """Of the intervals, as people write it: `95 %`."""
    rungs: tuple[Rung, ...]
    gaps: tuple[GapLine, ...]
    path: tuple[Answer, ...]
    findings: tuple[Advice, ...]
    advice: tuple[Advice, ...]
    assumptions: tuple[str, ...]
    rows: tuple[str, ...] = ()
    """What the rows say of a mismatch: the verdict, and the columns that differ."""


@dataclass(frozen=True)
class Fact:
    """A line of a list of facts."""

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Origin:
    """Where a tuning job comes from: enough to make it again, no secret."""

    facts: tuple[Fact, ...]
    channels: tuple[tuple[str, str, str, str], ...]
    """Channel, S3 URI, content type, hash of its content where smtune uploaded it."""
    tags: Mapping[str, str]
    spec: str
    """As YAML; empty where the request cannot be said as one."""
    request: str
    """As JSON."""


@dataclass(frozen=True)
class Other:
    """A tuning job that is compared with: its objectives in the order of creation."""

    name: str
    objectives: tuple[float | None, ...]


@dataclass(frozen=True)
class ReportData:
    """Everything that is told of one tuning job."""

    outcome: Report
    rows: tuple[Row, ...]
    axes: tuple[Axis, ...]
    curves: tuple[Curve, ...]
    ladder: Ladder | None
    importance: tuple[Bar, ...]
    lessons: tuple[Lesson, ...]
    spending: Spending
    triage: Triage | None
    """None where the failures cannot be read: a note says why."""
    origin: Origin
    is_local: bool
    """Whether it ran on the local engine, and cost nothing."""
    comparison: Comparison | None = None
    others: tuple[Other, ...] = ()
    notes: tuple[str, ...] = ()
    """What could not be shown, and why."""

    @property
    def name(self) -> str:
        return self.outcome.progress.name

    @property
    def metric(self) -> str:
        return self.outcome.objective[0]

    @property
    def is_maximized(self) -> bool:
        return self.outcome.objective[1] == "Maximize"

    @property
    def best_name(self) -> str:
        """The best training job; empty while there is none."""
        return self.outcome.best.name if self.outcome.best is not None else ""

    @property
    def ranked(self) -> tuple[Row, ...]:
        """The training jobs that completed or were stopped with an objective: the best, then by objective.

        One that was stopped may have a better one than the best, which is what the service says it is.
        """
        sign, best = -1.0 if self.is_maximized else 1.0, self.best_name
        found = [row for row in self.rows if row.result is not None]
        return tuple(sorted(found, key=lambda row: (row.name != best, sign * (row.objective or 0.0), row.number)))

    def _repr_html_(self) -> str:
        """For notebooks: the whole report in a frame of its own."""
        from smtune.reporting.html import to_frame

        return to_frame(self)
