"""The metric lab: what a spec's regexes read from a log, what is wrong with it, and regexes that are right.

from smtune.metric_lab import examine, number_lines, suggest
log = ["epoch 1 val_loss=0.5", "epoch 2 val_loss=8.3e-05"]
examine([{"Name": "loss", "Regex": "val_loss=([0-9.]+)"}], number_lines(log)).flawed
suggest(number_lines(log)).to_yaml()
"""

from smtune.metric_lab.capture import Capture
from smtune.metric_lab.examine import Examination, Examined, Goal, examine
from smtune.metric_lab.flaws import Flaw
from smtune.metric_lab.log import Line, number_lines, read_log
from smtune.metric_lab.suggest import PrintLine, Suggestion, Suggestions, print_line, suggest

__all__ = [
    "Capture",
    "Examination",
    "Examined",
    "Flaw",
    "Goal",
    "Line",
    "PrintLine",
    "Suggestion",
    "Suggestions",
    "examine",
    "number_lines",
    "print_line",
    "read_log",
    "suggest",
]
