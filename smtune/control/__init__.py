"""Tuning jobs, stopped and deleted."""

from smtune.control.delete import DeleteOptions as DeleteOptions
from smtune.control.delete import delete as delete
from smtune.control.stop import stop as stop
