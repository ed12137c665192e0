"""AWS's protocols, as botocore's model names them for each service: JSON 1.0/1.1, REST-JSON and the query protocol."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Protocol

import botocore.session
from botocore.validate import ParamValidator

from smtune.local.answers import ServiceAnswerError
from smtune.local.http.message import Request, Response, request_id
from smtune.local.http.query import decode_query, encode_answer, encode_error
from smtune.local.wire import on_wire, to_numbers

Json = dict[str, Any]
_NO_OPERATION = "UnknownOperationException"


class Dialect(Protocol):
    """How a service's requests and answers are written."""

    def read(self, request: Request) -> tuple[str, Json]:
        """Operation and parameters; raises ServiceAnswerError."""

    def write(self, operation: str, answer: Json) -> Response:
        """A successful answer."""

    def refuse(self, error: ServiceAnswerError) -> Response:
        """An error answer."""


@cache
def model_of(service: str) -> Any:
    """botocore's model of a service."""
    return botocore.session.Session().get_service_model(service)


def dialect_of(service: str, request: Request) -> Dialect:
    """The protocol that a request is written in; a service may speak several."""
    model = model_of(service)
    if request.is_form:
        return QueryDialect(model)
    if model.resolved_protocol == "rest-json":
        return RestJsonDialect(model)
    return JsonDialect(model)


class JsonDialect:
    """The operation is in X-Amz-Target, the parameters are the body."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def read(self, request: Request) -> tuple[str, Json]:
        operation = request.headers.get("x-amz-target", "").rpartition(".")[2]
        return operation, checked(self._model, operation, _parsed(request.body))

    def write(self, operation: str, answer: Json) -> Response:
        shape = self._model.operation_model(operation).output_shape
        return self._response(200, to_numbers(shape, answer))

    def refuse(self, error: ServiceAnswerError) -> Response:
        fault = "Sender" if error.status < 500 else "Receiver"
        compatible = {"x-amzn-query-error": f"{error.code};{fault}"} if self._model.is_query_compatible else {}
        return self._response(error.status, {"__type": error.code, "message": error.message}, compatible)

    def _response(self, status: int, body: Json, headers: dict[str, str] | None = None) -> Response:
        kind = f"application/x-amz-json-{self._model.metadata.get('jsonVersion', '1.1')}"
        return Response(
            status,
            json.dumps(body).encode(),
            {"Content-Type": kind, "x-amzn-RequestId": request_id(), **(headers or {})},
        )


class RestJsonDialect:
    """The operation is in method and path. Those that we answer have no parameters there."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def read(self, request: Request) -> tuple[str, Json]:
        found = (request.method, request.path)
        for name in self._model.operation_names:
            http = self._model.operation_model(name).http
            if (http["method"], http["requestUri"]) == found:
                return name, checked(self._model, name, _parsed(request.body))
        raise ServiceAnswerError(_NO_OPERATION, f"There is no operation {request.method} {request.path}", status=404)

    def write(self, operation: str, answer: Json) -> Response:
        shape = self._model.operation_model(operation).output_shape
        return _rest(200, to_numbers(shape, answer), {})

    def refuse(self, error: ServiceAnswerError) -> Response:
        return _rest(error.status, {"message": error.message}, {"x-amzn-ErrorType": error.code})


class QueryDialect:
    """Operation and parameters are a form, answers XML."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def read(self, request: Request) -> tuple[str, Json]:
        operation, fields = decode_query(request.body)
        if operation not in self._model.operation_names:
            raise _unknown(operation)
        shape = self._model.operation_model(operation).input_shape
        return operation, checked(self._model, operation, fields.as_shape(shape))

    def write(self, operation: str, answer: Json) -> Response:
        body = encode_answer(self._model.operation_model(operation), answer, request_id())
        return Response(200, body, {"Content-Type": "text/xml"})

    def refuse(self, error: ServiceAnswerError) -> Response:
        return Response(error.status, encode_error(error, request_id()), {"Content-Type": "text/xml"})


def checked(model: Any, operation: str, params: Json) -> Json:
    """Parameters as the engine takes them, times as numbers; raises ServiceAnswerError for what has not the shape."""
    if operation not in model.operation_names:
        raise _unknown(operation)
    shape = model.operation_model(operation).input_shape
    if shape is None:
        return {}
    try:
        report = ParamValidator().validate(params, shape)
    except (RuntimeError, OverflowError) as error:  # a time out of all bounds; filters nested a thousand times
        raise ServiceAnswerError("ValidationException", str(error)) from None
    if report.has_errors():
        raise ServiceAnswerError("ValidationException", report.generate_report())
    numbers: Json = on_wire(shape, params)
    return numbers


def _parsed(body: bytes) -> Json:
    try:
        params = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        params = None
    if not isinstance(params, dict):
        raise ServiceAnswerError("SerializationException", "The body is not a JSON object")
    return params


def _unknown(operation: str) -> ServiceAnswerError:
    return ServiceAnswerError(_NO_OPERATION, f"The local engine does not know the operation {operation!r}")


def _rest(status: int, body: Json, headers: dict[str, str]) -> Response:
    kind = {"Content-Type": "application/json", "x-amzn-RequestId": request_id()}
    return Response(status, json.dumps(body).encode(), {**kind, **headers})
