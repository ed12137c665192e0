"""Where a command wants to go -> a boto3.Session there."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.utils import is_valid_endpoint_url

from smtune.clients import ClientSession
from smtune.config import Configuration, Setting, load_configuration
from smtune.errors import ConfigurationError
from smtune.local.session import LocalSession
from smtune.local.settings import Runner, Settings
from smtune.secrecy import hide
from smtune.service import translated
from smtune.session.silence import Silence
from smtune.where import Target, Where

# Adaptive: a client that is throttled sends less, instead of trying as often as before.
_RETRIES = Config(retries={"mode": "adaptive", "max_attempts": 10}, connect_timeout=10, read_timeout=60)
_NO_REGION = "no AWS region: set AWS_REGION, or use this machine: --local"


class AwsSession(ClientSession):
    """boto3's session, which knows how it was made and sends everything to an endpoint that was asked for."""

    def __init__(self, where: Where, configuration: Configuration) -> None:
        profile = configuration.get("profile")
        # botocore reads AWS_PROFILE itself, and then prefers keys in variables to it, as the AWS CLI does.
        named = profile is not None and not profile.is_read_by_botocore
        super().__init__(
            profile_name=str(profile.value) if profile and named else None,
            region_name=configuration.text("region"),
        )
        self.where = where
        endpoint = configuration.get("endpoint_url")
        # The variables and the AWS config are botocore's to read: there a single service may have its own.
        self._endpoint = str(endpoint.value) if endpoint and not endpoint.is_read_by_botocore else None
        self._session.set_default_client_config(_RETRIES)  # boto3 has no public way to set it for a session
        self.events.register("needs-retry", Silence())

    def make_client(self, service_name: Any, *args: Any, **options: Any) -> Any:
        """boto3's client, for the endpoint of this session."""
        if self._endpoint is not None and not args[4:5]:
            options.setdefault("endpoint_url", self._endpoint)
        return super().make_client(service_name, *args, **options)


def connect(
    target: Target | Where,
    *,
    profile: str | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
    runner: Runner | None = None,
) -> boto3.Session:
    """A session on AWS, or on the local engine (state in SMTUNE_HOME).

    `runner` is what runs the training jobs that are launched on the local engine. What is not said here comes from the
    configuration: variables, smtune.toml, the AWS config.
    Raises ConfigurationError when AWS has no region here, or a profile that is not there.
    """
    where = target if isinstance(target, Where) else Where(target, profile, region, endpoint_url)
    if where.target == "local":
        settings = Settings.from_environment()
        return LocalSession(settings if runner is None else settings.run_by(runner))
    configuration = load_configuration(where)
    _refuse_bad_endpoint(configuration.get("endpoint_url"))
    with translated():
        session = AwsSession(where, configuration)
    if not session.region_name:
        raise ConfigurationError(_NO_REGION)
    return session


def renewed(session: boto3.Session) -> boto3.Session:
    """The same session made again, so that new credentials are read; any other than ours stays as it is."""
    return connect(session.where) if isinstance(session, AwsSession) else session


def find_session(job: str, where: Where | None = None) -> boto3.Session:
    """The session that knows a tuning or training job: this machine's if it ran here, an imported archive, else AWS."""
    wanted = where or Where()
    if wanted.target is None and not wanted.means_aws:
        settings = Settings.from_environment()
        local = LocalSession(settings)
        if local.knows(job) or local.knows_training_job(job):
            return local
        archived = _find_archive(job, settings)
        if archived is not None:
            return archived
    return connect(wanted)


def _find_archive(job: str, settings: Settings) -> boto3.Session | None:
    from smtune.archive.known import find_archive

    folder = find_archive(job, settings)
    if folder is None:
        return None
    from smtune.archive.session import ArchiveSession  # brings pandas, which few commands need

    return ArchiveSession(folder)


def _refuse_bad_endpoint(endpoint: Setting | None) -> None:
    if endpoint is not None and not _is_address(str(endpoint.value)):
        address = hide(str(endpoint.value), ())
        message = f"endpoint_url {address!r} (from {endpoint.origin}) is no address: write http(s)://HOST[:PORT]"
        raise ConfigurationError(message)


def _is_address(url: str) -> bool:
    """Whether botocore can send to `url`: it raises errors of its own for what it cannot."""
    try:
        parts = urlsplit(url)
        has_port = parts.port is None or parts.port > 0
        return parts.scheme in ("http", "https") and has_port and is_valid_endpoint_url(url)
    except ValueError:  # brackets that do not close, a port that is no number or too high
        return False
