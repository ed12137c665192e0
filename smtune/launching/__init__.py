"""A spec, or a plan that was saved -> its tuning job, launched exactly once."""

from smtune.launching.ready import Circumstances as Circumstances
from smtune.launching.ready import Ready as Ready
from smtune.launching.ready import ready as ready
from smtune.launching.saved import launch_plan as launch_plan
from smtune.launching.spec import launch_again as launch_again
from smtune.launching.spec import launch_fresh as launch_fresh
from smtune.launching.spec import launch_spec as launch_spec
