"""How the built-in algorithms with images of their own report their metrics: `#quality_metric` lines."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from smtune.algorithms.quality_metrics import LINE
from smtune.local.programs.failures import UserError
from smtune.local.programs.folder import run_program

_LOG = logging.getLogger(__name__)
_HOST = "algo-1"


def run_algorithm(train: Callable[[Path], None], arguments: Sequence[str]) -> int:
    """`run_program` with these algorithms' form of a log line."""
    line, day = "[%(asctime)s %(levelname)s %(process)d] %(message)s", "%m/%d/%Y %H:%M:%S"
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format=line, datefmt=day)
    return run_program(train, arguments)


def report(data: str, metric: str, value: float, *, loss: bool, epoch: int | None = None) -> None:
    """One line; `data` is train, validation or test."""
    when = "" if epoch is None else f"epoch={epoch}, "
    _LOG.info("%s%s, %s%s %s <%s>=%s", LINE, _HOST, when, data, metric, "loss" if loss else "score", value)


def report_all(data: str, metrics: Mapping[str, tuple[float, bool]]) -> None:
    """A line for each metric: its value, and whether it is a loss."""
    for name, (value, loss) in metrics.items():
        report(data, name, value, loss=loss)


def check_objective(tuned: str, channels: Mapping[str, object], computed: Mapping[str, object] | None = None) -> None:
    """Raise UserError where the tuning job's objective needs a channel that is not there, or a metric not computed."""
    data, _, name = tuned.partition(":")
    if tuned and data != "train" and data not in channels:
        message = f"the objective metric {tuned} needs a channel {data}"
        raise UserError(message)
    if tuned and computed is not None and name not in computed:
        message = f"the objective metric {tuned} is not computed on this machine: take one of {', '.join(computed)}"
        raise UserError(message)
