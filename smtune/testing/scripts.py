"""How training jobs are to go, as a test says it: the last word about a training job holds, part by part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypedDict, TypeVar

from smtune.local.stage import Cue, Script, ScriptError, read_values
from smtune.local.stage.surrogate import surrogate_curve

Hyperparameters = Mapping[str, Any]
"""All of a training job's: a number is a number (int or float), anything else is text."""
Part = TypeVar("Part")
Said: TypeAlias = Callable[[Hyperparameters], Part] | Part
"""What a function says of a training job's hyperparameters, or the same for every one."""
Numbers = float | Sequence[float]


class Parts(TypedDict, total=False):
    """What can be said of a training job: `LocalService.script` documents each."""

    curve: Said[Numbers]
    seconds: Said[float]
    metrics: Said[Mapping[str, Numbers]]
    lines: Said[Sequence[str] | str]
    fails: Said[str | None]
    interrupted: Said[Numbers | None]
    away: Said[float]
    startup: Said[float]
    model: Said[Mapping[str, str]]


NAMES = tuple(Parts.__annotations__)


@dataclass(frozen=True)
class Words:
    """What was said of some training jobs."""

    parts: Mapping[str, Any]
    number: int | None
    attempt: int | None

    def are_about(self, cue: Cue) -> bool:
        """Whether a training job is meant."""
        return self.number in (None, cue.number) and self.attempt in (None, cue.attempt)


@dataclass
class Prompter:
    """Makes each training job's script of all that was said; what nobody said is as a surrogate has it."""

    seed: int = 0
    _said: list[Words] = field(default_factory=list)

    def say(self, words: Words) -> None:
        self._said.append(words)

    def __call__(self, cue: Cue) -> Script:
        hyperparameters = read_values(cue.hyperparameters)
        parts: dict[str, Any] = {}
        for words in self._said:
            if words.are_about(cue):
                parts |= words.parts
        found = {name: part(hyperparameters) if callable(part) else part for name, part in parts.items()}
        if "curve" in found:
            found["curve"] = _several("curve", found["curve"])
        elif "lines" not in found:
            found["curve"] = surrogate_curve(cue, self.seed)
        if isinstance(found.get("lines"), str):
            found["lines"] = found["lines"].splitlines()  # not a line for each letter
        if "interrupted" in found:
            found["interrupted"] = _several("interrupted", found["interrupted"])
        if "metrics" in found:
            found["metrics"] = {name: _several(name, values) for name, values in found["metrics"].items()}
        return Script(**found)


def _several(name: str, said: Any) -> Sequence[float]:
    """Numbers, of which one may stand alone."""
    if said is None:
        return ()
    try:
        return tuple(map(float, said)) if isinstance(said, Sequence) or hasattr(said, "__iter__") else (float(said),)
    except (TypeError, ValueError):
        message = f"{name}={said!r} is neither a number nor several"
        raise ScriptError(message) from None
