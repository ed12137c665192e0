"""A session -> the place it launches in: region, account, role, bucket."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from smtune.config import Configuration, load_configuration
from smtune.config.files import parse_sagemaker
from smtune.data.upload.place import parse_place
from smtune.errors import ConfigurationError, ServiceError
from smtune.local.session import LocalSession
from smtune.local.settings import ACCOUNT, REGION
from smtune.service import translated
from smtune.session.connect import AwsSession

if TYPE_CHECKING:
    from smtune.request import Site

STUDIO_FILE = Path("/opt/ml/metadata/resource-metadata.json")
"""Where Studio and notebook instances say what they are."""
_SILENT = ("AccessDenied", "AccessDeniedException", "ResourceNotFound", "ValidationException")
_MAX_BYTES = 4 * 1024**2


def site_of(session: boto3.Session, configuration: Configuration | None = None) -> Site:
    """Region and account of a session, the bucket that is configured, and in Studio its execution role.

    Raises ConfigurationError without credentials, or for those of another account than the configured one;
    ServiceError where STS refuses.
    """
    from smtune.request import Site  # who asks for a session alone has no use for requests

    if isinstance(session, LocalSession):
        return Site(region=REGION, account=ACCOUNT)
    found = configuration or Configuration({})
    with translated():
        account = session.client("sts").get_caller_identity()["Account"]
    _refuse_other_account(account, found)
    return Site(
        region=session.region_name or REGION,
        account=account,
        role=_studio_role(session),
        bucket=found.text("bucket"),
        key_prefix=found.text("prefix"),
    )


def _refuse_other_account(account: str, configuration: Configuration) -> None:
    said = configuration.get("account")
    if said is not None and said.value != account:
        message = f"account {said.value} is configured ({said.origin}), and these credentials are of {account}"
        raise ConfigurationError(message)


def configuration_of(session: boto3.Session, options: Mapping[str, Any] | None = None) -> Configuration:
    """What is configured for launches in `session`; none of it for the local engine, which has no account.

    SageMaker defaults that lie on S3 are read with the session.
    """
    if isinstance(session, LocalSession):
        return Configuration({})
    configuration = load_configuration(session.where if isinstance(session, AwsSession) else None, options)
    return configuration.with_defaults(*((uri, _read_defaults(session, uri)) for uri in configuration.unread))


def _read_defaults(session: boto3.Session, uri: str) -> dict[str, Any]:
    """The settings in a defaults file on S3, or in the `config.yaml` of a folder there."""
    place = parse_place(uri)
    is_file = place.key.endswith((".yaml", ".yml"))
    key = place.key if is_file else f"{place.key.rstrip('/')}/config.yaml".lstrip("/")
    try:
        with translated():
            stream = session.client("s3").get_object(Bucket=place.bucket, Key=key)["Body"]
            body = stream.read(_MAX_BYTES + 1)
    except ServiceError as error:
        said = str(error).removeprefix(f"{error.code}: ")
        message = f"{said} (s3://{place.bucket}/{key}, SageMaker defaults that SAGEMAKER_*_CONFIG_OVERRIDE names)"
        raise ServiceError(error.code, message) from error
    if len(body) > _MAX_BYTES:
        message = f"{uri} has more than {_MAX_BYTES:,} bytes: that is no file of settings"
        raise ConfigurationError(message)
    try:
        return parse_sagemaker(body.decode("utf-8"), uri)
    except UnicodeDecodeError:
        message = f"{uri} is not UTF-8 text"
        raise ConfigurationError(message) from None


def _studio_role(session: boto3.Session) -> str | None:
    """The execution role of the Studio app or notebook instance that this runs in; None anywhere else.

    None, too, where SageMaker does not say it: a launch whose role comes from elsewhere needs no permission to ask.
    """
    try:
        about = json.loads(STUDIO_FILE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(about, dict):
        return None
    if about.get("ExecutionRoleArn"):
        return str(about["ExecutionRoleArn"])
    try:
        with translated():
            return _asked_role(session.client("sagemaker"), about)
    except ServiceError as error:
        if error.code not in _SILENT:
            raise
        return None


def _asked_role(client: Any, about: Mapping[str, str]) -> str | None:
    """The role of a notebook instance, of a user of a domain, or of what belongs to no user: a shared space."""
    if not about.get("DomainId"):
        name = about.get("ResourceName")
        return client.describe_notebook_instance(NotebookInstanceName=name)["RoleArn"] if name else None
    domain, usual = about["DomainId"], "DefaultSpaceSettings"
    if about.get("UserProfileName"):
        usual = "DefaultUserSettings"
        user = client.describe_user_profile(DomainId=domain, UserProfileName=about["UserProfileName"])
        role = user.get("UserSettings", {}).get("ExecutionRole")
        if role:
            return str(role)
    settings: Mapping[str, str] = client.describe_domain(DomainId=domain).get(usual, {})
    return settings.get("ExecutionRole")
