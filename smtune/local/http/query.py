"""AWS's query protocol: `Action=...&Dimensions.member.1.Name=...` one way, XML by the model's shapes the other."""

from __future__ import annotations

import datetime as dt
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from smtune.local.answers import ServiceAnswerError
from smtune.local.wire import as_datetime

Json = dict[str, Any]
_NUMBERS = {"integer": int, "long": int, "float": float, "double": float}


@dataclass
class Fields:
    """A form's dotted names as a tree."""

    text: str = ""
    children: dict[str, Fields] = field(default_factory=dict)

    def put(self, path: list[str], text: str) -> None:
        """Keep a text at a path."""
        node = self
        for part in path:
            node = node.children.setdefault(part, Fields())
        node.text = text

    def as_shape(self, shape: Any) -> Any:
        """The value of botocore's shape; raises ServiceAnswerError for a text that is none."""
        if shape is None:
            return {}
        match shape.type_name:
            case "structure":
                names = {_name(member, name): name for name, member in shape.members.items()}
                known = {names[key]: item for key, item in self.children.items() if key in names}
                return {name: item.as_shape(shape.members[name]) for name, item in known.items()}
            case "list":
                items = self.children.get("member", self).children
                numbers = {_number(key, int): item for key, item in items.items()}
                return [numbers[key].as_shape(shape.member) for key in sorted(numbers)]
            case "boolean":
                return self.text == "true"
            case kind if kind in _NUMBERS:
                return _number(self.text, _NUMBERS[kind])
            case _:
                return self.text  # a time stays text: botocore reads any of its formats


def decode_query(body: bytes) -> tuple[str, Fields]:
    """The action and the other fields of a form."""
    action, fields = "", Fields()
    for name, text in parse_qsl(body.decode(errors="replace"), keep_blank_values=True):
        if name == "Action":
            action = text
        elif name != "Version":
            fields.put(name.split("."), text)
    return action, fields


def encode_answer(operation: Any, answer: Json, identifier: str) -> bytes:
    """A successful answer."""
    space = operation.service_model.metadata.get("xmlNamespace", "")
    root = ET.Element(f"{operation.name}Response", {"xmlns": space} if space else {})
    shape = operation.output_shape
    if shape is not None:
        result = ET.SubElement(root, shape.serialization.get("resultWrapper", f"{operation.name}Result"))
        fill(result, shape, answer)
    ET.SubElement(ET.SubElement(root, "ResponseMetadata"), "RequestId").text = identifier
    return document(root)


def encode_error(error: ServiceAnswerError, identifier: str) -> bytes:
    """An error answer."""
    root = ET.Element("ErrorResponse")
    details = ET.SubElement(root, "Error")
    texts = {"Type": "Sender" if error.status < 500 else "Receiver", "Code": error.code, "Message": error.message}
    for name, text in texts.items():
        ET.SubElement(details, name).text = text
    ET.SubElement(root, "RequestId").text = identifier
    return document(root)


def _number(text: str, kind: type[int] | type[float]) -> float:
    try:
        return kind(text)
    except ValueError:
        raise ServiceAnswerError("MalformedQueryString", f"{text!r} is no number") from None


def document(root: ET.Element) -> bytes:
    """A whole document, with its declaration."""
    text = ET.tostring(root, encoding="unicode").replace("\r", "&#13;")  # else it is read as the end of a line
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text.encode()


def fill(element: ET.Element, shape: Any, value: Any) -> None:
    """Write a value of botocore's shape into an element."""
    match shape.type_name:
        case "structure":
            for name, item in value.items():
                _fill_member(element, shape.members[name], name, item)
        case "list":
            for item in value:
                fill(ET.SubElement(element, _name(shape.member, "member")), shape.member, item)
        case "timestamp":
            element.text = as_datetime(value).astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
        case "boolean":
            element.text = "true" if value else "false"
        case _:
            element.text = str(value)


def _fill_member(element: ET.Element, shape: Any, name: str, value: Any) -> None:
    if shape.type_name == "list" and shape.serialization.get("flattened"):
        for item in value:
            fill(ET.SubElement(element, _name(shape.member, _name(shape, name))), shape.member, item)
    else:
        fill(ET.SubElement(element, _name(shape, name)), shape, value)


def _name(shape: Any, name: str) -> str:
    found: str = shape.serialization.get("name", name)
    return found
