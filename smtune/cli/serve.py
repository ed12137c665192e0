"""smtune serve: the local engine for the AWS CLI, boto3 and everything else that speaks AWS's protocols."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from smtune.cli.options import output_option

if TYPE_CHECKING:
    from smtune.local.http import Front
    from smtune.local.settings import Settings

_SECRET = "SMTUNE_SERVE_TOKEN"  # noqa: S105  a variable's name


class _ToldToEnd(BaseException):
    """SIGTERM has come. Like Ctrl-C it is no error, which a server would log and go on."""


@click.command(short_help="The local engine over HTTP, as AWS.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8765, show_default=True, help="0: any that is free.")
@click.option("--s3", metavar="URL", help="Have S3, and all that the engine has not, at another endpoint.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Another address needs --token.")
@click.option("--token", metavar="TEXT", help="The access key id that clients must have; better as a variable.")
@output_option("text", "json")
@click.pass_context
def command(ctx: click.Context, /, port: int, s3: str | None, host: str, token: str | None, output: str) -> None:
    """Answer AWS's protocols on 127.0.0.1: SageMaker's tuning jobs, S3, logs, CloudWatch and STS, run by this machine.

    The lines on stdout are what a client needs in its environment; then the AWS CLI, boto3 or any SDK works unchanged.
    S3 is a folder that stays. IAM, ECR, KMS and others come from moto's server: pip install 'smtune[serve]'.

    Ctrl-C ends it with exit code 130, SIGTERM with exit code 0; tuning jobs go on. A port that is taken is
    exit code 253.

    \b
    smtune serve --port 8080
    SMTUNE_SERVE_TOKEN=a-long-random-text smtune serve --host 0.0.0.0
    """
    from smtune.errors import UsageError
    from smtune.local.http import Door, Front
    from smtune.local.http.beside import Moto
    from smtune.local.settings import Settings

    os.environ.pop(_SECRET, None)  # no worker needs to know
    settings = Settings.from_environment()
    try:
        front = Front(settings, Door(host, port, token), s3=s3, beside=Moto())
    except ValueError as error:
        raise UsageError(f"--s3: {error}") from error
    signal.signal(signal.SIGTERM, _end)
    try:
        _introduce(front, settings, s3, output)
        front.serve()
    except _ToldToEnd:
        pass
    except KeyboardInterrupt:
        ctx.exit(130)
    finally:
        front.close()


def _end(*_: Any) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it ends already: the last answers are not to be cut off
    raise _ToldToEnd


def _introduce(front: Front, settings: Settings, s3: str | None, output: str) -> None:
    """What to set on stdout; what is where on stderr."""
    from smtune.cli.text import remark
    from smtune.local.http.beside import MISSING, Moto

    place = s3 or f"the folder {settings.objects}, and stays there"
    variables = {"AWS_ENDPOINT_URL": front.url} | _missing_variables(front.door.token)
    _print(variables, output)
    remark(f"state is in {settings.home}; S3 is {place}")
    if s3 is None:
        others = "IAM, ECR, KMS and other services are moto's, in memory: gone when this ends"
        remark(others if Moto.is_installed() else MISSING)
    if front.door.token is not None:
        remark("the token is the clients' AWS_ACCESS_KEY_ID; HTTP hides nothing: across networks use TLS or ssh")
    remark("Ctrl-C ends this; tuning jobs go on")


def _missing_variables(token: str | None) -> dict[str, str]:
    """What a client needs besides, and has not: a region, and keys of any kind. The token is nobody's to print."""
    from smtune.local.settings import REGION

    region = {} if _is_set("AWS_REGION", "AWS_DEFAULT_REGION") else {"AWS_DEFAULT_REGION": REGION}
    file = Path(os.environ.get("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials").expanduser()
    has_keys = _is_set("AWS_ACCESS_KEY_ID", "AWS_PROFILE") or file.exists()
    key = {"AWS_ACCESS_KEY_ID": "any"} if token is None else {}
    return region | ({} if has_keys and token is None else key | {"AWS_SECRET_ACCESS_KEY": "any"})


def _is_set(*names: str) -> bool:
    return any(os.environ.get(name) for name in names)


def _print(variables: dict[str, str], output: str) -> None:
    import json

    if output == "json":
        click.echo(json.dumps(variables))  # on one line, for who reads only that
    else:
        for name, value in variables.items():
            click.echo(f"{name}={value}")
