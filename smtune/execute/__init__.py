"""A plan, carried out: uploads, then the tuning job."""

from smtune.execute.launch import launch as launch
