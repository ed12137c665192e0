"""A place on S3 -> files on this machine, for as long as they are read; no more of it than is asked for."""

from smtune.data.compare.stored.copy import Copy as Copy
from smtune.data.compare.stored.copy import fetched as fetched
