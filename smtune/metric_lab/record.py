"""What was read from a log, as JSON. nan and infinity are null: `captured` has the text."""

from __future__ import annotations

import dataclasses
from typing import Any

from smtune.metric_lab.capture import Capture
from smtune.metric_lab.examine import Examination, Examined
from smtune.metric_lab.suggest import Suggestion, Suggestions, print_line
from smtune.metric_lab.tally import Value
from smtune.metric_lab.text import finite

Json = dict[str, Any]


def record_examination(examination: Examination) -> Json:
    """All metrics; `passed` is what the exit code says."""
    goal = examination.goal
    return {
        "passed": examination.passed,
        "lines": examination.lines,
        "lines_left_out": examination.left_out,
        "objective": goal.metric if goal else None,
        "objective_captured": examination.objective_captured,
        "metrics": [_metric(item) for item in examination.metrics],
    }


def record_suggestions(suggestions: Suggestions) -> Json:
    """`metrics` are those to put into a spec, `others` what else has a name; `print` is for a log without metrics."""
    chosen = suggestions.metrics
    return {
        "lines": suggestions.lines,
        "lines_left_out": suggestions.left_out,
        "metrics": [_suggestion(item) for item in chosen],
        "others": [_suggestion(item) for item in suggestions.found if item not in chosen],
        "print": dataclasses.asdict(print_line("validation:rmse")),
    }


def _metric(item: Examined) -> Json:
    return {
        "name": item.name,
        "regex": item.regex,
        "objective": item.is_objective,
        "ok": not item.flaws,
        "lines": item.lines,
        "values": item.values,
        "first": _value(item.first),
        "last": _value(item.last),
        "best": _value(item.best),
        "flaws": [dataclasses.asdict(flaw) for flaw in item.flaws],
        "note": item.note,
        "proposal": _suggestion(item.proposal) if item.proposal else None,
        "print": dataclasses.asdict(item.to_print) if item.to_print else None,
        "captures": [_capture(capture) for capture in item.captures],
    }


def _capture(capture: Capture) -> Json:
    return {
        "line": capture.line,
        "text": capture.text,
        "match": list(capture.match),
        "group": list(capture.group) if capture.group[0] >= 0 else None,
        "captured": capture.captured,
        "value": finite(capture.value),
        "problem": capture.problem,
    }


def _suggestion(item: Suggestion) -> Json:
    values = {name: finite(getattr(item, name)) for name in ("first", "last", "lowest", "highest")}
    return dataclasses.asdict(item) | values


def _value(value: Value | None) -> Json | None:
    return None if value is None else {"value": finite(value.number), "line": value.line}
