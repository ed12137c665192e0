"""Tuning jobs, stopped."""

from smtune.control.stop import stop as stop
