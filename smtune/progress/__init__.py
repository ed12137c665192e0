"""A tuning job, watched."""

from smtune.progress.watch import Progress as Progress
from smtune.progress.watch import describe as describe
from smtune.progress.watch import list_tuning_jobs as list_tuning_jobs
from smtune.progress.watch import look as look
from smtune.progress.watch import tags as tags
from smtune.progress.watch import watch as watch
