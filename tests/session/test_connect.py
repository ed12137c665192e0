"""Sessions: how AWS is reached, and where a launch goes from there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from aws_account import refusal
from either_peer import sign_in
from faults import Faults
from moto import mock_aws

from smtune.errors import ConfigurationError, ServiceError
from smtune.session import configuration_of, connect, find_session, is_local, place, renewed, site_of
from smtune.where import Where

ROLE = "arn:aws:iam::123456789012:role/service-role/Studio"
SHARED = "arn:aws:iam::123456789012:role/service-role/Space"


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(monkeypatch, "eu-west-1")


@pytest.fixture
def aws() -> Iterator[None]:
    with mock_aws():
        yield


def address(session: boto3.Session, service: Any = "sagemaker") -> str:
    return str(session.client(service).meta.endpoint_url)


def refusing(code: str, status: int) -> Any:
    """A `before-call` handler that refuses everything."""
    return lambda **_: refusal(code, "Sorry", status)


def test_an_option_wins_over_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    assert connect("aws").region_name == "eu-west-1"
    assert connect("aws", region="us-west-2").region_name == "us-west-2"
    monkeypatch.setenv("SMTUNE_REGION", "ap-south-1")
    assert connect("aws").region_name == "ap-south-1"


def test_an_endpoint_is_for_every_service(monkeypatch: pytest.MonkeyPatch) -> None:
    session = connect("aws", endpoint_url="http://127.0.0.1:9")
    assert {address(session, name) for name in ("sagemaker", "s3", "logs", "sts")} == {"http://127.0.0.1:9"}
    assert session.client("sts", region_name="us-east-1").meta.endpoint_url == "http://127.0.0.1:9"
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:8")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:7")
    assert (address(connect("aws")), address(connect("aws"), "s3")) == ("http://127.0.0.1:8", "http://127.0.0.1:7")


def test_an_endpoint_of_any_file_of_ours_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever the file is called: only what botocore reads by itself is left to botocore."""
    folder = tmp_path / "odd [name]"
    folder.mkdir()
    monkeypatch.chdir(folder)
    Path("pyproject.toml").write_text('[tool.smtune]\nendpoint_url = "http://127.0.0.1:9"\n')
    assert address(connect("aws")) == "http://127.0.0.1:9"
    Path("smtune.toml").write_text('endpoint_url = "http://127.0.0.1:8"\n')
    assert address(connect("aws")) == "http://127.0.0.1:8"


def test_a_profile_of_the_project_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        monkeypatch.delenv(name)
    file = tmp_path / "credentials"
    file.write_text("[prod]\naws_access_key_id = of-prod\naws_secret_access_key = secret\n")
    config = tmp_path / "config"
    config.write_text("[profile prod]\nregion = eu-north-1\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    Path("smtune.toml").write_text('profile = "prod"\n')
    session = connect("aws")
    credentials = session.get_credentials()

    assert session.region_name == "eu-north-1"
    assert credentials is not None
    assert credentials.access_key == "of-prod"
    with pytest.raises(ConfigurationError, match="nobody"):
        connect("aws", profile="nobody")


def test_a_renewed_session_reads_the_credentials_again(monkeypatch: pytest.MonkeyPatch) -> None:
    session = connect("aws", region="us-west-2")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "new")
    again = renewed(session)
    credentials = again.get_credentials()

    assert again.region_name == "us-west-2"
    assert credentials is not None
    assert credentials.access_key == "new"
    assert is_local(renewed(connect("local")))


def test_options_that_only_aws_has_mean_aws() -> None:
    assert not is_local(find_session("job", Where(region="eu-west-1")))
    assert is_local(find_session("job", Where("local")))


def test_a_session_makes_one_client_a_service() -> None:
    session = connect("aws")
    assert session.client("s3") is session.client("s3")
    assert session.client("s3", region_name="us-east-1") is not session.client("s3")


