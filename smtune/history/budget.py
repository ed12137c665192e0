"""What the tuning job was allowed and did not use, and what was cut off by a limit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from smtune.history.model import History, Run
from smtune.history.observation import Observation, Value, too_few
from smtune.history.words import tell_jobs
from smtune.statuses import RUNNING

PASSES = frozenset(
    {"epochs", "epoch", "num_epochs", "max_epochs", "n_epochs", "num_round", "num_rounds", "num_boost_round"}
    | {"iterations", "num_iterations", "max_iter", "max_steps", "steps"}
)
"""Hyperparameters (lower case, `_` for `-`) that say how often a training job goes over its rows."""
_NEARLY = 0.98
_OUT_OF_TIME = "MaxRuntimeExceeded"


def observe_budget(history: History) -> Iterator[Observation]:
    """Jobs that were never started, training jobs that were cut off or stopped early, epochs that were not used."""
    yield _jobs_left(history)
    if not history.runs:
        return
    yield _runtime_hit(history)
    yield _stopped_early(history)
    yield _epochs_left(history)


def _jobs_left(history: History) -> Observation:
    limits, count = history.limits, len(history.runs)
    if limits.jobs is None or limits.status in RUNNING:
        reason = "it still runs" if limits.status in RUNNING else "no limit of its own is known"
        return too_few(
            "jobs_left", f"Whether the tuning job used its training jobs cannot be told: {reason}.", jobs=count
        )
    numbers: dict[str, Value] = {"jobs": count, "allowed": limits.jobs, "why": _why(history)}
    if count < limits.jobs:
        sentence = f"{limits.jobs - count} of {limits.jobs} training jobs were never started: {_why(history)}."
        return Observation("jobs_left", "present", sentence, None, numbers)
    return Observation("jobs_left", "absent", f"All {limits.jobs} training jobs were used.", None, numbers)


def _why(history: History) -> str:
    limits = history.limits
    if limits.seconds and (limits.used_seconds or 0.0) >= _NEARLY * limits.seconds:
        return "the tuning job's own time limit was reached"
    words = {"Stopped": "the tuning job was stopped", "Failed": "the tuning job failed"}
    return words.get(
        limits.status, "the tuning job ended before, by a completion criterion or for want of configurations"
    )


def is_out_of_time(run: Run, limit: float | None) -> bool:
    """Whether a training job was ended by its limit of time."""
    if run.reason == _OUT_OF_TIME:
        return True
    return run.status == "Stopped" and limit is not None and run.seconds is not None and run.seconds >= _NEARLY * limit


def _runtime_hit(history: History) -> Observation:
    limit, count = history.limits.job_seconds, len(history.runs)
    hit = [run for run in history.runs if is_out_of_time(run, limit)]
    longest = max((run.seconds for run in history.runs if run.seconds is not None), default=None)
    numbers: dict[str, Value] = {"hit": len(hit), "jobs": count, "limit_seconds": limit, "longest_seconds": longest}
    if hit:
        of = "" if limit is None else f" of {limit:g} s"
        sentence = f"{len(hit)} of {tell_jobs(count)} cut off by the limit of time{of}, unfinished."
        return Observation("runtime_hit", "present", sentence, None, numbers)
    if longest is None:
        return Observation("runtime_hit", "not enough evidence", "No training job says how long it ran.", None, numbers)
    return Observation("runtime_hit", "absent", "No training job was cut off by its limit of time.", None, numbers)


def _stopped_early(history: History) -> Observation:
    limit, count = history.limits.job_seconds, len(history.runs)
    stopped = [run for run in history.runs if run.status == "Stopped" and not is_out_of_time(run, limit)]
    best = {history.sample.runs[int(index)].name for index in history.sample.top}
    among = sum(run.name in best for run in stopped)
    numbers = {"stopped": len(stopped), "jobs": count, "among_best": among}
    if not stopped:
        return Observation("stopped_early", "absent", "No training job was stopped early.", None, numbers)
    among_best = f", {among} of them among the best {len(best)}" if best else ""
    sentence = f"{len(stopped)} of {tell_jobs(count)} stopped early{among_best}."
    return Observation("stopped_early", "present", sentence, None, numbers)


def _epochs_left(history: History) -> Observation:
    """Training jobs that ended by themselves before the epochs that they were given."""
    known = _printed(history)
    if not known:
        reason = "No hyperparameter and no curve say how many epochs there were and could have been."
        return too_few("epochs_left", reason)
    name = known[0][0]
    left = sum(points < _NEARLY * most - 1 for _, most, points in known)
    if any(points > most + 1 for _, most, points in known):
        reason = f"{history.metric} is printed more often than {name} says: epochs are unknown."
        return too_few("epochs_left", reason, name)
    sentence = f"{left} of {tell_jobs(len(known))} printed fewer values of {history.metric} than {name} allows."
    numbers = {"left": left, "jobs": len(known)}
    if left < len(known):
        return Observation("epochs_left", "absent", sentence, name, numbers)
    if _is_regular(known):
        reason = f"{sentence} All the same share of it: it may be printed more rarely, or they ended before."
        return Observation("epochs_left", "not enough evidence", reason, name, numbers)
    return Observation("epochs_left", "present", f"{sentence} The limit was never reached.", name, numbers)


def _printed(history: History) -> list[tuple[str, float, int]]:
    """Of each completed run the hyperparameter that says its epochs, how many, and how many values it printed."""
    runs = [(run, len(run.curves.get(history.metric, ()))) for run in history.runs if run.status == "Completed"]
    return [(name, most, points) for run, points in runs if points > 1 for name, most in _passes(history, run)]


def _is_regular(known: Sequence[tuple[str, float, int]]) -> bool:
    """Whether all printed one value for so many epochs, which ending early would hardly come to."""
    share = sum(points for _, _, points in known) / sum(most for _, most, _ in known)
    return all(abs(points - share * most) <= 1 for _, most, points in known)


def _passes(history: History, run: Run) -> list[tuple[str, float]]:
    """The number of epochs of a run, by the one hyperparameter that says it."""
    values = {**history.static, **run.hyperparameters}
    found = [(name, value) for name, value in values.items() if name.lower().replace("-", "_") in PASSES]
    numbers = [
        (name, float(value)) for name, value in found if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    return numbers if len(numbers) == 1 else []
