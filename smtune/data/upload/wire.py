"""The short way to S3 for what is sent thousands of times: one PUT with a known hash, signed and sent by itself.

botocore takes most of the time of a small PUT to look up endpoints, serialise, emit events and parse. Here the address
and the signing scope are taken from a request that botocore made to the same bucket, and botocore's own connections
(proxies, certificates, timeouts) carry it. Whatever is not a plain success is for the caller to ask botocore for: it
retries, follows a bucket to its region, and knows what an error means. Of botocore's events only `before-send` is
emitted, so it is for many requests only.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import boto3
from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from botocore.exceptions import BotoCoreError

from smtune.data.upload.place import Place

_SCHEME = "AWS4-HMAC-SHA256"
_REST = 5.0


@dataclass(frozen=True)
class _Base:
    """A bucket's address, and for what region and service its requests are signed."""

    url: str
    region: str
    service: str
    agent: str
    """The user agent, which CloudTrail shows."""


class ShortWay:
    """Sends PUTs to buckets that botocore has asked something before."""

    def __init__(self, session: boto3.Session, client: Any) -> None:
        self._credentials: Any = session.get_credentials()
        self._events = client.meta.events
        self._http: Any = getattr(getattr(client, "_endpoint", None), "http_session", None)
        self._bases: dict[str, _Base] = {}
        self._seen: Any = None
        self._rests_until = 0.0
        self._is_closed = True
        self._events.register("before-send.s3.ListObjectsV2", self._see)

    def open(self) -> None:
        """Allow it from now on; it closes by itself where S3 does not take what it sends."""
        self._is_closed = self._http is None

    def learn(self, bucket: str) -> None:
        """Take the bucket's address from the listing just made; nothing where that was answered without a request."""
        seen, self._seen = self._seen, None
        words = _text(seen.headers.get("Authorization")).split() if seen is not None else []
        if len(words) < 2 or words[0] != _SCHEME:
            return
        scope = words[1].removeprefix("Credential=").rstrip(",").split("/")
        url = urlsplit(seen.url)
        address = f"{url.scheme}://{url.netloc}{url.path.rstrip('/')}"
        self._bases[bucket] = _Base(address, scope[-3], scope[-2], _text(seen.headers.get("User-Agent")))

    def put(
        self, place: Place, body: Any, sha256: str, headers: Mapping[str, str], query: str = ""
    ) -> Mapping[str, str] | None:
        """Send `body` (its SHA-256 in hexadecimal digits); the answer's headers, or None: then ask botocore.

        A body that is read needs a content-length. `query` is in S3's canonical form: sorted and quoted.
        """
        base = self._bases.get(place.bucket)
        if base is None or self._is_closed or time.monotonic() < self._rests_until or _is_odd(place.key):
            return None
        url = f"{base.url}/{quote(place.key, safe='/~')}"
        signed = self._sign(base, url, query, {**headers, "x-amz-content-sha256": sha256})
        full = f"{url}?{query}" if query else url
        request = AWSPreparedRequest("PUT", full, HeadersDict(signed), body, stream_output=False)  # type: ignore[arg-type]
        try:
            answers = self._events.emit("before-send.s3.PutObject", request=request)
            answer = next((each for _, each in answers if each is not None), None) or self._http.send(request)
        except BotoCoreError:
            return None  # a connection that broke; botocore tries again, and knows for how long
        if answer.status_code == 200:
            found: Mapping[str, str] = answer.headers
            return found
        if answer.status_code in {429, 503}:  # botocore's own way slows down when S3 wants that
            self._rests_until = time.monotonic() + _REST
        elif answer.status_code < 500:
            self._is_closed = True
        return None

    def _see(self, request: Any, **_: Any) -> None:
        self._seen = request

    def _sign(self, base: _Base, url: str, query: str, headers: Mapping[str, str]) -> dict[str, str]:
        """`headers` with those of Signature Version 4."""
        credentials = self._credentials.get_frozen_credentials()
        now = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
        parts = urlsplit(url)
        full = {**headers, "host": _host(parts.scheme, parts.netloc), "x-amz-date": now}
        if credentials.token:
            full["x-amz-security-token"] = credentials.token
        names = ";".join(sorted(full))
        lines = "".join(f"{name}:{' '.join(full[name].split())}\n" for name in sorted(full))
        wanted = f"PUT\n{parts.path}\n{query}\n{lines}\n{names}\n{headers['x-amz-content-sha256']}"
        scope = f"{now[:8]}/{base.region}/{base.service}/aws4_request"
        text = f"{_SCHEME}\n{now}\n{scope}\n{hashlib.sha256(wanted.encode()).hexdigest()}"
        key = f"AWS4{credentials.secret_key}".encode()
        for word in scope.split("/"):
            key = hmac.digest(key, word.encode(), "sha256")
        signature = hmac.digest(key, text.encode(), "sha256").hex()
        del full["host"]  # the connection adds it
        full["User-Agent"] = base.agent
        full["Authorization"] = (
            f"{_SCHEME} Credential={credentials.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
        )
        return full


def _host(scheme: str, netloc: str) -> str:
    return netloc.removesuffix(":443" if scheme == "https" else ":80")


def _is_odd(key: str) -> bool:
    """Whether somebody on the way could take the key for another one."""
    return any(part in {"", ".", ".."} for part in key.split("/"))


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value or "")
