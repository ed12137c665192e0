"""Which service a request is for: the credential scope of its signature says so, as AWS's own endpoints demand.

Only the scope is read. Keys and signatures are neither checked nor kept: whoever can reach 127.0.0.1 is trusted, as
long as there is an Authorization header, which no page in a browser can send to another origin without asking first.
A page that has its own name lead to 127.0.0.1 is of the same origin, so the Host must be this machine's, too.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from smtune.local.http.message import Request

_SCOPE = re.compile(r"Credential=[^/,\s]+/\d{8}/[^/]+/([^/]+)/aws4_request")
_OURS = {"logs": "logs", "monitoring": "cloudwatch", "sts": "sts"}


class ForbiddenError(Exception):
    """A request that no AWS client of this machine sends; the message says why."""


def service_of(request: Request) -> str | None:
    """The engine's service that answers, by botocore's name; None for one that is not ours.

    Raises ForbiddenError.
    """
    if not _is_here(request.headers.get("host", "")):
        message = "The Host is not this machine: use 127.0.0.1 or localhost"
        raise ForbiddenError(message)
    scope = _SCOPE.search(request.headers.get("authorization", ""))
    if scope is None:
        if _is_presigned_for_s3(request):
            return None
        message = "The request is not signed: give your client any credentials"
        raise ForbiddenError(message)
    name = scope[1]
    if name == "sagemaker":
        # Both sign alike; only the metrics' operations have paths of their own.
        return "sagemaker" if request.path == "/" else "sagemaker-metrics"
    return _OURS.get(name)


def _is_here(host: str) -> bool:
    try:
        name = (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:  # a bracket too few, say
        return False
    return name in {"127.0.0.1", "::1", "localhost"} or name.endswith(".localhost")


def _is_presigned_for_s3(request: Request) -> bool:
    """A link to an object, signed in either of the versions that boto3 writes."""
    query = parse_qs(request.target.partition("?")[2])
    scope = query.get("X-Amz-Credential", [""])[0]
    return scope.endswith("/s3/aws4_request") or {"AWSAccessKeyId", "Signature"} <= set(query)
