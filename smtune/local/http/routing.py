"""Which service a request is for, and whether it may come in.

The credential scope of its signature says the service, as AWS's own endpoints demand. Of a signature only that and the
access key id are read; it is neither checked nor kept. On 127.0.0.1 whoever can reach it is trusted, as long as there
is an Authorization header, which no page in a browser can send to another origin without asking first. A page that has
its own name lead to 127.0.0.1 is of the same origin, so the Host must be this machine's, too. Elsewhere the access key
id must be the token, which no such page knows.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from smtune.local.answers import ServiceAnswerError
from smtune.local.http.message import Request

_SCOPE = re.compile(r"Credential=([^/,\s]+)/\d{8}/[^/,\s]+/([^/,\s]+)/aws4_request")
_OLD = re.compile(r"AWS ([^:\s]+):\S+$")
_NAMES = {"monitoring": "cloudwatch"}
_LINKED = {"GET", "HEAD", "PUT", "DELETE"}
"""What a presigned URL may do: a form in a page can POST anywhere, the others take a look at the answer."""


class ForbiddenError(Exception):
    """A request that no AWS client sends, or none of this machine; the message says why."""


@dataclass(frozen=True)
class Signed:
    """What a signature says without being checked."""

    key: str
    """The access key id."""
    scope: str
    """The service, as signatures name it."""


def service_of(request: Request, token: str | None = None) -> str:
    """The service that a request is for, by botocore's name where it is one of the engine's.

    Raises ForbiddenError, and ServiceAnswerError where there is no signature, or its key is not the token that is asked
    for.
    """
    _refuse_pages(request, is_open=token is not None)
    signed = _signed(request)
    if signed is None:
        raise ServiceAnswerError("MissingAuthenticationTokenException", "Missing Authentication Token", status=403)
    if token is not None and not hmac.compare_digest(signed.key.encode(), token.encode()):
        message = "The security token included in the request is invalid."
        raise ServiceAnswerError("UnrecognizedClientException", message, status=403)
    if signed.scope == "sagemaker" and request.path != "/":
        return "sagemaker-metrics"  # both sign alike; only the metrics' operations have paths of their own
    return _NAMES.get(signed.scope, signed.scope)


def _refuse_pages(request: Request, *, is_open: bool) -> None:
    """No page in a browser may ask for anything. One that may not be told by this needs a token that it has not."""
    headers = request.headers
    if not is_open and not _is_here(headers.get("host", "")):
        message = "The Host is not this machine: use 127.0.0.1 or localhost"
        raise ForbiddenError(message)
    if "origin" in headers or headers.get("sec-fetch-site", "none") != "none":
        message = "The request comes from a page in a browser: only AWS clients are answered"
        raise ForbiddenError(message)


def _is_here(host: str) -> bool:
    try:
        name = (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:  # a bracket too few, say
        return False
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _signed(request: Request) -> Signed | None:
    """In the header or, for an object of S3, in a link; in either of the versions that boto3 writes."""
    header = request.headers.get("authorization", "")
    if (found := _SCOPE.search(header)) is not None:
        return Signed(found[1], found[2])
    if (found := _OLD.match(header)) is not None:
        return Signed(found[1], "s3")
    if request.method not in _LINKED:
        return None
    query = parse_qs(request.target.partition("?")[2])
    credential = f"Credential={query.get('X-Amz-Credential', [''])[0]}"
    if (found := _SCOPE.fullmatch(credential)) is not None and found[2] == "s3" and "X-Amz-Signature" in query:
        return Signed(found[1], "s3")
    if {"AWSAccessKeyId", "Signature"} <= set(query):
        return Signed(query["AWSAccessKeyId"][0], "s3")
    return None
