"""A tuning job's training jobs as data."""

from smtune.results.trials import PREFIX as PREFIX
from smtune.results.trials import Best as Best
from smtune.results.trials import best_training_job as best_training_job
from smtune.results.trials import learning_curves as learning_curves
from smtune.results.trials import training_jobs as training_jobs
