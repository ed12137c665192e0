"""Numbers as the sentences about training jobs write them."""

from __future__ import annotations

_LEAST = 1e-4


def tell_chance(p: float) -> str:
    """As `chance 0.025`. Far out in the tail a test's digits mean nothing: `chance below 0.0001`."""
    return f"chance {p:.2g}" if p >= _LEAST else f"chance below {_LEAST}"


def tell_share(share: float) -> str:
    """As `12 %`."""
    return f"{100 * share:.0f} %"


def tell_jobs(count: int) -> str:
    """As `1 training job`, `20 training jobs`."""
    return f"{count} training job{'' if count == 1 else 's'}"


def tell_value(value: float) -> str:
    """A hyperparameter's value: whole numbers with all their digits, others with six."""
    return f"{value:.0f}" if value == round(value) and abs(value) < 1e15 else f"{value:.6g}"
