"""Anybody's tuning job, in a file or on the service -> the spec that would make the same one again.

What asks the service is in `smtune.clone.running` and `smtune.clone.job`: the names here need no boto3.
"""

from smtune.clone.annotate import annotate as annotate
from smtune.clone.change import changed as changed
from smtune.clone.file import read_document as read_document
from smtune.clone.file import read_job as read_job
from smtune.clone.file import read_tags as read_tags
from smtune.clone.write import Clone as Clone
from smtune.clone.write import clone_request as clone_request
from smtune.clone.write import region_of as region_of
from smtune.clone.write import write_clone as write_clone
