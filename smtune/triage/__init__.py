"""Why training jobs failed: grouped by cause, with the lines that say so, where in the search space, and the fix."""

from smtune.triage.model import Cause as Cause
from smtune.triage.model import Failure as Failure
from smtune.triage.model import Group as Group
from smtune.triage.model import Region as Region
from smtune.triage.model import Triage as Triage
from smtune.triage.why import why as why
