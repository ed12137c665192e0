"""Refusals before it is known which service they come from: in the form that the client of such a request reads."""

from __future__ import annotations

import json

from smtune.local.answers import ServiceAnswerError
from smtune.local.http.message import Request, Response, request_id
from smtune.local.http.query import encode_error
from smtune.local.http.s3_xml import encode_s3_error

_XML = {"Content-Type": "application/xml"}


def refusal_of(request: Request, error: ServiceAnswerError) -> Response:
    """JSON for the JSON protocol, a form's XML for a form, else S3's; REST-JSON reads the header."""
    if "x-amz-target" in request.headers:
        body = json.dumps({"__type": error.code, "message": error.message}).encode()
        return _response(error, body, {"Content-Type": "application/x-amz-json-1.1"})
    if request.is_form:
        return _response(error, encode_error(error, request_id()), _XML)
    return _response(error, encode_s3_error(error, request.path, request_id()), _XML)


def _response(error: ServiceAnswerError, body: bytes, headers: dict[str, str]) -> Response:
    return Response(error.status, body, {**headers, "x-amzn-RequestId": request_id(), "x-amzn-ErrorType": error.code})
