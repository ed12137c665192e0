"""A small S3 that records requests, recomputes checksums and signatures, and fails when it is told to."""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import itertools
import re
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

SECRET = "secret"  # noqa: S105
"""Of whoever may ask."""
_TIME = "2026-01-01T00:00:00.000Z"


@dataclass(frozen=True)
class Request:
    """What arrived."""

    method: str
    bucket: str
    key: str
    query: dict[str, str]
    headers: dict[str, str]
    """By their names in small letters."""
    size: int

    @property
    def does(self) -> str:
        """The operation, as in `PUT`, `PUT part`, `POST uploads`, `GET list`."""
        for word, name in (
            ("partNumber", "part"),
            ("uploads", "uploads"),
            ("uploadId", "upload"),
            ("list-type", "list"),
        ):
            if word in self.query:
                return f"{self.method} {name}"
        return self.method


Fault = Callable[[Request], str | None]
"""What is to go wrong with a request: `SlowDown`, `ExpiredToken`, `reset`, `corrupt`, or nothing."""


@dataclass
class S3Stub:
    """What is stored, and what was asked."""

    url: str = ""
    objects: dict[tuple[str, str], bytes] = field(default_factory=dict)
    headers: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    uploads: dict[str, tuple[str, str]] = field(default_factory=dict)
    parts: dict[str, dict[int, bytes]] = field(default_factory=dict)
    begun: dict[str, dict[str, str]] = field(default_factory=dict)
    """The headers that an upload in parts was begun with."""
    page: int = 1000
    """Parts in one answer."""
    requests: list[Request] = field(default_factory=list)
    fault: Fault = lambda _: None
    lock: threading.Lock = field(default_factory=threading.Lock)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def did(self, what: str) -> list[Request]:
        """The requests of one operation."""
        return [each for each in self.requests if each.does == what]


