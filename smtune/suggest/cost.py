"""What the next tuning job costs, going by the last one."""

from __future__ import annotations

from dataclasses import dataclass

from smtune.durations import in_words
from smtune.estimate.money import in_words as money_in_words


@dataclass(frozen=True)
class Effort:
    """What one training job of the last tuning job took."""

    seconds: float
    """Of training, on average."""
    money: float | None = None
    """None on this machine, or where the price is not known."""
    currency: str = "USD"


def tell_cost(effort: Effort | None, jobs: int | None) -> str:
    """In words; empty where nothing is known."""
    if effort is None or jobs is None:
        return ""
    total = f"about {jobs} training jobs of {in_words(effort.seconds)}, {in_words(jobs * effort.seconds)} in all"
    money = "" if effort.money is None else f", {money_in_words(jobs * effort.money, effort.currency)}"
    return f"{total}{money}, if they take as long as the last ones"
