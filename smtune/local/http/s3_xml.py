"""S3's answers as HTTP: by botocore's shapes, some members are headers and the others XML."""

from __future__ import annotations

import datetime as dt
import email.utils
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from smtune.local.answers import ServiceAnswerError
from smtune.local.http.message import Response, request_id
from smtune.local.http.protocols import model_of
from smtune.local.http.query import document, fill

Json = dict[str, Any]
_SPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_ROOTS = {
    "CompleteMultipartUpload": "CompleteMultipartUploadResult",
    "CreateMultipartUpload": "InitiateMultipartUploadResult",
    "DeleteObjects": "DeleteResult",
    "ListBuckets": "ListAllMyBucketsResult",
    "ListMultipartUploads": "ListMultipartUploadsResult",
    "ListObjects": "ListBucketResult",
    "ListObjectsV2": "ListBucketResult",
    "ListParts": "ListPartsResult",
}
_KEYS = {"Key", "Prefix", "Delimiter", "Marker", "NextMarker", "StartAfter"}


def encode_s3(operation: str, answer: Json) -> Response:
    """A successful answer."""
    model = model_of("s3").operation_model(operation)
    members = model.output_shape.members if model.output_shape is not None else {}
    headers, inside, stream = {"x-amz-request-id": request_id()}, {}, None
    for name, value in answer.items():
        location = members[name].serialization.get("location")
        if location is not None:
            headers |= _headers(members[name], value)
        elif members[name].type_name == "blob":
            stream = value
        else:
            inside[name] = value
    status = 206 if "ContentRange" in answer else model.http.get("responseCode", 200)
    if not inside and operation not in _ROOTS:
        return Response(status, b"", headers, stream)
    return Response(status, _xml(operation, model.output_shape, inside), {**headers, "Content-Type": "application/xml"})


def with_encoded_keys(answer: Json) -> Json:
    """A list for a client that wants keys as in URLs: XML cannot carry all that a key may hold."""
    encoded: Json = {name: _encoded(name, value) for name, value in answer.items()}
    return {**encoded, "EncodingType": "url"}


def encode_s3_error(error: ServiceAnswerError, resource: str, identifier: str) -> bytes:
    """An error."""
    root = ET.Element("Error")
    texts = {"Code": error.code, "Message": error.message, "Resource": resource, "RequestId": identifier}
    for name, text in texts.items():
        ET.SubElement(root, name).text = printable(text)
    return document(root)


def printable(text: str) -> str:
    """What XML can carry."""
    return text if text.isprintable() else "".join(each if each.isprintable() else "\ufffd" for each in text)


def _encoded(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_encoded(name, each) for each in value]
    if isinstance(value, dict):
        return {key: _encoded(key, each) for key, each in value.items()}
    return quote(value, safe="/") if name in _KEYS and isinstance(value, str) else value


def _headers(member: Any, value: Any) -> Mapping[str, str]:
    name = member.serialization["name"]
    if member.serialization["location"] == "headers":
        return {f"{name}{key}": text for key, text in value.items()}
    if isinstance(value, dt.datetime):
        return {name: email.utils.format_datetime(value, usegmt=True)}
    return {name: {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)}


def _xml(operation: str, shape: Any, inside: Json) -> bytes:
    if operation == "GetBucketLocation":  # the only answer that is one text
        root = ET.Element("LocationConstraint", {"xmlns": _SPACE})
        root.text = inside["LocationConstraint"]
        return document(root)
    payload = shape.serialization.get("payload")
    root = ET.Element(payload or _ROOTS[operation], {"xmlns": _SPACE})
    fill(root, shape.members[payload] if payload else shape, inside[payload] if payload else inside)
    return document(root)
