"""What conftest's guards raise: here, because there may be more than one conftest."""

from __future__ import annotations


class NetworkUsedError(AssertionError):
    """A test tried to leave this machine."""
