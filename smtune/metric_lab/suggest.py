"""A sample log -> metrics with proven regexes, ready for a spec."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from smtune.metric_lab.log import Line, Sample
from smtune.metric_lab.metric_name import Role, metric_name, role_of, words_of
from smtune.metric_lab.regex import literal, prove
from smtune.metric_lab.series import Series, collect

_ORDER: Mapping[Role, int] = {"metric": 0, "number": 1, "counter": 2}
_PLACES = ("validation:", "train:", "test:")
_PLAIN_KEY = re.compile(
    r"(?!(?:y|n|yes|no|on|off|true|false|null|nan|inf)$)[A-Za-z_][\w./@-]*(?::[\w./@-]+)*", re.ASCII
)


@dataclass(frozen=True)
class Suggestion:
    """One metric that a log holds."""

    metric: str
    """The name for the spec, as `validation:loss`."""
    printed: str
    """What the log calls it."""
    role: Role
    regex: str
    """Proven on the log; empty where no regex tells this series from others."""
    lines: int
    """How many lines carry a value."""
    first: float
    last: float
    lowest: float
    """nan when every value is."""
    highest: float


@dataclass(frozen=True)
class Suggestions:
    """What a log has to offer, the most likely metrics first."""

    found: tuple[Suggestion, ...]
    lines: int
    left_out: int
    """Lines in the middle of a huge log that were not looked at."""

    @property
    def metrics(self) -> tuple[Suggestion, ...]:
        """Those worth a place in a spec: by their names, or, where no name says so, because they change."""
        proven = [item for item in self.found if item.regex and item.role != "counter"]
        named = [item for item in proven if item.role == "metric"]
        return tuple(named or [item for item in proven if item.lowest < item.highest])

    def to_yaml(self) -> str:
        """The `metrics:` block of a spec; empty when there is no metric."""
        lines = [f"  {_yaml_key(item.metric)}: {_quoted(item.regex)}" for item in self.metrics]
        return "\n".join(["metrics:", *lines, ""]) if lines else ""


def suggest(lines: Iterable[Line]) -> Suggestions:
    """What `lines` hold. Of a huge log (above 16 million characters, or 100,000 lines) the middle is left out."""
    sample = Sample()
    for line in lines:
        sample.add(line)
    return suggest_from(sample)


def suggest_from(sample: Sample) -> Suggestions:
    """`suggest` for a log that was read already."""
    lines = sample.lines()
    series, _ = collect(lines)
    names = _metric_names([item.example.name for item in series])
    found = [_suggestion(item, name, prove(item, lines) or "") for item, name in zip(series, names, strict=True)]
    found.sort(key=lambda item: (_ORDER[item.role], _place(item.metric)))
    return Suggestions(tuple(found), sample.total, sample.left_out)


@dataclass(frozen=True)
class PrintLine:
    """A line of Python that prints a metric, and the regex that reads what it prints."""

    code: str
    regex: str


def print_line(metric: str) -> PrintLine:
    """How to print `metric`; the value is expected in `value`."""
    name = re.sub(r"[^\w@./-]+", "-", metric).strip("-") or "metric"
    return PrintLine(f'print(f"{name}={{value:.10g}}", flush=True)', rf"(?:^|\s){literal(name)}=([-+.\w]+)")


def _place(metric: str) -> int:
    return next((index for index, start in enumerate(_PLACES) if metric.startswith(start)), len(_PLACES))


def _suggestion(series: Series, metric: str, regex: str) -> Suggestion:
    values = [reading.value for reading in series.last_a_line]
    numbers = [value for value in values if not math.isnan(value)] or [math.nan]
    name = series.example.name
    return Suggestion(
        metric, name, role_of(name), regex, len(values), values[0], values[-1], min(numbers), max(numbers)
    )


def _metric_names(printed: list[str]) -> list[str]:
    """A name for each, no two of them alike."""
    wanted = [metric_name(name) for name in printed]
    # Keras, Lightning and Hugging Face print `loss` for the training set, beside `val_loss` or `eval_loss`.
    wanted = [
        f"train:{name}" if f"validation:{name}" in wanted and f"train:{name}" not in wanted else name for name in wanted
    ]
    names = list[str]()
    for name, own in zip(wanted, printed, strict=True):
        plain = "_".join(words_of(own)) or "metric"
        choices = [name, plain, *(f"{plain}_{number}" for number in range(2, len(printed) + 2))]
        names.append(next(choice for choice in choices if choice not in names))
    return names


def _yaml_key(name: str) -> str:
    return name if _PLAIN_KEY.fullmatch(name) else _quoted(name)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
