"""The rules that only the service, an account or a running training job can decide, and who looks at them instead."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

OFFLINE_UNKNOWABLE: Mapping[str, str] = MappingProxyType(
    {
        "R1-taken": "Whether a job's name is taken in the account: each launch adds a suffix that is unique.",
        "R19": "How many tuning jobs of the account run now (at most 100): the service counts them.",
        "R23": "Whether the objective metric is really printed: `smtune metrics test` tries the regexes on a log.",
        "R35-objects": "Whether there are objects under an S3 prefix: the service looks when the job is created.",
        "R46": "The account's quotas of instances, against parallel jobs times instances per job: the plan says how "
        "many instances run at once.",
        "R47": "Errors of the service (a name in use, a limit reached, a role that is too new): whoever launches "
        "meets them.",
        "R48": "How a job ends, as after five failures without a success: whoever watches it sees that.",
        "R50": "How training jobs are listed: page size, order and what a summary leaves out concern reading only.",
    }
)
"""Id -> why no file can tell."""
