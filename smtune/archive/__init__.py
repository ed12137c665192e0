"""A tuning job in one folder: written, verified, and read again as if it were on AWS."""

from smtune.archive.place import find_archive as find_archive
from smtune.archive.place import import_archive as import_archive
from smtune.archive.session import ArchiveSession as ArchiveSession
from smtune.archive.write import Contents as Contents
from smtune.archive.write import archive_job as archive_job
