"""How many examples a hypothesis test of some length tries: all in `make thorough`, a part in the default run.

A test that takes little time has plain `settings`, and as many examples in both.
"""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings

THOROUGH = "thorough"
"""The profile of `make thorough`; conftest.py registers it."""
_PART, _FEWEST = 4, 10


def examples(number: int, **others: Any) -> settings:
    """`number` of them in `make thorough`, a fourth, and at least ten, in the default run; no health check."""
    few = min(number, max(_FEWEST, number // _PART))
    tried = number if settings.get_current_profile_name() == THOROUGH else few
    return settings(**{"max_examples": tried, "suppress_health_check": list(HealthCheck), **others})
