"""Names: those the service accepts for a job, unique within a second, and those that people give to secrets."""

from __future__ import annotations

import hashlib
import re
import secrets
import time

JOB_NAME_LENGTH = 32
JOB_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_TIME_DIGITS = 6
_RANDOM_DIGITS = 4
_SECRET = re.compile(
    r"passw(?:or)?d|passphrase|secret|credential|private_?key|(?:api|access|auth|account|encryption|signing)_?key"
    r"|(?:^|_)(?:token|pwd|pat)$|(?:api|access|auth|bearer|refresh|session|security|hub|hf|github|gitlab)_?token(?:_|$)"
)
_POINTS_TO_ONE = re.compile(
    r"_(?:arn|id|name|path|file|uri|url|length|size|count|type)$|^(?:pad|eos|bos|unk|mask|sep|cls|stop)_?token$"
)


def is_job_name(text: str) -> bool:
    """Whether the service accepts `text` as a tuning job's name (the pattern alone does not bound hyphens)."""
    return len(text) <= JOB_NAME_LENGTH and JOB_NAME.fullmatch(text) is not None


def clean(text: str) -> str:
    """`text` with every character the service refuses turned into a single hyphen."""
    return re.sub(r"[^a-zA-Z0-9]+", "-", text).strip("-")


def unique_job_name(base: str, *, now: float | None = None, token: int | None = None) -> str:
    """A tuning job name that starts with `base`, sorts by time and is unique even within a second.

    The suffix holds the second (base 36) and 4 random digits: 1.7 million names a second.
    `now` (seconds since the epoch) and `token` (a non-negative integer) make it repeatable.
    """
    seconds = int(time.time() if now is None else now)
    number = secrets.randbelow(36**_RANDOM_DIGITS) if token is None else token
    suffix = f"-{_base36(seconds, _TIME_DIGITS)}{_base36(number, _RANDOM_DIGITS)}"
    stem = clean(base)[: JOB_NAME_LENGTH - len(suffix)].rstrip("-") or "tuning"
    return stem + suffix


def training_job_name(tuning_job_name: str, number: int) -> str:
    """The name of a tuning job's `number`-th training job (from 1), the same at every call, as `job-007-1f3a9c2e`."""
    digest = hashlib.sha256(f"{tuning_job_name}/{number}".encode()).hexdigest()[:8]
    return f"{tuning_job_name}-{number:03d}-{digest}"


def _base36(number: int, width: int) -> str:
    digits = ""
    for _ in range(width):
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits


def is_secret_name(name: str) -> bool:
    """Whether people give such a name to a secret, as to DB_PASSWORD or apiKey; not to `max_tokens` or `token_path`."""
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().replace("-", "_").replace(".", "_")
    return bool(_SECRET.search(plain)) and not _POINTS_TO_ONE.search(plain)
