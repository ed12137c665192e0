"""A plan, carried out exactly once: uploads, then the tuning job, then a look at what the service made of it."""

from smtune.execute.launch import Launched as Launched
from smtune.execute.launch import LaunchOptions as LaunchOptions
from smtune.execute.launch import launch as launch
from smtune.execute.pending import Pending as Pending
