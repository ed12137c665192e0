"""Parts of the rows -> S3, each content once: what is there already stays."""

from __future__ import annotations

import tempfile
from pathlib import Path

import boto3

from smtune.data.upload.send import send
from smtune.data.upload.settings import Sent
from smtune.errors import ServiceError
from smtune.growth.planned import GrowthPlan
from smtune.plan import Upload

_DENIED = ("AccessDenied", "AllAccessDisabled", "403")


def place_parts(session: boto3.Session, plan: GrowthPlan) -> tuple[int, int]:
    """Write and send the parts that training jobs to start read; (parts, bytes sent), 0 where they are there.

    Raises ServiceError, with the way out where writing is refused.
    """
    parts, size = 0, 0
    for part in plan.parts_to_place:
        with tempfile.TemporaryDirectory(prefix="smtune-", ignore_cleanup_errors=True) as folder:
            files = plan.source.write(plan.options.seed, part, Path(folder))
            sent = _sent(session, plan, [Upload(path, f"{plan.place(part)}/{name}") for path, name in files])
        parts += bool(sent.sent_files)
        size += sent.sent_bytes
    return parts, size


def _sent(session: boto3.Session, plan: GrowthPlan, uploads: list[Upload]) -> Sent:
    try:
        return send(session, uploads, plan.options.uploads)
    except ServiceError as error:
        if error.code not in _DENIED:
            raise
        said = str(error).removeprefix(f"{error.code}: ")
        message = f"{plan.prefix} may not be written to: {said}\n    put the parts elsewhere: --to s3://BUCKET/PREFIX"
        raise ServiceError(error.code, message) from error
