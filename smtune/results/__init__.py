"""A tuning job's training jobs as data."""

from smtune.results.calls import Calls as Calls
from smtune.results.curves import curves as curves
from smtune.results.pull import Trials as Trials
from smtune.results.pull import pull as pull
from smtune.results.table import METRIC_PREFIX as METRIC_PREFIX
from smtune.results.table import PREFIX as PREFIX
from smtune.results.trials import Best as Best
from smtune.results.trials import best_by as best_by
from smtune.results.trials import best_training_job as best_training_job
from smtune.results.trials import learning_curves as learning_curves
from smtune.results.trials import training_jobs as training_jobs
