"""Tuning jobs whose training jobs are only played: no process, no data, and a clock that moves when it is told to."""

from smtune.local.stage.script import Cue as Cue
from smtune.local.stage.script import Director as Director
from smtune.local.stage.script import Script as Script
from smtune.local.stage.script import ScriptError as ScriptError
from smtune.local.stage.script import read_values as read_values
from smtune.local.stage.stage import Stage as Stage
