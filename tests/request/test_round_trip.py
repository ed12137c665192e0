"""Whatever request the service's model allows comes back: request -> spec -> YAML -> spec -> request is the identity.

The default run tries a dozen; `make thorough` tries two thousand.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from examples import examples
from hypothesis import HealthCheck, Phase, given, seed, settings
from request_strategies import REQUEST, requests

from smtune.request import from_request, to_request
from smtune.service_model import violations
from smtune.spec import dump_spec, load_spec

CHUNKS = 8
EACH = 250
relaxed = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))


def as_json(value: Any) -> str:
    """`==` takes 1, 1.0 and True for the same; a service does not."""
    return json.dumps(value, sort_keys=True)


def check(request: dict[str, Any]) -> None:
    before = as_json(request)
    spec = from_request(request)
    read = load_spec(dump_spec(spec))
    assert read == spec
    assert as_json(to_request(read)) == before
    assert as_json(request) == before  # reading changes nothing


@settings(relaxed, max_examples=12)  # `make thorough` has the two thousand below
@given(requests())
def test_any_request_of_the_model_comes_back(request_: dict[str, Any]) -> None:
    check(request_)


@pytest.mark.thorough
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_two_thousand_requests_come_back(chunk: int) -> None:
    tried = 0

    @seed(chunk)
    @settings(relaxed, max_examples=EACH)
    @given(requests())
    def try_one(request: dict[str, Any]) -> None:
        nonlocal tried
        tried += 1
        check(request)

    try_one()
    assert tried >= EACH


@examples(30, database=None, phases=[Phase.generate])
@given(requests())
def test_the_requests_are_ones_that_the_model_allows(request_: dict[str, Any]) -> None:
    assert violations(REQUEST, request_) == ()
