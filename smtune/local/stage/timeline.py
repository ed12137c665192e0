"""A script -> everything that happens in its training job, each thing at its time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from smtune.local.limits import TimeLimit
from smtune.local.records import Transition
from smtune.local.stage.script import Script

_PREPARING = "Preparing the instances for training"
_TRAINING = "Training image download completed. Training in progress."


@dataclass(frozen=True)
class Event:
    """What happens at one moment of a training job."""

    time: float
    """In seconds since its creation."""
    steps: tuple[str, ...] = ()
    """Secondary statuses that it goes through."""
    values: Mapping[str, float] = field(default_factory=dict)
    """Metrics that it prints."""
    line: str | None = None
    """What it prints besides."""
    is_end: bool = False
    exceeded: TimeLimit | None = None
    """The time limit that ends it."""


@dataclass(frozen=True)
class Terms:
    """What a training job's request grants it."""

    seconds: float = math.inf
    """Of training; those without an instance do not count."""
    wait: float = math.inf
    """Seconds from its creation to its end, with those without an instance."""
    resumes: bool = True
    """Whether it goes on where it was after an interruption, from its checkpoints; else it begins again."""


def timeline(script: Script, objective: str, terms: Terms) -> tuple[Event, ...]:
    """The events of a training job, in their order; the last one is its end."""
    return tuple(_until(terms.wait, _events(script, objective, terms)))


def message_of(step: str) -> str:
    """The service's words for a secondary status."""
    return {
        "Starting": _PREPARING,
        "Downloading": "Downloading input data",
        "Training": _TRAINING,
        "Interrupted": "The managed spot training instances were interrupted",
    }[step]


def steps_at(event: Event, began: float) -> tuple[Transition, ...]:
    """An event's secondary statuses, for a training job that was created at `began`."""
    return tuple(Transition(step, began + event.time, message_of(step)) for step in event.steps)


def _until(wait: float, events: Iterator[Event]) -> Iterator[Event]:
    """The events, as far as they come within `wait` seconds."""
    for event in events:
        if event.time > wait:
            yield Event(wait, is_end=True, exceeded="MaxWaitTime")
            return
        yield event


def _events(script: Script, objective: str, terms: Terms) -> Iterator[Event]:
    at, spent, done = script.startup, 0.0, 0.0
    yield Event(at, steps=("Downloading", "Training"))
    for cut in (*sorted(script.interrupted), math.inf):
        left, allowed = script.seconds - done, terms.seconds - spent
        stretch = max(0.0, min(left, allowed, cut - spent))
        is_whole = stretch == left
        yield from _prints(script, objective, (done, math.inf if is_whole else done + stretch), at - done)
        at, spent, done = at + stretch, spent + stretch, done + stretch
        if is_whole or stretch == allowed:
            yield Event(at, is_end=True, exceeded=None if is_whole else "MaxRuntime")
            return
        yield Event(at, steps=("Interrupted",))
        yield Event(at + script.away, steps=("Starting",))
        at += script.away + script.startup
        yield Event(at, steps=("Downloading", "Training"))
        done = done if terms.resumes else 0.0


def _prints(script: Script, objective: str, span: tuple[float, float], shift: float) -> Iterator[Event]:
    """What is printed in a span of the seconds of training; `shift` leads to its time."""
    after, until = span
    curves = {**({objective: script.curve} if script.curve and objective else {}), **script.metrics}
    printed: dict[float, dict[str, float]] = {}
    for name, values in curves.items():
        for index, value in enumerate(values):
            printed.setdefault(script.seconds * ((index + 1) / len(values)), {})[name] = value
    found = [Event(time, values=values) for time, values in printed.items()]
    found += [
        Event(script.seconds * ((index + 1) / len(script.lines)), line=line) for index, line in enumerate(script.lines)
    ]
    for event in sorted(found, key=lambda each: each.time):
        if after < event.time <= until:
            yield Event(event.time + shift, values=event.values, line=event.line)
