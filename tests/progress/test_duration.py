"""Times as people write them."""

from __future__ import annotations

import pytest

from smtune.errors import UsageError
from smtune.progress import parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90.0), ("0.5", 0.5), ("30s", 30.0), ("10m", 600.0), ("2h", 7200.0), ("1h30m", 5400.0), ("7d", 604_800.0)],
)
def test_a_time_is_a_number_with_or_without_units(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds
    assert parse_duration(f" {text.upper()} ") == seconds


@pytest.mark.parametrize("text", ["", "soon", "10 minutes", "-5", "2h later", "1e3", "nan", "h"])
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="1h30m"):
        parse_duration(text)