@contextmanager
def serve_stub() -> Iterator[S3Stub]:
    """A stub that listens on this machine."""
    stub = S3Stub()
    handler = type("Handler", (_Handler,), {"stub": stub})
    with _Server(("127.0.0.1", 0), handler) as server:
        stub.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield stub
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        """A client that went away is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stub: S3Stub

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self._answer()

    do_PUT = do_POST = do_HEAD = do_DELETE = do_GET  # noqa: N815  http.server's names

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        parts = urlsplit(self.path)
        bucket, _, key = unquote(parts.path).lstrip("/").partition("/")
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, bucket, key, query, headers, len(body))
        with self.stub.lock:
            self.stub.requests.append(request)
            fault = self.stub.fault(request)
        if fault == "reset":
            self.close_connection = True
            return
        if fault == "corrupt" and body:
            body = bytes([body[0] ^ 1]) + body[1:]
        elif fault:
            self._refuse({"SlowDown": 503, "ExpiredToken": 400}.get(fault, 403), fault)
            return
        wrong = _wrong_checksum(headers, body) or _wrong_signature(self.command, parts, headers)
        if wrong:
            self._refuse(400, wrong)
            return
        with self.stub.lock:
            self._do(request, body)

    def _do(self, request: Request, body: bytes) -> None:
        place = (request.bucket, request.key)
        operations: dict[str, Callable[[], None]] = {
            "PUT": lambda: self._put(request, place, body),
            "PUT part": lambda: self._part(request, body),
            "POST uploads": lambda: self._begin(request, place),
            "POST upload": lambda: self._complete(request, place, body),
            "DELETE upload": lambda: self._send(204, b""),
            "GET list": lambda: self._list(request),
            "GET uploads": lambda: self._list_uploads(request),
            "GET upload": lambda: self._list_parts(request),
            "GET": lambda: self._get(place),
            "HEAD": lambda: self._get(place),
        }
        operations[request.does]()

    def _put(self, request: Request, place: tuple[str, str], body: bytes) -> None:
        source = request.headers.get("x-amz-copy-source")
        if source is not None:
            bucket, _, key = unquote(source).lstrip("/").partition("/")
            if (bucket, key) not in self.stub.objects:
                self._refuse(404, "NoSuchKey")
                return
            body = self.stub.objects[bucket, key]
        self.stub.objects[place], self.stub.headers[place] = body, request.headers
        sha256 = f"<ChecksumSHA256>{_sha256(body)}</ChecksumSHA256>"
        answer = f"<CopyObjectResult><ETag>{_etag(body)}</ETag>{sha256}</CopyObjectResult>" if source else ""
        self._send(200, answer.encode(), ETag=_etag(body))

    def _part(self, request: Request, body: bytes) -> None:
        upload = request.query["uploadId"]
        if upload not in self.stub.uploads:
            self._refuse(404, "NoSuchUpload")
            return
        if "x-amz-checksum-crc32" in request.headers and self._algorithm(upload) != "CRC32":
            self._refuse(400, "InvalidRequest")
            return
        self.stub.parts[upload][int(request.query["partNumber"])] = body
        self._send(200, b"", ETag=_etag(body))

    def _algorithm(self, upload: str) -> str | None:
        return self.stub.begun[upload].get("x-amz-checksum-algorithm")

    def _begin(self, request: Request, place: tuple[str, str]) -> None:
        upload = f"upload/{next(self.stub.numbers)}+="
        self.stub.uploads[upload], self.stub.parts[upload], self.stub.begun[upload] = place, {}, request.headers
        self._send(200, f"<R><UploadId>{upload}</UploadId></R>".encode())

    def _complete(self, request: Request, place: tuple[str, str], body: bytes) -> None:
        upload = request.query["uploadId"]
        if upload not in self.stub.uploads:
            self._refuse(404, "NoSuchUpload")
            return
        parts = self.stub.parts[upload]
        found = [part for part in ET.fromstring(body) if part.tag.endswith("Part")]  # noqa: S314  of a test
        wanted = [{re.sub("{.*}", "", each.tag): each.text or "" for each in part} for part in found]
        if any(_etag(parts.get(int(part["PartNumber"]), b"")) != part["ETag"] for part in wanted):
            self._refuse(400, "InvalidPart")
            return
        del self.stub.uploads[upload]
        self.stub.objects[place] = b"".join(parts[int(part["PartNumber"])] for part in wanted)
        self.stub.headers[place] = self.stub.begun[upload]
        self._send(200, b"<R><ETag>x-1</ETag></R>")

    def _list(self, request: Request) -> None:
        found = [
            f"<Contents><Key>{escape(key)}</Key><Size>{len(body)}</Size><LastModified>{_TIME}</LastModified></Contents>"
            for (bucket, key), body in sorted(self.stub.objects.items())
            if bucket == request.bucket and key.startswith(request.query.get("prefix", ""))
        ]
        self._send(200, f"<R><IsTruncated>false</IsTruncated>{''.join(found)}</R>".encode())

    def _list_uploads(self, request: Request) -> None:
        found = [
            f"<Upload><Key>{escape(key)}</Key><UploadId>{upload}</UploadId><Initiated>{_TIME}</Initiated>"
            + (f"<ChecksumAlgorithm>{algorithm}</ChecksumAlgorithm>" if (algorithm := self._algorithm(upload)) else "")
            + "</Upload>"
            for upload, (bucket, key) in self.stub.uploads.items()
            if bucket == request.bucket and key.startswith(request.query.get("prefix", ""))
        ]
        self._send(200, f"<R><IsTruncated>false</IsTruncated>{''.join(found)}</R>".encode())

    def _list_parts(self, request: Request) -> None:
        upload = request.query["uploadId"]
        after = int(request.query.get("part-number-marker", 0))
        rest = [(number, body) for number, body in sorted(self.stub.parts.get(upload, {}).items()) if number > after]
        listed = rest[: self.stub.page]
        more = f"<NextPartNumberMarker>{listed[-1][0]}</NextPartNumberMarker>" if len(rest) > len(listed) else ""
        found = [
            f"<Part><PartNumber>{number}</PartNumber><Size>{len(body)}</Size><ETag>{_etag(body)}</ETag>"
            f"<ChecksumCRC32>{_crc32(body)}</ChecksumCRC32></Part>"
            for number, body in listed
        ]
        is_cut = str(bool(more)).lower()
        self._send(200, f"<R><IsTruncated>{is_cut}</IsTruncated>{more}{''.join(found)}</R>".encode())

    def _get(self, place: tuple[str, str]) -> None:
        if place not in self.stub.objects:
            self._refuse(404, "NoSuchKey")
            return
        body = self.stub.objects[place]
        told = ("x-amz-checksum-sha256", "x-amz-meta-sha256")
        self._send(200, body, **{k: v for k, v in self.stub.headers.get(place, {}).items() if k in told})

    def _refuse(self, status: int, code: str) -> None:
        self._send(status, f"<Error><Code>{code}</Code><Message>{code}, says the stub</Message></Error>".encode())

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _wrong_checksum(headers: dict[str, str], body: bytes) -> str:
    right = {"x-amz-checksum-sha256": _sha256, "x-amz-checksum-crc32": _crc32}
    if any(headers[name] != checksum(body) for name, checksum in right.items() if name in headers):
        return "BadDigest"
    signed = headers.get("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
    if len(signed) == 64 and signed != hashlib.sha256(body).hexdigest():
        return "XAmzContentSHA256Mismatch"
    return ""


def _wrong_signature(method: str, url: SplitResult, headers: dict[str, str]) -> str:
    scheme, credential, names, signature = headers["authorization"].replace(",", "").split()
    scope = credential.split("/")[1:]
    names = names.removeprefix("SignedHeaders=")
    if "host" not in names.split(";") or "x-amz-content-sha256" not in names.split(";"):
        return "AccessDenied"
    lines = "".join(f"{name}:{' '.join(headers[name].split())}\n" for name in names.split(";"))
    query = "&".join(sorted(pair if "=" in pair else f"{pair}=" for pair in url.query.split("&") if pair))
    wanted = f"{method}\n{url.path}\n{query}\n{lines}\n{names}\n{headers['x-amz-content-sha256']}"
    digest = hashlib.sha256(wanted.encode()).hexdigest()
    text = f"{scheme}\n{headers['x-amz-date']}\n{'/'.join(scope)}\n{digest}"
    key = functools.reduce(lambda key, word: hmac.digest(key, word.encode(), "sha256"), scope, f"AWS4{SECRET}".encode())
    right = hmac.digest(key, text.encode(), "sha256").hex()
    return "" if signature == f"Signature={right}" else "SignatureDoesNotMatch"


def _sha256(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def _crc32(body: bytes) -> str:
    return base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()


def _etag(body: bytes) -> str:
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
