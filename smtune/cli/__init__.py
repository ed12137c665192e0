"""The `smtune` command: commands load when they are called, and errors end here, each with its exit code."""

from smtune.cli.main import main

__all__ = ["main"]
