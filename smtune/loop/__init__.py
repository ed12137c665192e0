"""Tune, diagnose, apply, repeat: until nothing material is left, or the rounds or the budget are used."""

from smtune.loop.model import LoopOptions, Round
from smtune.loop.rematch import Rematch
from smtune.loop.run import run_rounds

__all__ = ["LoopOptions", "Rematch", "Round", "run_rounds"]
