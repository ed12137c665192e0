"""How a program that stands for a training container fails: the containers' own two names, and their exit code."""

from __future__ import annotations

from smtune.errors import JobError


class UserError(JobError):
    """The data, a hyperparameter or a channel is wrong."""


class AlgorithmError(JobError):
    """The library that trains gave up."""
