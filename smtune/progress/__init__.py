"""A tuning job, watched: where it stands, one state after another to its end, and what a script waits for."""

from smtune.progress.duration import parse_duration as parse_duration
from smtune.progress.listing import Chosen as Chosen
from smtune.progress.listing import list_tuning_jobs as list_tuning_jobs
from smtune.progress.look import describe as describe
from smtune.progress.look import look as look
from smtune.progress.look import tags as tags
from smtune.progress.portrait import Portrait as Portrait
from smtune.progress.portrait import portray as portray
from smtune.progress.recent import TrainingJob as TrainingJob
from smtune.progress.recent import short_reason as short_reason
from smtune.progress.requirement import Check as Check
from smtune.progress.requirement import Requirement as Requirement
from smtune.progress.requirement import parse_requirement as parse_requirement
from smtune.progress.state import Progress as Progress
from smtune.progress.waiting import Outcome as Outcome
from smtune.progress.waiting import WaitOptions as WaitOptions
from smtune.progress.waiting import await_end as await_end
from smtune.progress.waiting import wait as wait
from smtune.progress.watching import Watching as Watching
from smtune.progress.watching import watch as watch
