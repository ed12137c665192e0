"""What boto3 raises, in our words: what happened, without anything that nobody may read."""

from __future__ import annotations

import pytest
from botocore.exceptions import EndpointConnectionError, InvalidConfigError

from smtune.errors import ConfigurationError, ServiceError
from smtune.service import translated


def test_an_endpoint_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(ServiceError) as caught, translated():
        raise EndpointConnectionError(endpoint_url="https://user:hunter22@aws.example/")
    assert "hunter22" not in str(caught.value)
    assert "aws.example" in str(caught.value)


def test_a_profile_that_points_nowhere_is_a_matter_of_configuration() -> None:
    with pytest.raises(ConfigurationError, match="aws configure"), translated():
        raise InvalidConfigError(error_msg="the source_profile none does not exist")