@pytest.mark.usefixtures("aws")
def test_in_studio_the_execution_role_is_the_sites(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "resource-metadata.json"
    monkeypatch.setattr(place, "STUDIO_FILE", file)
    assert site_of(connect("aws")).role is None
    file.write_text(json.dumps({"DomainId": "d-1", "ExecutionRoleArn": ROLE}))
    assert site_of(connect("aws")).role == ROLE
    assert site_of(connect("local")).role is None, "this machine needs none"


def test_an_older_studio_is_asked_for_its_role(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "resource-metadata.json"
    monkeypatch.setattr(place, "STUDIO_FILE", file)
    asked: list[str] = []

    def answer(model: Any, **_: Any) -> Any:
        asked.append(model.name)
        answers = {
            "GetCallerIdentity": {"Account": "123456789012"},
            "DescribeUserProfile": {"UserSettings": {}},
            "DescribeDomain": {
                "DefaultUserSettings": {"ExecutionRole": ROLE},
                "DefaultSpaceSettings": {"ExecutionRole": SHARED},
            },
            "DescribeNotebookInstance": {"RoleArn": ROLE},
        }
        return type("Answer", (), {"status_code": 200})(), answers[model.name]

    for about, operations, role in (
        ({"DomainId": "d-1", "UserProfileName": "ada"}, ["DescribeUserProfile", "DescribeDomain"], ROLE),
        ({"DomainId": "d-1", "SpaceName": "ours"}, ["DescribeDomain"], SHARED),
        ({"ResourceName": "notebook"}, ["DescribeNotebookInstance"], ROLE),
        ({"AppType": "something new"}, [], None),
        ([], [], None),
    ):
        file.write_text(json.dumps(about))
        session = connect("aws")
        session.events.register("before-call", answer)
        asked.clear()
        assert site_of(session).role == role
        assert asked == ["GetCallerIdentity", *operations]


@pytest.mark.usefixtures("aws")
def test_a_studio_that_may_not_say_its_role_keeps_nobody_from_launching(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(place, "STUDIO_FILE", tmp_path / "resource-metadata.json")
    place.STUDIO_FILE.write_text(json.dumps({"DomainId": "d-1", "UserProfileName": "ada"}))
    session = connect("aws")
    session.events.register("before-call.sagemaker", refusing("AccessDeniedException", 400))
    assert site_of(session).role is None


@pytest.mark.usefixtures("aws")
def test_defaults_on_s3_are_read_with_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    storage = connect("aws").client("s3")
    storage.create_bucket(Bucket="ours", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    storage.put_object(
        Bucket="ours", Key="team/config.yaml", Body=f"SageMaker: {{TrainingJob: {{RoleArn: '{ROLE}'}}}}".encode()
    )
    monkeypatch.setenv("SAGEMAKER_ADMIN_CONFIG_OVERRIDE", "s3://ours/team")
    found = configuration_of(connect("aws")).get("role")

    assert found is not None
    assert (found.value, found.origin) == (ROLE, "s3://ours/team")
    assert configuration_of(connect("local")).said == {}

    storage.put_object(Bucket="ours", Key="team/config.yaml", Body=b"#" * (4 * 1024**2 + 1))
    with pytest.raises(ConfigurationError, match="s3://ours/team has more than"):
        configuration_of(connect("aws"))


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(("code", "status"), [("AccessDenied", 403), ("NoSuchKey", 404)])
def test_defaults_on_s3_that_cannot_be_read_are_named(monkeypatch: pytest.MonkeyPatch, code: str, status: int) -> None:
    monkeypatch.setenv("SAGEMAKER_USER_CONFIG_OVERRIDE", "s3://ours/team")
    session = connect("aws")
    session.events.register("before-call.s3", refusing(code, status))
    with pytest.raises(
        ServiceError, match=rf"{code}: Sorry \(s3://ours/team/config.yaml, SageMaker defaults"
    ) as caught:
        configuration_of(session)
    assert caught.value.code == code


@pytest.mark.usefixtures("aws")
def test_the_bucket_and_prefix_that_are_configured_are_the_sites() -> None:
    Path("smtune.toml").write_text('bucket = "ours"\nprefix = "teams/blue/"\n')
    session = connect("aws")
    faults = Faults(session)
    site = site_of(session, configuration_of(session))

    assert site.prefix("job") == "s3://ours/teams/blue/smtune/job"
    assert site.account == "123456789012"
    assert faults.calls.total() == 1


def test_a_region_that_is_none_is_a_matter_of_configuration() -> None:
    session = connect("aws", region="eu west 1")
    with pytest.raises(ConfigurationError, match="Provided region_name 'eu west 1'"):
        site_of(session)


@pytest.mark.parametrize(
    "address",
    [
        "nope",
        "http://",
        "ftp://host",
        "http://a b",
        "http://:80",
        "http://[::1",
        "http://host:port",
        "http://host:99999",
        f"http://{'a' * 300}",
    ],
)
def test_an_endpoint_has_to_be_an_address(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", address)
    with pytest.raises(ConfigurationError, match="from AWS_ENDPOINT_URL"):
        connect("aws", region="eu-west-1")


@pytest.mark.usefixtures("aws")
def test_credentials_of_another_account_than_the_configured_one_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("smtune.toml").write_text('account = "123456789012"\n')
    session = connect("aws")
    assert site_of(session, configuration_of(session)).account == "123456789012"
    monkeypatch.setenv("SMTUNE_ACCOUNT", "210987654321")
    with pytest.raises(ConfigurationError, match=r"account 210987654321 is configured \(SMTUNE_ACCOUNT\), and these"):
        site_of(session, configuration_of(session))
