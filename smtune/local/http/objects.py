"""S3 over HTTP, on the engine's own folder: what a client puts there is what `smtune run --local` sees, and stays."""

from __future__ import annotations

import base64
import errno
import io
import logging
import re
import xml.etree.ElementTree as ET
from typing import Any

from smtune.local.answers import ServiceAnswerError
from smtune.local.checksums import Claim
from smtune.local.http.aws_chunks import AwsChunks, is_chunked, without_chunks
from smtune.local.http.bodies import Body, ClientGoneError
from smtune.local.http.message import Request, Response, request_id
from smtune.local.http.s3_routes import Place, operation_of
from smtune.local.http.s3_xml import encode_s3, encode_s3_error, with_encoded_keys
from smtune.local.objects import ObjectKeyError
from smtune.local.s3 import ObjectService
from smtune.local.s3_call import S3Call
from smtune.local.settings import ACCOUNT, Settings

log = logging.getLogger(__name__)
BUG = "The local engine has a bug; its own output says where"
Json = dict[str, Any]
_PAGE = "continuation-token"
_STREAMED = {"PutObject", "UploadPart"}
_MOST_BYTES = 16 << 20
"""Of a body that is a document."""
_DEFAULT_BUCKET = re.compile(rf"sagemaker-[a-z0-9-]+-{ACCOUNT}")
_WITH_FACTS = {"GetObject", "HeadObject"}
_WISHES = {
    "response-cache-control": "CacheControl",
    "response-content-disposition": "ContentDisposition",
    "response-content-encoding": "ContentEncoding",
    "response-content-language": "ContentLanguage",
    "response-content-type": "ContentType",
}
"""Headers that a link may ask for, whatever the object has: a file's name in a browser, say."""
_NO_NAMES = {errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.EEXIST}


class ObjectFront:
    """Requests for S3 and their answers."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._service = ObjectService(settings.objects)

    def answer(self, request: Request, body: Body) -> Response:
        """Answer one request; raises ClientGoneError."""
        try:
            return self._answer(request, body)
        except ServiceAnswerError as error:
            return self._refuse(request, error)
        except (ObjectKeyError, ValueError) as error:
            return self._refuse(request, ServiceAnswerError("InvalidArgument", str(error)))
        except ET.ParseError:
            message = "The XML you provided was not well-formed or did not validate against our published schema"
            return self._refuse(request, ServiceAnswerError("MalformedXML", message))
        except OSError as error:
            return self._refuse(request, self._trouble(error))
        except ClientGoneError:
            raise
        except Exception:  # a bug must not cut the connection without a word
            log.exception("s3 failed")
            return self._refuse(request, ServiceAnswerError("InternalError", BUG, status=500))

    def _trouble(self, error: OSError) -> ServiceAnswerError:
        if error.errno in _NO_NAMES:
            message = f"A key is a file's path here, and this one cannot be: {error.strerror}"
            return ServiceAnswerError("InvalidArgument", message)
        message = f"{type(error).__name__}: {error} (objects are in {self._settings.objects})"
        return ServiceAnswerError("InternalError", message, status=500)

    def _refuse(self, request: Request, error: ServiceAnswerError) -> Response:
        identifier = request_id()
        body = encode_s3_error(error, request.path, identifier)
        return Response(error.status, body, {"Content-Type": "application/xml", "x-amz-request-id": identifier})

    def _answer(self, request: Request, body: Body) -> Response:
        place = Place.of(request)
        operation = operation_of(request, place, self._service.operations.keys())
        if _DEFAULT_BUCKET.fullmatch(place.bucket):  # SageMaker's own, which its SDK takes for granted
            (self._settings.objects / place.bucket).mkdir(parents=True, exist_ok=True)
        answer = self._service.answer(operation, lambda: _call(operation, place, request, body))
        if operation in _WITH_FACTS:
            answer = {**answer, **_wished(place)}
        return encode_s3(operation, _as_text(answer, place))


def _call(operation: str, place: Place, request: Request, body: Body) -> S3Call:
    headers = without_chunks(request.headers)
    stream: Any = AwsChunks(body, request.headers) if is_chunked(request.headers) else body
    if operation not in _STREAMED:
        stream = _document(stream)
    query = {name: _key_of(text) if name == _PAGE else text for name, text in place.query.items()}
    return S3Call(place.bucket, place.key, headers, query, stream, Claim.of(headers, {}))


def _wished(place: Place) -> Json:
    wished = {member: place.query[name] for name, member in _WISHES.items() if name in place.query}
    if not all(text.isprintable() and text.isascii() for text in wished.values()):
        raise ServiceAnswerError("InvalidArgument", "A header's value is of printable ASCII characters")
    return wished


def _document(stream: Any) -> io.BytesIO:
    text = stream.read(_MOST_BYTES + 1)
    if len(text) > _MOST_BYTES:
        raise ServiceAnswerError("MaxMessageLengthExceeded", "Your request was too large.")
    return io.BytesIO(text)


def _as_text(answer: Json, place: Place) -> Json:
    """A list as XML can carry it, whatever its keys hold: the next page's token is the last key of this one."""
    token = answer.get("NextContinuationToken")
    if token is not None:
        answer = {**answer, "NextContinuationToken": base64.urlsafe_b64encode(token.encode()).decode()}
    return with_encoded_keys(answer) if place.query.get("encoding-type") == "url" else answer


def _key_of(token: str) -> str:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except ValueError:
        raise ServiceAnswerError("InvalidArgument", "The continuation token provided is incorrect") from None
