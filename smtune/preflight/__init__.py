"""Before a launch: what would keep a tuning job from running, on AWS or on this machine, and what mends it."""

from smtune.preflight.check import Check as Check
from smtune.preflight.check import State as State
from smtune.preflight.examine import examine as examine
from smtune.preflight.machine import examine_machine as examine_machine
from smtune.preflight.subject import Subject as Subject
