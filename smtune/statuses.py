"""The service's words for where a tuning job or a training job is. One that is not here is neither over nor running."""

from __future__ import annotations

RUNNING = ("InProgress", "Stopping")
TERMINAL = ("Completed", "Failed", "Stopped")
